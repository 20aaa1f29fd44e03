"""Imports of contacts: stored a part at a time, then done by the worker a part at a time.

A part is one transaction with its counts, so that a worker that dies goes on where it was, and nothing is done twice.
An import starts no workflow: nobody means to write to a hundred thousand people by uploading a list.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any

from sqlalchemy import delete, insert, select, update

from .. import events
from ..accounts.models import User
from ..db import connection, db, in_transaction
from ..errors import Conflict, Invalid
from ..events import Event
from . import csv_lines, fields, import_part, tags
from .csv_lines import Line
from .import_models import ContactImport, ContactImportPart, ContactImportSkip, ImportState
from .import_part import Outcome

AT_ONCE = 200  # lines of a part: bookings wait for no long transaction
MOST_LINES = 200_000
PARTS_A_TURN = 50  # then the worker lets other work have its turn
KEPT = timedelta(days=30)
STARTED = "contact_import_started"

table, part, skip = ContactImport.__table__, ContactImportPart.__table__, ContactImportSkip.__table__


def store(account_id: int, name: str, region: str, lines: Iterable[Line], actor: User, now: datetime) -> int:
    """Keep the lines of a file, in transactions of its own; the import's number. Raises Invalid for a bad file."""
    lines = iter(lines)
    first = next(lines, None)
    if first is None:
        raise Invalid("This file is empty.", "file")
    import_id = in_transaction(lambda: _begin(account_id, name, region, first[1], actor, now))
    try:
        count, parts = _store_parts(import_id, chain([first], lines))
    except BaseException:
        in_transaction(lambda: connection().execute(delete(table).where(table.c.id == import_id)))
        raise
    ready = {"state": ImportState.READY, "lines": count, "parts": parts}
    in_transaction(lambda: _change(import_id, ImportState.LOADING, **ready))
    return import_id


def start(given: ContactImport, columns: Sequence[str], has_head: bool, tag: str, now: datetime) -> None:
    """Have the worker import it, in the caller's transaction. Raises Invalid without a column to know people by."""
    if not {"email", "phone"} & set(columns):
        raise Invalid("Choose the column that holds e-mail addresses or phone numbers.", "columns")
    chosen = [each for each in columns if each]
    if len(chosen) != len(set(chosen)):
        raise Invalid("Two columns are to become the same. Choose one of them.", "columns")
    tag = tags.checked(tag) if tag else ""
    changed = _change(
        given.id,
        ImportState.READY,
        state=ImportState.RUNNING,
        columns=list(columns),
        has_head=has_head,
        tag=tag,
    )
    if not changed:
        raise Conflict("This import has been started or given up already.")
    events.record(
        STARTED,
        account_id=given.account_id,
        actor_id=given.created_by_id,
        at=now,
        data={"import_id": given.id},
    )


def stop(given: ContactImport, now: datetime) -> None:
    """Give an import up, in the caller's transaction; contacts that it has made stay. Nothing when it is over."""
    over = {"state": ImportState.STOPPED, "finished_at": now}
    if _change(given.id, ImportState.READY, **over) or _change(given.id, ImportState.RUNNING, **over):
        connection().execute(delete(part).where(part.c.import_id == given.id))


def import_contacts(event: Event, now: datetime) -> datetime | None:
    """Import contacts from a list."""
    import_id = event.data["import_id"]
    for _turn in range(PARTS_A_TURN):
        if not in_transaction(lambda: _do_part(import_id, now)):
            return None
        db.session.expunge_all()  # else every contact of the list stays in memory
    return now


def forget_old(now: datetime) -> None:
    """Forget imports of long ago, with the lines that they skipped."""
    old = delete(table).where(table.c.created_at < now - KEPT)
    in_transaction(lambda: connection().execute(old))


def _begin(account_id: int, name: str, region: str, first: list[str], actor: User, now: datetime) -> int:
    labels = {each.label.casefold(): f"field_{each.key}" for each in fields.fields_of(account_id)}
    has_head = csv_lines.is_head(first)
    made = ContactImport(
        account_id=account_id,
        created_by_id=actor.id,
        created_at=now,
        name=name[:120],
        region=region,
        has_head=has_head,
        columns=csv_lines.guess(first, labels) if has_head else csv_lines.guess_by_person(first),
    )
    db.session.add(made)
    db.session.flush()
    return made.id


def _store_parts(import_id: int, lines: Iterator[Line]) -> tuple[int, int]:
    count = parts = 0
    while some := list(islice(lines, AT_ONCE)):
        count += len(some)
        if count > MOST_LINES:
            raise Invalid(f"A list has at most {MOST_LINES:,} lines. Split this one.", "file")
        row = {"import_id": import_id, "number": parts, "lines": [list(line) for line in some]}
        in_transaction(lambda row=row: connection().execute(insert(part), row))
        parts += 1
    return count, parts


def _do_part(import_id: int, now: datetime) -> bool:
    """Do the next part; False when there is none. Writing the row first keeps a second worker away from this part."""
    took = (
        update(table)
        .where(
            table.c.id == import_id, table.c.state == ImportState.RUNNING, table.c.parts_done < table.c.parts
        )
        .values(parts_done=table.c.parts_done + 1)
        .returning(*table.c)
    )
    row = connection().execute(took).one_or_none()
    if row is None:
        return False
    number = row.parts_done - 1
    mine = part.c.import_id == import_id, part.c.number == number
    lines = connection().execute(select(part.c.lines).where(*mine)).scalar_one()
    with events.untold():
        outcome = import_part.take_all(row, _without_head(row, number, lines), now)
    _note_skipped(row, outcome)
    _count(row, outcome, len(lines), now)
    connection().execute(delete(part).where(*mine))
    return True


def _without_head(row: Any, number: int, lines: list[Any]) -> list[Any]:
    return lines[1:] if row.has_head and number == 0 else lines


def _note_skipped(row: Any, outcome: Outcome) -> None:
    said = [
        {"import_id": row.id, "line": number, "why": why[:200], "text": ", ".join(cells)[:300]}
        for number, cells, why in outcome.skipped
    ]
    if said:
        connection().execute(insert(skip), said)


def _count(row: Any, outcome: Outcome, read: int, now: datetime) -> None:
    counts = {
        "read": table.c.read + read,
        "made": table.c.made + outcome.made,
        "known": table.c.known + outcome.known,
        "skipped": table.c.skipped + len(outcome.skipped),
    }
    over = {"state": ImportState.DONE, "finished_at": now} if row.parts_done == row.parts else {}
    connection().execute(update(table).where(table.c.id == row.id).values(**counts, **over))


def _change(import_id: int, was: ImportState, **values: Any) -> bool:
    mine = update(table).where(table.c.id == import_id, table.c.state == was)
    return connection().execute(mine.values(values)).rowcount == 1
