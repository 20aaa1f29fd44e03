"""Texts as phones get them: the alphabet of GSM where it has all letters, and how many segments that makes. Pure."""

import unicodedata
from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")  # two places each
# What typing programs put in by themselves, under what says the same.
_SAYS_THE_SAME = {
    "'": "\u2018\u2019\u2039\u203a\u00b4`",
    '"': "\u201c\u201d\u201e\u00ab\u00bb",
    ",": "\u201a",
    "-": "\u2010\u2011\u2013\u2014\u2022\u2212",
    "...": "\u2026",
    " ": "\u00a0\u2009\u202f\t",
    "": "\u200b\u200e\u200f",
}
PLAIN = {ord(letter): plain for plain, letters in _SAYS_THE_SAME.items() for letter in letters}
MOST_SEGMENTS = 10


@dataclass(frozen=True)
class Written:
    """A text as it is sent, and what it costs."""

    text: str
    segments: int
    is_gsm: bool


def written(text: str) -> Written:
    """The text in the alphabet of GSM if plain punctuation makes that possible, else as it stands, in UCS-2."""
    tidy = _tidied(text)
    plain = tidy.translate(PLAIN)
    if all(letter in BASIC or letter in EXTENDED for letter in plain):
        return Written(plain, _segments([2 if each in EXTENDED else 1 for each in plain], 160, 153), True)
    return Written(tidy, _segments([len(each.encode("utf-16-be")) // 2 for each in tidy], 70, 67), False)


def _tidied(text: str) -> str:
    """Composed letters, lines that end alike, and no control characters."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each in "\n\t" or unicodedata.category(each) != "Cc").strip()


def _segments(widths: list[int], alone: int, part: int) -> int:
    """How many segments hold letters of these widths, of which none is cut in two."""
    if sum(widths) <= alone:
        return 1
    count, room = 1, part
    for width in widths:
        if width > room:
            count, room = count + 1, part
        room -= width
    return count
