"""Which times can be booked: availability less what is blocked, under a calendar's and a link's rules.

All instants are whole epoch seconds. An `Offer` holds everything a question needs, and each function below
answers one question about it without computing more than was asked. A reader's day is not the calendar's
day: one may touch two or three of the other.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import inf

from .availability import Availability
from .intervals import merged_edges
from .wallclock import DAY, date_at, date_of, day_number, days_between, segments_of_dates


@dataclass(frozen=True)
class SlotRules:
    """How a calendar cuts its hours into slots.

    A slot lasts `duration` and starts at range start + n x `step`. It needs `before` and `after` free round it.
    Raises ValueError when duration or step is less than a second, or a buffer is negative.
    """

    duration: timedelta
    step: timedelta
    before: timedelta = timedelta()
    after: timedelta = timedelta()

    def __post_init__(self) -> None:
        second = timedelta(seconds=1)
        if self.duration < second or self.step < second or min(self.before, self.after) < timedelta():
            raise ValueError("Duration and step must be positive, buffers not negative.")

    @cached_property
    def seconds(self) -> tuple[int, int, int, int]:
        """(duration, step, before, after) in whole seconds."""
        return tuple(
            int(part.total_seconds()) for part in (self.duration, self.step, self.before, self.after)
        )


@dataclass(frozen=True)
class Offer:
    """What one calendar, or one link of it, offers at one moment.

    `now`, `earliest`, `opens` and `latest` are instants: the present, now + minimum notice, and where the booking
    window begins and ends; a slot starts in [max(earliest, opens), latest). `blocked` are (start, end) instants, in
    any order, overlapping or not: the blocked ranges of bookings and outside busy times. `full_days` and `full_weeks`
    (named by their Monday) have reached their limit, in the calendar's zone.

    A link can narrow the offer to local dates of the calendar (`from_on` to `until_on`, both included) or to a
    few `offered` start instants. Offered times need no hours, grid, notice or window; the past, blocked ranges,
    limits and dates hold for them too. `left_out` is a start that is not offered though it may be free: the one
    that a booking to be moved has already.
    """

    availability: Availability
    rules: SlotRules
    now: int
    earliest: int
    latest: int
    blocked: Sequence[tuple[int, int]] = ()
    full_days: frozenset[date] = frozenset()
    full_weeks: frozenset[date] = frozenset()
    from_on: date | None = None
    until_on: date | None = None
    offered: tuple[int, ...] | None = None
    opens: int = 0
    left_out: int | None = None

    @property
    def tz(self) -> str:
        """The calendar's zone."""
        return self.availability.tz

    @cached_property
    def bounds(self) -> tuple[int, int]:
        """[first, end) of the instants at which a slot may start, as far as the past, notice and window say."""
        if self.offered is None:
            return max(self.now, self.earliest, self.opens), self.latest
        return self.now, max(self.offered, default=self.now) + 1

    @cached_property
    def clear(self) -> tuple[list[float], list[float]]:
        """When a slot may start, round what is blocked: from `froms[i]` to `untils[i]`, both included, sorted.

        Blocked times that no slot fits between count as one.
        """
        duration, _, before, after = self.rules.seconds
        starts, ends = merged_edges(self.blocked, closer_than=before + duration + after)
        return [-inf, *[end + before for end in ends]], [*[start - duration - after for start in starts], inf]

    @cached_property
    def is_limited(self) -> bool:
        """Whether `accepts` can refuse any day at all."""
        return bool(self.full_days or self.full_weeks or self.from_on or self.until_on)

    def within_dates(self, day: date) -> bool:
        """Whether the link's dates allow a day of the calendar."""
        return not ((self.from_on and day < self.from_on) or (self.until_on and day > self.until_on))

    def accepts(self, day: date) -> bool:
        """Whether a slot may start on a day of the calendar, as far as the link's dates and the limits say."""
        return day not in self.full_days and monday_of(day) not in self.full_weeks and self.within_dates(day)


def monday_of(day: date) -> date:
    """The Monday that names a date's ISO week."""
    return day - timedelta(days=day.weekday())


