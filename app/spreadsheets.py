"""CSV as spreadsheets read it. Pure."""

import csv
import io
from collections.abc import Iterable

BYTE_ORDER_MARK = "\ufeff"  # at the head of a file, so that spreadsheets read UTF-8
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def line(cells: Iterable[object]) -> str:
    """One line of the file; no cell of it is a formula."""
    written = io.StringIO()
    csv.writer(written).writerow([safe(cell) for cell in cells])
    return written.getvalue()


def safe(text: object) -> str:
    """The text as a spreadsheet shows it: never as a formula."""
    plain = "" if text is None else str(text)
    return f"'{plain}" if plain.startswith(FORMULA) else plain
