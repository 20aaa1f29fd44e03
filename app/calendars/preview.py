"""The coming days as an owner sees them: open times as stretches, and why a day has none. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ..scheduling.intervals import Interval
from ..scheduling.reasons import Reason, why_missing
from ..scheduling.slots import Offer, times_by_day
from ..scheduling.wallclock import day_number

SHOWN_DAYS = 14


@dataclass(frozen=True)
class PreviewDay:
    """A date of the calendar, how many times are open on it, and from when until when. `reason`: why none is."""

    day: date
    count: int
    stretches: Sequence[Interval]
    reason: Reason | None


def coming_days(offer: Offer, first: date) -> list[PreviewDay]:
    """Two weeks from `first` on, in the calendar's zone."""
    days = [first + timedelta(days=n) for n in range(SHOWN_DAYS)]
    times = times_by_day(offer, days[0], days[-1], offer.tz)
    return [_day(offer, day, times.get(day, [])) for day in days]


def _day(offer: Offer, day: date, times: list[int]) -> PreviewDay:
    reason = None if times else _why_none(offer, day)
    return PreviewDay(day, len(times), _stretches(offer, times), reason)


def _stretches(offer: Offer, times: list[int]) -> list[Interval]:
    """The times that follow on one another as one stretch, from the first start to the last end."""
    duration, step, *_ = offer.rules.seconds
    found: list[Interval] = []
    for start in times:
        if found and start <= max(found[-1].end, found[-1].end - duration + step):
            found[-1] = Interval(found[-1].start, start + duration)
        else:
            found.append(Interval(start, start + duration))
    return found


def _why_none(offer: Offer, day: date) -> Reason:
    """What keeps the day's last time from being offered; earlier ones may only be over."""
    duration, step, *_ = offer.rules.seconds
    starts = offer.availability.starts_on([day_number(day)], duration, step)
    if starts:
        return why_missing(offer, starts[-1]) or Reason.PAST
    return Reason.DATE_OVERRIDE if day in offer.availability.overrides else Reason.OUTSIDE_HOURS
