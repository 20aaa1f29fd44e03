"""Wall clocks as plain numbers: which offset a zone has when, and which instants make up one local date.

Asking zoneinfo for every slot would cost more than everything else together. Here a zone is asked a few
times per stretch of weeks, the answers are kept, and all further work is integer arithmetic.
"""

from bisect import bisect_left
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .. import zones

DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_DAY, _LAST_DAY = (edge.toordinal() - _EPOCH for edge in (date.min, date.max))
# A zone may be asked up to here without leaving the years that datetime knows.
_FIRST, _LAST = (_FIRST_DAY + 2) * DAY, (_LAST_DAY - 2) * DAY
_STRETCH = 64 * DAY
# No zone changes its clocks and takes it back within so short a time (the closest pair is a Ramadan apart).
_PROBE = 8 * DAY


class Segment(NamedTuple):
    """Instants [start, end) during which the zone's clocks are `offset` seconds ahead of UTC."""

    start: int
    end: int
    offset: int


def segments(tz: str, start: int, end: int) -> list[Segment]:
    """The offsets in force during [start, end), in order; neighbours differ.

    Raises `zoneinfo.ZoneInfoNotFoundError` for a zone that does not exist.
    """
    found: list[Segment] = []
    for stretch in range(start // _STRETCH, (end - 1) // _STRETCH + 1):
        for segment_start, segment_end, offset in _stretch(tz, stretch):
            low, high = max(segment_start, start), min(segment_end, end)
            if low >= high:
                continue
            if found and found[-1].offset == offset:
                low = found.pop().start
            found.append(Segment(low, high, offset))
    return found


def pieces_of(tz: str, day: date) -> list[Segment]:
    """The instants whose wall clock in `tz` shows `day`: one segment on nearly all days.

    Two on a day the clocks change, none on a date that the zone has left out.
    """
    return segments_of_dates(tz, day_number(day), day_number(day))


def segments_of_dates(tz: str, first: int, last: int) -> list[Segment]:
    """The instants whose wall clock in `tz` shows one of the days `first` to `last` (see `day_number`)."""
    low, high = first * DAY, (last + 1) * DAY
    return [
        Segment(max(start, low - offset), min(end, high - offset), offset)
        for start, end, offset in segments(tz, low - DAY, high + DAY)
        if max(start, low - offset) < min(end, high - offset)
    ]


def days_between(tz: str, start: int, end: int) -> range:
    """The numbers of the local dates that [start, end) touches."""
    if start >= end:
        return range(0)
    covered = segments(tz, start, end)
    # Not the two ends alone: clocks put back past midnight return to a date that seemed over.
    first = min((segment.start + segment.offset) // DAY for segment in covered)
    last = max((segment.end - 1 + segment.offset) // DAY for segment in covered)
    return range(max(first, _FIRST_DAY), min(last, _LAST_DAY) + 1)


def date_at(tz: str, instant: int) -> date:
    """The local date at an instant, in epoch seconds; the first or last there is when it lies beyond."""
    number = (instant + _offset_at(zones.zone(tz), instant)) // DAY
    return date_of(min(max(number, _FIRST_DAY), _LAST_DAY))


def day_number(day: date) -> int:
    """A date as the number of days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def date_of(number: int) -> date:
    """The date of a `day_number`."""
    return date.fromordinal(number + _EPOCH)


@lru_cache(maxsize=4096)
def _stretch(tz: str, number: int) -> tuple[Segment, ...]:
    zone = zones.zone(tz)
    start, stop = number * _STRETCH, (number + 1) * _STRETCH
    found = []
    offset = _offset_at(zone, start)
    for probe in range(start + _PROBE, stop + 1, _PROBE):
        later = _offset_at(zone, probe)
        if later != offset:
            change = _change(zone, probe - _PROBE, probe, offset)
            found.append(Segment(start, change, offset))
            start, offset = change, later
    if start < stop:
        found.append(Segment(start, stop, offset))
    return tuple(found)


def _change(zone: ZoneInfo, low: int, high: int, offset: int) -> int:
    """The first second after `low` that no longer has `offset`; at `high` it is gone."""
    return bisect_left(range(high), True, low + 1, high, key=lambda at: _offset_at(zone, at) != offset)


def _offset_at(zone: ZoneInfo, instant: int) -> int:
    """Seconds ahead of UTC. Outside the years that datetime knows, the nearest it knows."""
    offset = datetime.fromtimestamp(min(max(instant, _FIRST), _LAST), zone).utcoffset()
    return offset.days * DAY + offset.seconds
