"""The next open time of many calendars at once, at a number of queries that does not grow with them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from ..calendars.models import Calendar
from ..calendars.snapshots import Snapshot
from ..calendars.terms import availability_of
from ..db import connection
from ..scheduling.slots import Offer, next_open
from .models import Booking, BookingCount, BookingStatus, LimitPeriod
from .offering import LONGEST_BLOCK, ONE_WEEK, LinkTerms, offer_of

SOON = timedelta(days=14)  # most calendars have a time in it, and need no more bookings read

booking = Booking.__table__
booking_count = BookingCount.__table__

Blocked = dict[int, list[tuple[int, int]]]


def next_open_times(calendars: Sequence[Calendar], now: datetime) -> dict[int, datetime]:
    """The first open time of each calendar by its id; those without any are left out.

    The calendars come with their overrides loaded. Reads the bookings of the next two weeks, and those of the
    whole windows only for calendars that have no time left in them: four queries at most.
    """
    offers = {
        each.id: offer_of(Snapshot(each, availability_of(each)), LinkTerms(), now) for each in calendars
    }
    near = int((now + SOON).timestamp())
    found = _first_times(calendars, offers, now, near)
    rest = [each for each in calendars if each.id not in found and offers[each.id].latest > near]
    if rest:
        found |= _first_times(rest, offers, now, max(offers[each.id].latest for each in rest))
    return {calendar_id: datetime.fromtimestamp(start, UTC) for calendar_id, start in found.items()}


def _first_times(
    calendars: Sequence[Calendar], offers: dict[int, Offer], now: datetime, until: int
) -> dict[int, int]:
    end = datetime.fromtimestamp(until, UTC)
    blocked = _blocked({each.host_id for each in calendars}, now, end)
    full = _reached(calendars, now, end)
    found = {}
    for each in calendars:
        days, weeks = full[each.id, LimitPeriod.DAY], full[each.id, LimitPeriod.WEEK]
        offer = replace(
            offers[each.id],
            latest=min(offers[each.id].latest, until),
            blocked=blocked[each.host_id],
            full_days=frozenset(days),
            full_weeks=frozenset(weeks),
        )
        start = next_open(offer, offer.now)
        if start is not None:
            found[each.id] = start
    return found


def _blocked(hosts: Collection[int], start: datetime, end: datetime) -> Blocked:
    found = connection().execute(
        select(booking.c.host_id, booking.c.blocked_from, booking.c.blocked_until).where(
            booking.c.host_id.in_(hosts),
            booking.c.status != BookingStatus.CANCELLED,
            booking.c.blocked_from > start - 2 * LONGEST_BLOCK,
            booking.c.blocked_from < end + LONGEST_BLOCK,
        )
    )
    blocked: Blocked = defaultdict(list)
    for host_id, since, until in found:
        blocked[host_id].append((int(since.timestamp()), int(until.timestamp())))
    return blocked


def _reached(
    calendars: Sequence[Calendar], start: datetime, end: datetime
) -> dict[tuple[int, LimitPeriod], set[date]]:
    """The days and weeks that have reached their limit, by calendar and period."""
    limits = {
        (each.id, period): most
        for each in calendars
        for period, most in ((LimitPeriod.DAY, each.limit_per_day), (LimitPeriod.WEEK, each.limit_per_week))
        if most
    }
    reached: dict[tuple[int, LimitPeriod], set[date]] = defaultdict(set)
    if not limits:
        return reached
    counts = select(booking_count).where(
        booking_count.c.calendar_id.in_({calendar_id for calendar_id, _ in limits}),
        booking_count.c.starts_on >= (start - 2 * ONE_WEEK).date(),
        booking_count.c.starts_on <= (end + ONE_WEEK).date(),
    )
    for row in connection().execute(counts):
        key = row.calendar_id, LimitPeriod(row.period)
        if row.bookings >= limits.get(key, row.bookings + 1):
            reached[key].add(row.starts_on)
    return reached
