"""Text from people, as it may be stored: no control characters, which break mail headers, logs and PostgreSQL."""

import unicodedata


def one_line(text: str | None) -> str:
    """The text on one line, runs of white space as one blank."""
    return " ".join(_printable(text or "").split())


def paragraphs(text: str | None) -> str:
    """The text with its line breaks, as "\\n", and without blanks round it."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_printable(line).rstrip() for line in lines).strip()


def _printable(line: str) -> str:
    spaced = line.replace("\t", " ").replace("\n", " ").replace("\r", " ")
    return "".join(letter for letter in spaced if unicodedata.category(letter) not in ("Cc", "Cs"))
