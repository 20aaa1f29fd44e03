"""Text from people, as it may be stored: only what can be seen.

Control characters break mail headers, logs and PostgreSQL; invisible ones of Unicode, above all those that turn the
direction round, rewrite the page or the subject that a name stands in.
"""

import re
import unicodedata
from collections.abc import Iterator

DROPPED = ("Cc", "Cf", "Cs")
STACKED = ("Mn", "Me")
MOST_MARKS = 4  # Hebrew with all its points has as many
# Inside a word, emoji and many scripts need them: ZERO WIDTH NON-JOINER and JOINER.
JOINERS = "\u200c\u200d"
_LOOSE_JOINERS = re.compile(rf"(?<![^\s{JOINERS}])[{JOINERS}]+|[{JOINERS}]+(?!\S)")
# Letters and symbols by category, and yet empty: fillers of Hangul, and the Braille pattern without dots.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def one_line(text: str | None) -> str:
    """The text on one line, runs of white space as one blank; empty when nothing of it can be seen."""
    return _seen(" ".join(_printable(text or "").split()))


def paragraphs(text: str | None) -> str:
    """The text with its line breaks, as "\\n", and without blanks round it; empty when nothing can be seen."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _seen("\n".join(_printable(line).rstrip() for line in lines).strip())


def _printable(line: str) -> str:
    spaced = line.replace("\t", " ").replace("\n", " ").replace("\r", " ")
    kept = "".join(each for each in spaced if each in JOINERS or unicodedata.category(each) not in DROPPED)
    return _LOOSE_JOINERS.sub("", "".join(_unstacked(kept)))


def _unstacked(text: str) -> Iterator[str]:
    """Without the marks over and under a letter that are too many for any language: they run into other lines."""
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in STACKED else 0
        if marks <= MOST_MARKS:
            yield letter


def _seen(text: str) -> str:
    return text if any(_shows(letter) for letter in text) else ""


def _shows(letter: str) -> bool:
    return unicodedata.category(letter)[0] not in "CMZ" and letter not in _BLANK
