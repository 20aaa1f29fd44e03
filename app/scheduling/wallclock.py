"""Wall clocks as plain numbers: which offset a zone has when, and which instants make up one local date.

Asking zoneinfo for every slot would cost more than everything else together. Here a zone is asked a few
times per stretch of weeks, the answers are kept, and all further work is integer arithmetic.
"""

from bisect import bisect_left
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST, _LAST = ((edge.toordinal() - _EPOCH) * DAY for edge in (date(1, 1, 3), date(9999, 12, 29)))
_STRETCH = 64 * DAY
# No zone has ever changed its clocks and taken it back within so short a time.
_PROBE = 2 * DAY


class Segment(NamedTuple):
    """Instants [start, end) during which the zone's clocks are `offset` seconds ahead of UTC."""

    start: int
    end: int
    offset: int


class Piece(NamedTuple):
    """Instants [start, end) of one local date; the wall shows second n of the day at `midnight + n`."""

    start: int
    end: int
    midnight: int


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


@lru_cache(maxsize=4096)
def pieces_of(tz: str, day: date) -> tuple[Piece, ...]:
    """The instants whose wall clock in `tz` shows `day`: one piece on nearly all days.

    Two on a day the clocks change, none on a date that a zone has skipped.
    """
    local_midnight = (day.toordinal() - _EPOCH) * DAY
    found = []
    for start, end, offset in segments(tz, local_midnight - DAY, local_midnight + 2 * DAY):
        midnight = local_midnight - offset
        low, high = max(start, midnight), min(end, midnight + DAY)
        if low < high:
            found.append(Piece(low, high, midnight))
    return tuple(found)


def date_at(tz: str, instant: int) -> date:
    """The local date at an instant, in epoch seconds."""
    return _date((instant + _offset_at(ZoneInfo(tz), instant)) // DAY)


def dates_between(tz: str, start: int, end: int) -> list[date]:
    """The local dates that [start, end) touches, in order."""
    if start >= end:
        return []
    covered = segments(tz, start, end)
    # Not the two ends alone: clocks put back past midnight return to a date that seemed over.
    first = min((segment.start + segment.offset) // DAY for segment in covered)
    last = max((segment.end - 1 + segment.offset) // DAY for segment in covered)
    return [_date(number) for number in range(first, last + 1)]


def _date(days_since_1970: int) -> date:
    return date.fromordinal(min(max(days_since_1970 + _EPOCH, 1), date.max.toordinal()))


@lru_cache(maxsize=4096)
def _stretch(tz: str, number: int) -> tuple[Segment, ...]:
    zone = ZoneInfo(tz)
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