def slots_between(offer: Offer, start: int, end: int) -> list[int]:
    """All open slots that start in [start, end), sorted."""
    first, stop = offer.bounds
    start, end = max(start, first), min(end, stop)
    wanted = _offered_starts(offer) if offer.offered is not None else _grid_starts(offer, start, end)
    found = _only_clear(offer, wanted[bisect_left(wanted, start) : bisect_left(wanted, end)])
    return found if offer.left_out is None else [slot for slot in found if slot != offer.left_out]


def is_offered(offer: Offer, start: int) -> bool:
    """Whether a slot that starts at this instant can be booked; looks at that day's hours only."""
    return bool(slots_between(offer, start, start + 1))


def times_by_day(offer: Offer, first: date, last: date, reader_tz: str) -> dict[date, list[int]]:
    """The open slots of the reader's days `first` to `last`, both included; days without any are left out."""
    found: dict[int, list[int]] = {}
    for start, end, offset in segments_of_dates(reader_tz, day_number(first), day_number(last)):
        slots = slots_between(offer, start, end)
        at = 0
        while at < len(slots):
            number = (slots[at] + offset) // DAY
            next_midnight = (number + 1) * DAY - offset
            until = bisect_left(slots, next_midnight, at)
            found.setdefault(number, []).extend(slots[at:until])
            at = until
    return {date_of(number): found[number] for number in sorted(found)}


def times_on(offer: Offer, day: date, reader_tz: str) -> list[int]:
    """The open slots whose start shows `day` on the reader's wall clock, sorted."""
    return times_by_day(offer, day, day, reader_tz).get(day, [])


def day_counts(offer: Offer, first: date, last: date, reader_tz: str) -> dict[date, int]:
    """How many open slots each of the reader's days has, `first` to `last`; days without any are left out."""
    return {day: len(times) for day, times in times_by_day(offer, first, last, reader_tz).items()}


def next_open(offer: Offer, after: int) -> int | None:
    """The first open slot at or after an instant, searched a day at a time up to the end of the window."""
    first, stop = offer.bounds
    for start in range(max(after, first), stop, DAY):
        if slots := slots_between(offer, start, start + DAY):
            return slots[0]
    return None


def nearest(offer: Offer, start: int, n: int = 3) -> list[int]:
    """The `n` open slots that start closest to an instant, sorted by time; of two as close, the earlier."""
    first, stop = offer.bounds
    reach = DAY
    while True:
        slots = slots_between(offer, start - reach, start + reach + 1)
        if len(slots) >= n or (start - reach <= first and start + reach >= stop):
            return sorted(sorted(slots, key=lambda slot: abs(slot - start))[:n])
        reach *= 2


def is_clear(offer: Offer, start: int) -> bool:
    """Whether a slot and its buffers meet nothing blocked; touching is fine."""
    return bool(_only_clear(offer, [start]))


def _offered_starts(offer: Offer) -> list[int]:
    return [slot for slot in sorted(set(offer.offered)) if offer.accepts(date_at(offer.tz, slot))]


def _grid_starts(offer: Offer, start: int, end: int) -> list[int]:
    """The starts that hours and grid give on all dates that [start, end) touches, sorted."""
    days = days_between(offer.tz, start, end)
    if offer.is_limited:
        days = [number for number in days if offer.accepts(date_of(number))]
    duration, step, *_ = offer.rules.seconds
    starts = offer.availability.starts_on(days, duration, step)
    # Dates come in order, yet where clocks go back past midnight their instants may not.
    starts.sort()
    return starts


def _only_clear(offer: Offer, starts: list[int]) -> list[int]:
    """Those of the sorted starts whose slots, buffers included, meet nothing blocked."""
    if not starts:
        return starts
    froms, untils = offer.clear
    at = bisect_left(untils, starts[0])
    clear_from, clear_until = froms[at], untils[at]
    found = []
    for start in starts:
        while start > clear_until:
            at += 1
            clear_from, clear_until = froms[at], untils[at]
        if start >= clear_from:
            found.append(start)
    return found
