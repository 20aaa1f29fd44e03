"""Why a chosen time cannot be booked: the answer to an owner's "why is this time missing?"."""

from datetime import date
from enum import StrEnum

from .availability import Minutes, expand
from .intervals import Interval, overlaps
from .slots import Offer, is_clear, monday_of
from .wallclock import date_at


class Reason(StrEnum):
    """The first rule that keeps a time from being offered, in the order in which they are looked at."""

    PAST = "past"
    NOT_OFFERED = "not_offered"
    LINK_DATES = "link_dates"
    OUTSIDE_HOURS = "outside_hours"
    DATE_OVERRIDE = "date_override"
    OFF_GRID = "off_grid"
    NOTICE = "notice"
    WINDOW = "window"
    DAY_LIMIT = "day_limit"
    WEEK_LIMIT = "week_limit"
    BOOKING = "booking"
    BUFFER = "buffer"


def why_missing(offer: Offer, start: int) -> Reason | None:
    """Why no slot is offered that starts at this instant; None when it is offered."""
    day = date_at(offer.tz, start)
    if start < offer.now:
        return Reason.PAST
    if offer.offered is not None and start not in offer.offered:
        return Reason.NOT_OFFERED
    if not offer.within_dates(day):
        return Reason.LINK_DATES
    by_hours = _against_hours(offer, day, start) if offer.offered is None else None
    return by_hours or _against_limits(offer, day) or _against_blocked(offer, start)


def _against_hours(offer: Offer, day: date, start: int) -> Reason | None:
    """OUTSIDE_HOURS also when the slot begins inside the hours but does not end inside them."""
    holding = _range_around(offer, offer.availability.ranges_on(day), start)
    if holding is None:
        weekly = offer.availability.weekly[day.weekday()]
        return Reason.DATE_OVERRIDE if _fits(offer, day, weekly, start) else Reason.OUTSIDE_HOURS
    _, step, _, _ = offer.rules.seconds
    if (start - holding.start) % step:
        return Reason.OFF_GRID
    if start < offer.earliest:
        return Reason.NOTICE
    return None if offer.opens <= start < offer.latest else Reason.WINDOW


def _fits(offer: Offer, day: date, hours: Minutes, start: int) -> bool:
    return _range_around(offer, expand(offer.tz, day, hours), start) is not None


def _range_around(offer: Offer, ranges: tuple[Interval, ...], start: int) -> Interval | None:
    duration, *_ = offer.rules.seconds
    return next((span for span in ranges if span.start <= start and start + duration <= span.end), None)


def _against_limits(offer: Offer, day: date) -> Reason | None:
    if day in offer.full_days:
        return Reason.DAY_LIMIT
    return Reason.WEEK_LIMIT if monday_of(day) in offer.full_weeks else None


def _against_blocked(offer: Offer, start: int) -> Reason | None:
    """BOOKING when the time itself is taken, BUFFER when only the free time round it is."""
    if is_clear(offer, start):
        return None
    duration, *_ = offer.rules.seconds
    return Reason.BOOKING if overlaps(start, start + duration, offer.blocked) else Reason.BUFFER
