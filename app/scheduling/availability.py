"""Weekly hours and date overrides in a time zone, expanded date by date to instants.

One rule settles every day on which the clocks change: **an instant belongs to a range of hours when its
wall clock does**, that is when its local date is the date asked for and its wall time lies in
[from, until). So
- an edge that falls into a gap moves to the moment of the change: 02:30 to 04:00 begins at 03:00 on a
  night without a 02:30, and 02:00 to 03:00 does not take place at all;
- an edge that happens twice opens and closes the range each time: 01:30 to 03:00, on a night that goes
  from 02:00 back to 01:00, is open from the first 01:30 to the first 02:00 and from the second 01:30 on.
  Such a range is split in two, each with its own grid;
- a range round the whole of a repeated hour stays one range and is an hour longer;
- a date that a zone has left out has no hours.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from .intervals import Interval, merge
from .wallclock import DAY, Segment, date_of, day_number, pieces_of

Minutes = tuple[tuple[int, int], ...]
_DAY_MINUTES = 1440
_MOST_DAYS_KEPT = 400
_MOST_GRIDS_KEPT = 4


@dataclass(frozen=True)
class Availability:
    """When a calendar can be booked at all, before anything is blocked.

    `tz` is the zone's name. `weekly` has seven entries, Monday first; each is a tuple of (from, until) in
    minutes of the day, 0 to 1440. `overrides` replaces a single date's hours; an empty tuple makes the date
    unavailable. Ranges that overlap are merged; ranges that only touch stay apart, each with its own grid.

    Days once expanded are kept (a bounded number), so keep the object rather than make it again.
    Raises ValueError unless there are seven days, all of minutes between 0 and 1440.
    """

    tz: str
    weekly: tuple[Minutes, ...]
    overrides: Mapping[date, Minutes] = field(default_factory=dict)
    _grids: dict[tuple[int, int], dict[int, tuple[int, ...]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError("Weekly hours need seven days, Monday first.")
        object.__setattr__(self, "weekly", tuple(_tidy(hours) for hours in self.weekly))
        object.__setattr__(self, "overrides", {day: _tidy(hours) for day, hours in self.overrides.items()})

    def minutes_on(self, day: date) -> Minutes:
        """The hours of a date as sorted, disjoint (from, until) in minutes of its wall clock."""
        hours = self.overrides.get(day)
        return self.weekly[day.weekday()] if hours is None else hours

    def ranges_on(self, day: date) -> tuple[Interval, ...]:
        """The hours of a local date as sorted, disjoint intervals of epoch seconds."""
        return expand(self.tz, day, self.minutes_on(day))

    def starts_on(self, days: Iterable[int], duration: int, step: int) -> list[int]:
        """All starts on the step grids of some local days, each with room for `duration` in its range.

        Days are given as `day_number`; duration and step are seconds, the starts epoch seconds.
        """
        kept = self._kept_grid(duration, step)
        found: list[int] = []
        for number in days:
            starts = kept.get(number)
            if starts is None:
                starts = kept[number] = self._grid_of(number, duration, step)
            found += starts
        return found

    def _kept_grid(self, duration: int, step: int) -> dict[int, tuple[int, ...]]:
        """The days already cut in this way; forgotten when they grow too many."""
        if len(self._grids) > _MOST_GRIDS_KEPT:
            self._grids.clear()
        kept = self._grids.setdefault((duration, step), {})
        if len(kept) > _MOST_DAYS_KEPT:
            kept.clear()
        return kept

    def _grid_of(self, number: int, duration: int, step: int) -> tuple[int, ...]:
        ranges = self.ranges_on(date_of(number))
        return tuple(chain.from_iterable(range(start, end - duration + 1, step) for start, end in ranges))


def expand(tz: str, day: date, minutes: Minutes) -> tuple[Interval, ...]:
    """Ranges of a date's wall clock, in minutes, as sorted intervals of epoch seconds (see the module's rule)."""
    if not minutes:
        return ()
    pieces, local_midnight = pieces_of(tz, day), day_number(day) * DAY
    return tuple(sorted(part for hours in minutes for part in _instants(pieces, local_midnight, *hours)))


def _instants(
    pieces: list[Segment], local_midnight: int, from_minute: int, until_minute: int
) -> list[Interval]:
    """The instants whose wall time lies in one range; what follows on without a break is one interval."""
    found: list[Interval] = []
    for start, end, offset in pieces:
        midnight = local_midnight - offset
        low, high = max(start, midnight + from_minute * 60), min(end, midnight + until_minute * 60)
        if low >= high:
            continue
        if found and found[-1].end == low:
            low = found.pop().start
        found.append(Interval(low, high))
    return found


def _tidy(hours: Iterable[tuple[int, int]]) -> Minutes:
    hours = tuple(hours)
    if any(not 0 <= minute <= _DAY_MINUTES for span in hours for minute in span):
        raise ValueError("Hours lie between minute 0 and minute 1440 of a day.")
    return tuple(merge(hours))
