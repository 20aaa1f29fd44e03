"""Which times can be booked: availability less what is blocked, under a calendar's and a link's rules.

All instants are whole epoch seconds. An `Offer` holds everything a question needs, and each function below
answers one question about it without computing more than was asked. A reader's day is not the calendar's
day: one may touch two or three of the other.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from app.scheduling.availability import Availability
from app.scheduling.intervals import merged_edges
from app.scheduling.wallclock import DAY, date_at, dates_between, pieces_of


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

    `now`, `earliest` and `latest` are instants: the present, now + minimum notice, and the end of the booking
    window; a slot starts in [earliest, latest). `blocked` are (start, end) instants, in any order, overlapping
    or not: the blocked ranges of bookings and outside busy times. `full_days` and `full_weeks` (named by their
    Monday) have reached their limit, in the calendar's zone.

    A link can narrow the offer to local dates of the calendar (`from_on` to `until_on`, both included) or to a
    few `offered` start instants. Offered times need no hours, grid, notice or window; the past, blocked ranges,
    limits and dates hold for them too.
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

    @property
    def tz(self) -> str:
        """The calendar's zone."""
        return self.availability.tz

    @cached_property
    def bounds(self) -> tuple[int, int]:
        """[first, end) of the instants at which a slot may start, as far as the past, notice and window say."""
        if self.offered is None:
            return max(self.now, self.earliest), self.latest
        return self.now, max(self.offered, default=self.now) + 1

    @cached_property
    def taken(self) -> tuple[list[int], list[int]]:
        """Starts and ends of the blocked times; what no slot fits between is joined, so that there are few."""
        duration, _, before, after = self.rules.seconds
        return merged_edges(self.blocked, closer_than=before + duration + after)

    def within_dates(self, day: date) -> bool:
        """Whether the link's dates allow a day of the calendar."""
        return not ((self.from_on and day < self.from_on) or (self.until_on and day > self.until_on))

    def accepts(self, day: date) -> bool:
        """Whether a slot may start on a day of the calendar, as far as the link's dates and the limits say."""
        if self.full_days and day in self.full_days:
            return False
        if self.full_weeks and monday_of(day) in self.full_weeks:
            return False
        return self.within_dates(day)


def monday_of(day: date) -> date:
    """The Monday that names a date's ISO week."""
    return day - timedelta(days=day.weekday())


def slots_between(offer: Offer, start: int, end: int) -> list[int]:
    """All open slots that start in [start, end), sorted."""
    first, stop = offer.bounds
    start, end = max(start, first), min(end, stop)
    if offer.offered is not None:
        return _open_offered(offer, start, end)
    found: list[int] = []
    for day in dates_between(offer.tz, start, end):
        if offer.accepts(day):
            _add_open_starts(offer, day, start, end, found)
    # Dates come in order, yet where clocks go back past midnight their instants may not.
    found.sort()
    return found


def is_offered(offer: Offer, start: int) -> bool:
    """Whether a slot that starts at this instant can be booked; looks at that day's hours only."""
    return bool(slots_between(offer, start, start + 1))


def times_on(offer: Offer, day: date, reader_tz: str) -> list[int]:
    """The open slots whose start shows `day` on the reader's wall clock, sorted."""
    return [slot for start, end, _ in pieces_of(reader_tz, day) for slot in slots_between(offer, start, end)]


def times_by_day(offer: Offer, first: date, last: date, reader_tz: str) -> dict[date, list[int]]:
    """The open slots of the reader's days `first` to `last`, both included; days without any are left out."""
    days = [(day, pieces_of(reader_tz, day)) for day in _days(first, last)]
    edges = [edge for _, pieces in days for start, end, _ in pieces for edge in (start, end)]
    slots = slots_between(offer, min(edges), max(edges)) if edges else []
    found = {}
    for day, pieces in days:
        times = [
            slot
            for start, end, _ in pieces
            for slot in slots[bisect_left(slots, start) : bisect_left(slots, end)]
        ]
        if times:
            found[day] = times
    return found


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


def _days(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _open_offered(offer: Offer, start: int, end: int) -> list[int]:
    return [
        slot
        for slot in sorted(set(offer.offered))
        if start <= slot < end and offer.accepts(date_at(offer.tz, slot)) and is_free(offer, slot)
    ]


def is_free(offer: Offer, start: int) -> bool:
    """Whether a slot and its buffers meet nothing blocked; touching is fine."""
    duration, _, before, after = offer.rules.seconds
    starts, ends = offer.taken
    at = bisect_right(ends, start - before)
    return at == len(ends) or starts[at] >= start + duration + after


def _add_open_starts(offer: Offer, day: date, low: int, high: int, found: list[int]) -> None:
    """Append the free starts of one date's grids that lie in [low, high)."""
    duration, step, before, after = offer.rules.seconds
    starts, ends = offer.taken
    for range_start, range_end in offer.availability.ranges_on(day):
        last = min(range_end - duration, high - 1)
        slot = range_start if range_start >= low else low + (range_start - low) % step
        at = bisect_right(ends, slot - before)
        # From one blocked time to the next: all grid points that end early enough before it, then past it.
        while slot <= last and at < len(ends):
            fits_until = starts[at] - duration - after
            if fits_until >= last:
                break
            found.extend(range(slot, fits_until + 1, step))
            clear = ends[at] + before
            slot = max(slot, clear + (range_start - clear) % step)
            at += 1
        found.extend(range(slot, last + 1, step))
