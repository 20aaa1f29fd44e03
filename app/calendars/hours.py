"""Hours of a day, as text and as minutes. Pure."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_RANGES = 12
A_DAY = 1440
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[:.]?([0-5][0-9])(?::00)?")

Typed = dict[str, str]  # {"start": "09:00", "end": "17:00"}: a row as it was typed


def minutes_of(text: str) -> int | None:
    """Minutes after midnight of "09:30", "9:30", "0930" or "24:00"; None for anything else."""
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        return None
    minutes = int(found[1]) * 60 + int(found[2])
    return minutes if minutes <= A_DAY else None


def clock_text(minutes: int) -> str:
    """ "09:30". The end of a day is "00:00", as a time input knows no 24:00."""
    hour, minute = divmod(minutes % A_DAY, 60)
    return f"{hour:02d}:{minute:02d}"


def until_minutes(minutes: int) -> int:
    """The minutes at which a range ends: 00:00 means the end of the day."""
    return minutes or A_DAY


def span_text(span: Sequence[int]) -> str:
    """ "09:00 to 17:00"."""
    return f"{clock_text(span[0])} to {clock_text(span[1])}"


def first_overlap(ranges: Iterable[Sequence[int]]) -> tuple[Sequence[int], Sequence[int]] | None:
    """The first two ranges that overlap, the later one second; touching is fine."""
    ordered = sorted(ranges)
    return next(((one, other) for one, other in pairwise(ordered) if other[0] < one[1]), None)


def longest_minutes(days: Iterable[Iterable[Sequence[int]]]) -> int | None:
    """The length of the longest range of some days; None when there is none at all."""
    return max((until - start for ranges in days for start, until in ranges), default=None)


def with_another(rows: list[Typed]) -> list[Typed]:
    """The rows with one more: nine to five on an empty day, else an hour that begins an hour after the last."""
    if len(rows) >= MOST_RANGES:
        return rows
    last = minutes_of(rows[-1]["end"]) if rows else None
    if not rows:
        return [{"start": "09:00", "end": "17:00"}]
    if not last or last > A_DAY - 120:
        return [*rows, {"start": "", "end": ""}]
    return [*rows, {"start": clock_text(last + 60), "end": clock_text(last + 120)}]
