"""Mail headers as they travel (RFC 5322, RFC 2047): what is read back is what was written. Pure.

The library folds wherever a line grows long. A reader then finds a blank before a long first word, two where encoded
words meet plain ones, or one inside a name. Here a text stands on one line, or in encoded words alone, of which every
reader drops the blanks between.
"""

from base64 import b64encode
from collections.abc import Iterator

LONGEST = 900  # octets; RFC 5322 2.1.1 allows a line 998, the header's name included
_WORD_OCTETS = 45  # of text: 72 letters with what stands round them, of the 75 that RFC 2047 allows
FOLD = "\r\n "


def unstructured(text: str, *, utf8: bool) -> str:
    """A subject, or the like."""
    return text if _may_stand(text, utf8=utf8) else _encoded(text)


def mailbox(name: str, address: str, *, utf8: bool) -> str:
    """Somebody's name, if they have one, with their address."""
    return f"{_phrase(name, utf8=utf8)} <{address}>" if name else address


def _phrase(name: str, *, utf8: bool) -> str:
    if not _may_stand(name, utf8=utf8):
        return _encoded(name)
    if name.replace(" ", "").isalnum():
        return name
    quoted = name.replace("\\", r"\\").replace('"', r"\"")
    return f'"{quoted}"'


def _may_stand(text: str, *, utf8: bool) -> bool:
    """False too for what would be read as an encoded word, or could end the line."""
    is_short = len(text.encode("utf-8", "replace")) <= LONGEST
    return is_short and (utf8 or text.isascii()) and text.isprintable() and "=?" not in text


def _encoded(text: str) -> str:
    return FOLD.join(f"=?utf-8?b?{b64encode(part).decode()}?=" for part in _parts(text))


def _parts(text: str) -> Iterator[bytes]:
    """The text in pieces that fit an encoded word; no letter is cut."""
    part = b""
    for letter in text:
        octets = letter.encode("utf-8", "replace")
        if len(part) + len(octets) > _WORD_OCTETS:
            yield part
            part = b""
        part += octets
    yield part
