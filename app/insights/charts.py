"""Charts as plain numbers for SVG. Each stands beside a table that says the same. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

HEIGHT, LINE = 160, 20  # of the bars, and of a line of words above and below them
GAP = 0.25  # of a bar's place
MOST_NUMBERED = 20  # more bars than these are too narrow for numbers
FAR_ON = 80  # per cent of the width
WORDS_BELOW = 4  # as many as a phone has room for


class Bar(NamedTuple):
    """One bar: `x`, `middle` and `width` in per cent of the chart's width, `y` and `height` in pixels.

    `number` stands above it and `word` below it, where there is room for them.
    """

    x: float
    middle: float
    width: float
    y: float
    height: float
    number: str
    word: str

    @property
    def word_end(self) -> int | None:
        """Where the word below ends, for a bar so far on that it would not fit if it began there."""
        return 100 if self.x > FAR_ON else None


def upright(values: Sequence[int], words: Sequence[str]) -> list[Bar]:
    """Bars side by side, the highest HEIGHT high, a LINE below the top; those of nothing have no height."""
    most, place = max(values, default=0) or 1, 100 / (len(values) or 1)
    every = -(-len(values) // WORDS_BELOW) or 1
    bars = []
    for at, (value, word) in enumerate(zip(values, words, strict=True)):
        height = round(HEIGHT * value / most, 1)
        bars.append(
            Bar(
                x=round(at * place + place * GAP / 2, 2),
                middle=round((at + 0.5) * place, 2),
                width=round(place * (1 - GAP), 2),
                y=round(LINE + HEIGHT - height, 1),
                height=height,
                number=str(value) if value and len(values) <= MOST_NUMBERED else "",
                word="" if at % every else word,
            )
        )
    return bars


def share(part: int, whole: int) -> int:
    """`part` in whole per cent of `whole`; nothing of nothing is 0."""
    return round(100 * part / whole) if whole else 0
