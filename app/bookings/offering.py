"""What a calendar, or one link of it, offers now: its settings, the link's terms and the host's bookings."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from ..calendars.models import Calendar
from ..calendars.snapshots import Snapshot
from ..calendars.terms import rules_of, window_of
from ..db import connection, epoch_seconds, spans_as_json
from ..prepared import Prepared
from ..scheduling.slots import Offer, monday_of
from .models import LIVE, Booking, BookingCount, LimitPeriod

LONGEST_BLOCK = timedelta(days=4)  # the database refuses more
ONE_WEEK = timedelta(days=7)

booking = Booking.__table__
booking_count = BookingCount.__table__

# Built once, and read as numbers: a host may have hundreds of bookings in the two months of a page.
_OF_HOST = select(
    spans_as_json(epoch_seconds(booking.c.blocked_from), epoch_seconds(booking.c.blocked_until))
).where(
    booking.c.host_id == bindparam("host_id"),
    LIVE,  # as the index spells it: for a parameter SQLite would plan anew each time
    booking.c.blocked_from > bindparam("since"),
    booking.c.blocked_from < bindparam("until"),
)
_BLOCKED = Prepared(_OF_HOST)
_BLOCKED_BY_OTHERS = Prepared(_OF_HOST.where(booking.c.id != bindparam("booking_id")))


@dataclass(frozen=True)
class Held:
    """The slot of a booking that is to be moved. What it blocks and counts for is not in its own way."""

    booking_id: int
    host_id: int
    start: int
    day: date
    week: date


@dataclass(frozen=True)
class LinkTerms:
    """How a one-time link narrows or widens its calendar's offer; all empty for the standard link.

    `held` is set where a booking is moved: its own host, whoever the calendar's is by now, must be free.
    """

    duration_minutes: int | None = None
    from_on: date | None = None
    until_on: date | None = None
    times: tuple[int, ...] | None = None
    held: Held | None = None


def terms_of(link: Any) -> LinkTerms:
    """The terms that a link's row holds, whole or in part."""
    return LinkTerms(link.duration_minutes, link.offered_from_on, link.offered_until_on, _times_of(link))


def dates_of(link: Any) -> LinkTerms:
    """Those of its terms that say when."""
    return LinkTerms(None, link.offered_from_on, link.offered_until_on, _times_of(link))


def _times_of(link: Any) -> tuple[int, ...] | None:
    return tuple(link.offered_times) if link.offered_times else None


def offer_of(snapshot: Snapshot, terms: LinkTerms, now: datetime) -> Offer:
    """The offer as far as settings, notice and window go, with nothing blocked and no limit reached."""
    window = window_of(snapshot.calendar, now)
    return Offer(
        availability=snapshot.availability,
        rules=rules_of(snapshot.calendar, terms.duration_minutes),
        now=int(now.timestamp()),
        earliest=window.earliest,
        opens=window.opens,
        latest=window.latest,
        from_on=terms.from_on,
        until_on=terms.until_on,
        offered=terms.times,
        left_out=terms.held.start if terms.held else None,
    )


def open_offer(snapshot: Snapshot, terms: LinkTerms, now: datetime, start: int, end: int) -> Offer:
    """The offer for starts in [start, end), epoch seconds, with the host's bookings and the limits."""
    offer = offer_of(snapshot, terms, now)
    days, weeks = _reached_limits(snapshot.calendar, terms.held, start, end)
    blocked = _blocked(snapshot.calendar.host_id, terms.held, start, end)
    return replace(offer, blocked=blocked, full_days=days, full_weeks=weeks)


def _blocked(host_id: int, held: Held | None, start: int, end: int) -> list[tuple[int, int]]:
    """Blocked [from, until] of the host's bookings, in all calendars, near [start, end)."""
    near = {"since": _instant(start) - 2 * LONGEST_BLOCK, "until": _instant(end) + LONGEST_BLOCK}
    if held is None:
        [(spans,)] = _BLOCKED.all(host_id=host_id, **near)
    else:
        [(spans,)] = _BLOCKED_BY_OTHERS.all(host_id=held.host_id, booking_id=held.booking_id, **near)
    starts, ends = json.loads(spans)
    return list(zip(starts or (), ends or (), strict=True))  # PostgreSQL says null where nothing is blocked


def _reached_limits(
    calendar: Calendar, held: Held | None, start: int, end: int
) -> tuple[frozenset[date], frozenset[date]]:
    limits = {LimitPeriod.DAY: calendar.limit_per_day, LimitPeriod.WEEK: calendar.limit_per_week}
    if not any(limits.values()):
        return frozenset(), frozenset()
    found = connection().execute(
        select(booking_count).where(
            booking_count.c.calendar_id == calendar.id,
            booking_count.c.starts_on >= monday_of(_instant(start).date()) - ONE_WEEK,
            booking_count.c.starts_on <= (_instant(end) + ONE_WEEK).date(),
        )
    )
    own = {(LimitPeriod.DAY, held.day), (LimitPeriod.WEEK, held.week)} if held else set()
    full = [
        (row.period, row.starts_on)
        for row in found
        if limits[row.period] and row.bookings - ((row.period, row.starts_on) in own) >= limits[row.period]
    ]
    days = frozenset(day for period, day in full if period == LimitPeriod.DAY)
    return days, frozenset(day for period, day in full if period == LimitPeriod.WEEK)


def _instant(epoch_seconds: int) -> datetime:
    return datetime.fromtimestamp(min(epoch_seconds, 200_000_000_000), UTC)
