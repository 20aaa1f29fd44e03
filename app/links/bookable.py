"""Why nobody can book an Active link now, or not at all of its times, in the owner's words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .. import config
from ..amounts import length_words
from ..bookings.offering import offer_of, open_offer, terms_of
from ..calendars.checks import longest_range
from ..calendars.models import Calendar
from ..calendars.snapshots import Snapshot
from ..calendars.terms import availability_of
from ..localtime import Reader
from ..scheduling.reasons import Reason, why_missing
from ..scheduling.slots import Offer, next_open
from .openness import is_open
from .words import dates_words

OF_TIME = {
    Reason.PAST: "has passed",
    Reason.LINK_DATES: "lies outside the dates of this link",
    Reason.DAY_LIMIT: "falls on a day that has reached its limit",
    Reason.WEEK_LIMIT: "falls into a week that has reached its limit",
    Reason.BOOKING: "is booked already",
    Reason.BUFFER: "is too close to another booking",
}
NOBODY = "Nobody can book this link at the moment"
NO_MAIL = "It asks for a code, and no mail server is set that would send it. Set one, or take the check off."
NOT_ALL = "Not all times of this link can be booked"


@dataclass(frozen=True)
class Obstacle:
    """The title says how bad it is; the sentences say why, and what to change."""

    title: str
    sentences: list[str]


def obstacle_to(calendar: Calendar, link: Any, now: datetime, locale: str) -> Obstacle | None:
    """What keeps people from booking the link; None when nothing does.

    Takes anything with a link's columns. Nothing is said of links that are over, whose pages say so themselves,
    nor while the calendar is switched off. Reads the host's bookings.
    """
    if not is_open(link, now) or not calendar.is_on:
        return None
    if link.checks_recipient and not config.current().mail:
        return Obstacle(NOBODY, [NO_MAIL])
    offer = _offer(calendar, link, now)
    reader = Reader(calendar.tz, locale)
    first = next_open(offer, offer.now)
    if offer.offered is not None:
        # That some of its times are over is no news while others are open.
        missing = _missing_times(offer, reader, passed=first is None)
        title = NOBODY if first is None else NOT_ALL
        return Obstacle(title, [*missing, "Change the times of this link."]) if missing else None
    return Obstacle(NOBODY, [_why_none(calendar, link, now, reader)]) if first is None else None


def _offer(calendar: Calendar, link: Any, now: datetime) -> Offer:
    kept, terms = Snapshot(calendar, availability_of(calendar)), terms_of(link)
    return open_offer(kept, terms, now, *offer_of(kept, terms, now).bounds)


def _missing_times(offer: Offer, reader: Reader, *, passed: bool) -> list[str]:
    reasons = {start: why_missing(offer, start) for start in sorted(set(offer.offered or ()))}
    return [
        f"{reader.short(datetime.fromtimestamp(start, UTC))} {OF_TIME[reason]}."
        for start, reason in reasons.items()
        if reason and (passed or reason != Reason.PAST)
    ]


def _why_none(calendar: Calendar, link: Any, now: datetime, reader: Reader) -> str:
    longest = longest_range(calendar, now)
    minutes = link.duration_minutes or calendar.duration_minutes
    if longest is None:
        return "The calendar has no hours. Set them under Availability."
    if minutes > longest:
        return (
            f"It takes {length_words(minutes)}, and the longest range of hours has {length_words(longest)}. "
            "Change its duration, or the hours under Availability."
        )
    dates = dates_words(link.offered_from_on, link.offered_until_on, reader)
    if dates:
        return f"There is no open time {dates}. Change the dates of this link, or offer single times."
    return "The calendar has no open time. Look at its Availability and its Booking rules, or offer single times."
