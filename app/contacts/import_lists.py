"""What the pages of imports read."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from ..db import connection, db
from ..errors import NotFound
from .import_models import ContactImport, ContactImportPart, ContactImportSkip, ImportState

AT_ONCE = 500
MOST_SHOWN, MOST_SKIPS_SHOWN = 20, 100
LINES_SHOWN = 5

part, skip = ContactImportPart.__table__, ContactImportSkip.__table__


def import_of(account_id: int, import_id: int) -> ContactImport:
    """The account's import of this number. Raises NotFound for any other."""
    mine = select(ContactImport).where(ContactImport.id == import_id, ContactImport.account_id == account_id)
    found = db.session.scalars(mine).one_or_none()
    if found is None or found.state == ImportState.LOADING:
        raise NotFound("There is no such import.")
    return found


def imports_of(account_id: int) -> Sequence[ContactImport]:
    """The account's latest imports."""
    mine = select(ContactImport).where(
        ContactImport.account_id == account_id, ContactImport.state != ImportState.LOADING
    )
    return db.session.scalars(mine.order_by(ContactImport.id.desc()).limit(MOST_SHOWN)).all()


def first_lines(import_id: int) -> list[list[str]]:
    """The cells of the first lines, for looking at."""
    first = select(part.c.lines).where(part.c.import_id == import_id, part.c.number == 0)
    return [cells for _, cells in (connection().execute(first).scalar_one_or_none() or [])[: LINES_SHOWN + 1]]


def skips_of(import_id: int, most: int = MOST_SKIPS_SHOWN) -> Sequence[Any]:
    """The first lines that were skipped."""
    return connection().execute(_skips(import_id).limit(most)).all()


def every_skip(import_id: int) -> Iterator[Any]:
    """All of them, read a few hundred at a time."""
    last = 0
    while rows := connection().execute(_skips(import_id).where(skip.c.line > last).limit(AT_ONCE)).all():
        yield from rows
        last = rows[-1].line


def _skips(import_id: int) -> Any:
    return select(skip).where(skip.c.import_id == import_id).order_by(skip.c.line)
