"""A CSV file as numbered lines of cells, read a piece at a time. Pure."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from ..errors import Invalid

Line = tuple[int, list[str]]

DELIMITERS = ",;\t"
MOST_COLUMNS, LONGEST_CELL = 50, 2_000
LOOKED_AT = 64 * 1024
UNREADABLE = "This is no CSV file. Save the list as CSV (UTF-8) and upload that."
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx, .ods and .xls begin
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
PHONE = re.compile(r"'?\+?[0-9 ()/.-]{6,}")
SAYS_DELIMITER = re.compile(r'"?sep=([,;\t])"?\s*', re.IGNORECASE)  # as a first line, for spreadsheets only


def lines_of(file: BinaryIO) -> Iterator[Line]:
    """Each line that holds anything, with its number, cells without blanks round them.

    Read as UTF-8, or as UTF-16 where the file says so; what is neither is taken for Windows-1252, which older
    spreadsheets write. Raises Invalid for what is no CSV file.
    """
    with io.TextIOWrapper(file, encoding=_encoding_of(file), newline="", errors="replace") as text:
        head = text.readline()
        said = SAYS_DELIMITER.fullmatch(head)
        if not said:
            text.seek(0)
        passed = 1 if said else 0  # lines that the reader does not see
        reader = csv.reader(text, delimiter=said[1] if said else delimiter_of(head))
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield reader.line_num + passed, [_tidy(cell) for cell in cells[:MOST_COLUMNS]]
        except csv.Error as broken:
            raise Invalid(f"Line {reader.line_num + passed} cannot be read. {UNREADABLE}", "file") from broken


def delimiter_of(head: str) -> str:
    """What stands between the cells of the first line."""
    return max(DELIMITERS, key=head.count)


def guess(head: list[str], labels: dict[str, str]) -> list[str]:
    """What each column seems to hold, by the words of the first line; `labels` are of the account's own fields."""
    found: list[str] = []
    for cell in head:
        word = "".join(letter for letter in cell.casefold() if letter.isalnum())
        own = labels.get(cell.strip().casefold(), "")
        target = own or next((name for name, words in KNOWN.items() if word in words.split()), "")
        found.append(target if target not in found else "")
    return found


def guess_by_person(first: list[str]) -> list[str]:
    """The same where the first line is a person already, by what stands there."""
    found: list[str] = []
    for cell in first:
        target = "email" if "@" in cell else "phone" if PHONE.fullmatch(cell) else "name" if cell else ""
        found.append(target if target not in found else "")
    return found


def is_head(first: list[str]) -> bool:
    """True when the first line names the columns: no address and no number stands in it."""
    return not any("@" in cell or sum(letter.isdigit() for letter in cell) > 4 for cell in first)


KNOWN = {  # by letters and digits alone
    "name": "name fullname contact contactname displayname nom nombre",
    "first_name": "firstname givenname forename vorname prénom prenom fornavn",
    "last_name": "lastname surname familyname nachname familienname apellidos efternavn",
    "email": "email mail emailaddress emailadresse mailadresse email1value primaryemail workemail courriel correo",
    "phone": "phone phonenumber mobile mobilephone mobilenumber cell cellphone telephone telephonenumber tel telefon "
    "telefonnummer mobil mobiltelefon handy handynummer phone1value primaryphone téléphone teléfono",
    "tags": "tags tag labels groups",
}


def _encoding_of(file: BinaryIO) -> str:
    """Looked at as a whole, piece by piece: a file that begins in English may go on in anything."""
    head = file.read(4)
    file.seek(0)
    if head in WORKBOOKS:
        raise Invalid(UNREADABLE, "file")
    if head.startswith(UTF16):
        return "utf-16"
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
