"""A CSV file as numbered lines of cells, read a piece at a time. Pure."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from ..errors import Invalid

Line = tuple[int, list[str]]

DELIMITERS = ",;\t"
MOST_COLUMNS, LONGEST_CELL = 50, 2_000
LOOKED_AT = 64 * 1024
UNREADABLE = "This is no CSV file. Save the list as CSV (UTF-8) and upload that."


def lines_of(file: BinaryIO) -> Iterator[Line]:
    """Each line that holds anything, with its number, cells without blanks round them.

    Read as UTF-8; what is not that is taken for Windows-1252, which older spreadsheets write. Raises Invalid for what
    is no CSV file.
    """
    with io.TextIOWrapper(file, encoding=_encoding_of(file), newline="", errors="replace") as text:
        head = text.readline()
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter_of(head))
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, [_tidy(cell) for cell in cells[:MOST_COLUMNS]]
        except csv.Error as broken:
            raise Invalid(f"Line {reader.line_num} cannot be read. {UNREADABLE}", "file") from broken


def delimiter_of(head: str) -> str:
    """What stands between the cells of the first line."""
    return max(DELIMITERS, key=head.count)


def guess(head: list[str], labels: dict[str, str]) -> list[str]:
    """What each column seems to hold, by the words of the first line; `labels` are of the account's own fields."""
    found: list[str] = []
    for word in (cell.strip().casefold() for cell in head):
        target = next((name for name, words in KNOWN.items() if word in words), labels.get(word, ""))
        found.append(target if target not in found else "")
    return found


def is_head(first: list[str]) -> bool:
    """True when the first line names the columns: no address and no number stands in it."""
    return not any("@" in cell or sum(letter.isdigit() for letter in cell) > 4 for cell in first)


KNOWN = {
    "name": {"name", "full name", "contact", "display name", "nom", "nombre"},
    "email": {"e-mail", "email", "mail", "e-mail address", "email address", "e-mail 1 - value", "correo"},
    "phone": {"phone", "phone number", "mobile", "telephone", "tel", "telefon", "phone 1 - value", "handy"},
    "tags": {"tags", "tag", "labels", "groups"},
}


def _encoding_of(file: BinaryIO) -> str:
    """Looked at as a whole, piece by piece: a file that begins in English may go on in anything."""
    utf8 = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(LOOKED_AT):
            utf8.decode(piece)
        utf8.decode(b"", final=True)
        return "utf-8-sig"
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)


def _tidy(cell: str) -> str:
    return cell.replace("\0", "").strip()[:LONGEST_CELL]
