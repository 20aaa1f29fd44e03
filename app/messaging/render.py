"""Texts with values in them, as in "Hello {{ contact.first_name }}": looked up by name, never evaluated. Pure."""

import re
from collections.abc import Collection, Mapping

# Whatever stands in double braces, so that a mistyped name is found and not sent as it is.
_PLACE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each named value in its place; what a value says is not looked at again."""
    return _PLACE.sub(lambda place: values.get(place[1].strip(), place[0]), text)


def unknown(text: str, known: Collection[str]) -> list[str]:
    """What stands in braces and is no value's name, as it was typed, each once."""
    # Braces that were opened and not closed, or the other way round.
    halves = [half for half in ("{{", "}}") if half in _PLACE.sub("", text)]
    return list(dict.fromkeys([*(name for name in names(text) if name not in known), *halves]))


def names(text: str) -> list[str]:
    """What stands in braces, in order."""
    return [name.strip() for name in _PLACE.findall(text)]
