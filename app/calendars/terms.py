"""A calendar's settings as the slot engine takes them. Pure: `now` comes in."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from ..scheduling.availability import Availability
from ..scheduling.slots import SlotRules
from ..scheduling.wallclock import date_at, pieces_of
from .models import Calendar, WindowKind

ONE_DAY = timedelta(days=1)


class Window(NamedTuple):
    """A slot starts at `earliest` and at `opens` at the soonest, and before `latest`; epoch seconds.

    The notice says `earliest`, the booking window the other two: an owner is told which of them is in the way.
    """

    earliest: int
    opens: int
    latest: int


def rules_of(calendar: Calendar, duration_minutes: int | None = None) -> SlotRules:
    """How the calendar cuts its hours into slots; a link may bring its own duration."""
    return SlotRules(
        duration=timedelta(minutes=duration_minutes or calendar.duration_minutes),
        step=timedelta(minutes=calendar.step_minutes),
        before=timedelta(minutes=calendar.buffer_before_minutes),
        after=timedelta(minutes=calendar.buffer_after_minutes),
    )


def availability_of(calendar: Calendar) -> Availability:
    """When the calendar can be booked at all. A later override wins where two name the same date."""
    overrides = {
        day: tuple(map(tuple, override.ranges))
        for override in calendar.overrides
        for day in _days(override.from_on, override.until_on)
    }
    weekly = tuple(tuple(map(tuple, ranges)) for ranges in calendar.weekly_hours)
    return Availability(calendar.tz, weekly, overrides)


def window_of(calendar: Calendar, now: datetime) -> Window:
    """Notice and booking window, in the calendar's zone.

    A window of n days ends with the n-th day after today; a range with its last date.
    """
    earliest = int((now + timedelta(minutes=calendar.minimum_notice_minutes)).timestamp())
    if calendar.window_kind == WindowKind.RANGE:
        first, last = calendar.window_from_on, calendar.window_until_on
        return Window(earliest, _midnight(calendar.tz, first), _midnight(calendar.tz, last + ONE_DAY))
    opens = int(now.timestamp())
    end = date_at(calendar.tz, opens) + timedelta(days=calendar.window_days + 1)
    return Window(earliest, opens, _midnight(calendar.tz, end))


def _midnight(tz: str, day: date) -> int:
    # A zone may have left a date out: the next one begins at the same instant.
    while not (pieces := pieces_of(tz, day)):
        day += ONE_DAY
    return pieces[0].start


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
