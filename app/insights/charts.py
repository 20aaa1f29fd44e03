"""Charts as plain numbers for SVG. Each stands beside a table that says the same. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 720, 160
GAP = 0.25  # of a bar's place


class Bar(NamedTuple):
    """One bar, in the units of a box that is WIDTH wide and HEIGHT high."""

    x: float
    y: float
    width: float
    height: float


def upright(values: Sequence[int]) -> list[Bar]:
    """Bars side by side, the highest as high as the box; those of nothing have no height."""
    most, place = max(values, default=0) or 1, WIDTH / (len(values) or 1)
    heights = [round(HEIGHT * value / most, 1) for value in values]
    return [
        Bar(
            round(number * place + place * GAP / 2, 1),
            round(HEIGHT - height, 1),
            round(place * (1 - GAP), 1),
            height,
        )
        for number, height in enumerate(heights)
    ]


def share(part: int, whole: int) -> int:
    """`part` in whole per cent of `whole`; nothing of nothing is 0."""
    return round(100 * part / whole) if whole else 0
