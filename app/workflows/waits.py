"""Until when a run waits: for a time, a date, a booking, a link, and for the hours of sending. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ..errors import Invalid
from ..localtime import wall_to_instant
from ..scheduling.wallclock import date_at
from .facts import Facts, LinkState
from .kinds import ROUND_BOOKING
from .steps import Window

LONGEST_WAIT = timedelta(days=366)
ONE_DAY = timedelta(days=1)


def until(options: Mapping[str, Any], began_at: datetime, facts: Facts) -> datetime:
    """When the wait that began then is over, as things stand now; what has passed is over at once.

    Counted from when it began, never from now: however often it is asked, and wherever the clock jumps to, the
    answer for a time or a date stays the same. A wait round a booking follows the booking, and waits for it first.
    """
    kind = options["until"]
    length = timedelta(minutes=options.get("minutes") or 0)
    if kind == "date":
        return _wall(date.fromisoformat(options["on"]), options.get("at") or 0, options["tz"])
    if kind in ROUND_BOOKING:
        return _round_booking(kind, length, began_at, facts)
    if kind == "link_used" and facts.link in (None, LinkState.USED, LinkState.DELETED):
        return began_at
    return began_at + length


def opens_at(window: Window | None, now: datetime, contacts_tz: str | None) -> datetime:
    """When a message may go: `now` inside the window, else when it opens next."""
    if window is None or not window.days:
        return now
    tz = contacts_tz if window.is_contacts and contacts_tz else window.tz
    today = date_at(tz, int(now.timestamp()))
    for days in range(-1, 9):  # yesterday's may reach beyond midnight
        day = today + days * ONE_DAY
        if day.weekday() not in window.days:
            continue
        start, end = _span(window, day, tz)
        if now < end:
            return max(now, start)
    return now


def _round_booking(kind: str, length: timedelta, began_at: datetime, facts: Facts) -> datetime:
    if facts.booking_starts_at is None or facts.booking_ends_at is None:
        return _until_booked(began_at, facts)
    return facts.booking_starts_at - length if kind == "before_booking" else facts.booking_ends_at + length


def _until_booked(began_at: datetime, facts: Facts) -> datetime:
    """As long as the run's link may still lead to the booking; whoever uses it wakes the run."""
    if facts.link not in (LinkState.UNOPENED, LinkState.OPENED):
        return began_at
    latest = began_at + LONGEST_WAIT
    return min(facts.link_expires_at or latest, latest)


def _span(window: Window, day: date, tz: str) -> tuple[datetime, datetime]:
    """Until the same or an earlier time means until then on the next day."""
    end_day = day if window.end > window.start else day + ONE_DAY
    return _wall(day, window.start, tz), _wall(end_day, window.end, tz)


def _wall(day: date, minutes: int, tz: str) -> datetime:
    """The instant; of a time that the clocks skip, the first one after it."""
    for later in range(0, 24 * 60, 15):
        try:
            return wall_to_instant(day + (minutes + later) // 1440 * ONE_DAY, (minutes + later) % 1440, tz)
        except Invalid:
            continue
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)
