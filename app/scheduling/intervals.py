"""Half-open intervals [start, end) of epoch seconds (or of any other whole numbers)."""

from collections.abc import Iterable
from typing import NamedTuple


class Interval(NamedTuple):
    """From `start` up to, but not including, `end`. Two intervals that only touch do not overlap."""

    start: int
    end: int


def merge(intervals: Iterable[tuple[int, int]], closer_than: int = 0) -> list[Interval]:
    """Sorted, disjoint intervals that cover the same numbers; empty and reversed ones are dropped.

    Two are joined when the gap between them is smaller than `closer_than`: with 0 only what overlaps is
    joined and what touches stays apart, with 1 what touches is joined too.
    """
    return [Interval(start, end) for start, end in zip(*merged_edges(intervals, closer_than), strict=True)]


def merged_edges(intervals: Iterable[tuple[int, int]], closer_than: int = 0) -> tuple[list[int], list[int]]:
    """The intervals of `merge` as two sorted lists, starts and ends: the shape that bisecting wants."""
    starts: list[int] = []
    ends: list[int] = []
    reach = None
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if reach is None or start - reach >= closer_than:
            if reach is not None:
                ends.append(reach)
            starts.append(start)
            reach = end
        elif end > reach:
            reach = end
    if reach is not None:
        ends.append(reach)
    return starts, ends


def overlaps(start: int, end: int, intervals: Iterable[tuple[int, int]]) -> bool:
    """Whether [start, end) shares a number with any of the intervals, in whatever order they come."""
    return any(max(start, other_start) < min(end, other_end) for other_start, other_end in intervals)
