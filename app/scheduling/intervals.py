"""Half-open intervals [start, end) of epoch seconds (or of any other whole numbers)."""

from collections.abc import Iterable
from math import inf
from operator import itemgetter
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
    """The intervals of `merge` as two sorted lists, starts and ends: the shape that searching wants."""
    starts, ends = [], []
    reach = limit = -inf
    # Sorted by the start alone: comparing whole tuples takes twice as long.
    for start, end in sorted(intervals, key=itemgetter(0)):
        if start < limit:
            if reach < end > start:
                reach, limit = end, end + closer_than
        elif start < end:
            starts.append(start)
            ends.append(reach)
            reach, limit = end, end + closer_than
    ends.append(reach)
    return starts, ends[1:]


def overlaps(start: int, end: int, intervals: Iterable[tuple[int, int]]) -> bool:
    """Whether [start, end) shares a number with any of the intervals, in whatever order they come."""
    return any(max(start, other_start) < min(end, other_end) for other_start, other_end in intervals)
