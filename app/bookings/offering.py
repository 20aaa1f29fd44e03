"""What a calendar, or one link of it, offers now: its settings, the link's terms and the host's bookings."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from ..calendars.models import Calendar
from ..calendars.snapshots import Snapshot
from ..calendars.terms import rules_of, window_of
from ..db import connection
from ..scheduling.slots import Offer, monday_of
from .models import Booking, BookingCount, BookingStatus, LimitPeriod

LONGEST_BLOCK = timedelta(days=4)  # the database refuses more
ONE_WEEK = timedelta(days=7)

booking = Booking.__table__
booking_count = BookingCount.__table__


@dataclass(frozen=True)
class LinkTerms:
    """How a one-time link narrows or widens its calendar's offer; all empty for the standard link."""

    duration_minutes: int | None = None
    from_on: date | None = None
    until_on: date | None = None
    times: tuple[int, ...] | None = None


def offer_of(snapshot: Snapshot, terms: LinkTerms, now: datetime) -> Offer:
    """The offer as far as settings, notice and window go, with nothing blocked and no limit reached."""
    earliest, latest = window_of(snapshot.calendar, now)
    return Offer(
        availability=snapshot.availability,
        rules=rules_of(snapshot.calendar, terms.duration_minutes),
        now=int(now.timestamp()),
        earliest=earliest,
        latest=latest,
        from_on=terms.from_on,
        until_on=terms.until_on,
        offered=terms.times,
    )


def open_offer(snapshot: Snapshot, terms: LinkTerms, now: datetime, start: int, end: int) -> Offer:
    """The offer for starts in [start, end), epoch seconds, with the host's bookings and the limits."""
    offer = offer_of(snapshot, terms, now)
    calendar = snapshot.calendar
    days, weeks = _reached_limits(calendar, start, end)
    return _replace(offer, blocked=_blocked(calendar.host_id, start, end), full_days=days, full_weeks=weeks)


def _replace(offer: Offer, **changes: object) -> Offer:
    # Not dataclasses.replace: `Offer` caches what it derives, and the copy has to start empty.
    return Offer(**{**{name: getattr(offer, name) for name in offer.__dataclass_fields__}, **changes})


def _blocked(host_id: int, start: int, end: int) -> list[tuple[int, int]]:
    """Blocked ranges of the host's bookings, in all calendars, near [start, end)."""
    until = _instant(end) + LONGEST_BLOCK
    found = connection().execute(
        select(booking.c.blocked_from, booking.c.blocked_until).where(
            booking.c.host_id == host_id,
            booking.c.status != BookingStatus.CANCELLED,
            booking.c.blocked_from > _instant(start) - 2 * LONGEST_BLOCK,
            booking.c.blocked_from < until,
        )
    )
    return [(int(row[0].timestamp()), int(row[1].timestamp())) for row in found]


def _reached_limits(calendar: Calendar, start: int, end: int) -> tuple[frozenset[date], frozenset[date]]:
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
    full = [
        (row.period, row.starts_on)
        for row in found
        if limits[row.period] and row.bookings >= limits[row.period]
    ]
    days = frozenset(day for period, day in full if period == LimitPeriod.DAY)
    return days, frozenset(day for period, day in full if period == LimitPeriod.WEEK)


def _instant(epoch_seconds: int) -> datetime:
    return datetime.fromtimestamp(min(epoch_seconds, 200_000_000_000), UTC)
