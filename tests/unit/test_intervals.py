"""Half-open intervals: what is joined, what stays apart, what counts as meeting."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scheduling.intervals import merge, merged_edges, overlaps

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


@pytest.mark.parametrize(
    ("given_spans", "closer_than", "merged"),
    [
        ([], 0, []),
        ([(5, 9), (1, 3)], 0, [(1, 3), (5, 9)]),
        ([(1, 4), (3, 9)], 0, [(1, 9)]),
        ([(1, 9), (3, 4), (1, 9)], 0, [(1, 9)]),
        ([(1, 3), (3, 9)], 0, [(1, 3), (3, 9)]),
        ([(1, 3), (3, 9)], 1, [(1, 9)]),
        ([(1, 3), (5, 9)], 2, [(1, 3), (5, 9)]),
        ([(1, 3), (5, 9)], 3, [(1, 9)]),
        ([(4, 4), (9, 2), (1, 3)], 5, [(1, 3)]),
    ],
    ids=[
        "none",
        "sorts",
        "overlap",
        "inside and twice",
        "touching",
        "touching wanted",
        "wide gap",
        "small gap",
        "empty",
    ],
)
def test_merge(given_spans, closer_than, merged):
    assert merge(given_spans, closer_than) == merged


@given(SPANS)
def test_merge_covers_the_same_numbers_in_order_and_apart(spans):
    merged = merge(spans)
    assert {n for low, high in merged for n in range(low, high)} == {
        n for low, high in spans for n in range(low, high)
    }
    assert all(before.end <= after.start for before, after in pairwise(merged))


@given(SPANS, st.integers(1, 10))
def test_merged_edges_leave_exactly_the_gaps_that_are_wide_enough(spans, room):
    starts, ends = merged_edges(spans, closer_than=room)
    exact = merge(spans, closer_than=1)
    wide = [(a.end, b.start) for a, b in pairwise(exact) if b.start - a.end >= room]
    assert list(zip(ends[:-1], starts[1:], strict=True)) == wide


@pytest.mark.parametrize(
    ("start", "end", "meets"),
    [(0, 3, False), (2, 4, True), (4, 5, True), (6, 8, False), (8, 9, False), (0, 20, True)],
)
def test_overlaps_is_half_open(start, end, meets):
    assert overlaps(start, end, [(8, 8), (3, 6)]) is meets
