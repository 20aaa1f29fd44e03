"""A text as its page shows it: with its secrets hidden, and what it costs to send."""

from datetime import datetime
from typing import Any, NamedTuple

from .. import phones
from ..phone import gsm
from . import kinds
from .letters import Overtaken
from .occasions import Occasion


class Shown(NamedTuple):
    """What the text says, or why there is none, and facts beside it."""

    words: str
    gone: str
    number: str
    length: str


def shown(message: Any, now: datetime) -> Shown:
    """The text of the message."""
    number = phones.international(message.to_address) or message.to_address
    try:
        text = gsm.written(kinds.text(Occasion(message, now, is_sending=False)))
    except Overtaken as over:
        return Shown("", str(over), number, "")
    return Shown(text.text, "", number, _length(message.segments, text))


def _length(segments: int | None, text: gsm.Written) -> str:
    """What was sent counts, where that is known: a hidden secret is shorter than a real one."""
    count = segments or text.segments
    letters = "" if text.is_gsm or segments else ", as it has letters that the alphabet of phones does not"
    return f"{count} segment{'' if count == 1 else 's'}{letters}"
