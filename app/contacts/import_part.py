"""Some lines of an import at once. In the caller's transaction.

Most lines are of people who are not known yet: those are stored together, by a handful of statements, for each alone
takes a dozen. Whoever is known, or stands twice among the lines, is looked at alone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from .. import events
from ..db import connection, upsert
from ..errors import DomainError
from . import import_line
from .import_line import Said
from .models import HAS_EMAIL, HAS_PHONE, ContactSource
from .service import table, tag_table

Line = tuple[int, list[str]]
Skipped = tuple[int, list[str], str]  # line, cells, why

UNSTORABLE = "This line cannot be stored."


class Outcome:
    """What came of the lines."""

    def __init__(self) -> None:
        self.made, self.known = 0, 0
        self.skipped: list[Skipped] = []

    def count(self, is_new: bool) -> None:
        """One line more that has its contact."""
        self.made += is_new
        self.known += not is_new


def take_all(job: Any, lines: Iterable[Line], now: datetime) -> Outcome:
    """Take all lines; `job` is the row of the import."""
    outcome = Outcome()
    readable = list(_readable(job, lines, outcome))
    alone = _store_new(job, readable, outcome, now)
    known = _Known(job.account_id, [said for _, _, said in alone])
    for number, cells, said in alone:
        if known.has_all_of(said):
            outcome.count(is_new=False)
        else:
            _take_alone(job, (number, cells), said, outcome, now)
    return outcome


def _readable(job: Any, lines: Iterable[Line], outcome: Outcome) -> Iterable[tuple[int, list[str], Said]]:
    for number, cells in lines:
        try:
            yield number, cells, import_line.read(job, cells)
        except DomainError as refused:
            outcome.skipped.append((number, cells, refused.sentence))


def _store_new(job: Any, readable: list[Any], outcome: Outcome, now: datetime) -> list[Any]:
    """Store those nobody of whom is known; the others, and those somebody else stored at the same moment."""
    seen = _Known(job.account_id, [said for _, _, said in readable]).reached_at
    fresh, alone = {}, []
    for each in readable:
        reached_at = {each[2].details.email, each[2].details.phone} - {""}
        if reached_at & seen:
            alone.append(each)
        else:
            seen |= reached_at
            fresh[min(reached_at)] = each
    made = _insert(job, [said for _, _, said in fresh.values()], now)
    for key, each in fresh.items():
        if key in made:
            outcome.count(is_new=True)
        else:
            alone.append(each)
    return alone


def _insert(job: Any, new: list[Said], now: datetime) -> set[str]:
    """One of the addresses of each who was stored, with their tags and events."""
    if not new:
        return set()
    statement = upsert(table).on_conflict_do_nothing().returning(table.c.id, table.c.email, table.c.phone)
    rows = connection().execute(statement, [said.as_row(job, now) for said in new]).all()
    ids = {min({row.email, row.phone} - {""}): row.id for row in rows}
    keyed = {min({said.details.email, said.details.phone} - {""}): said for said in new}
    tagged = [
        {"contact_id": contact_id, "account_id": job.account_id, "tag": tag}
        for key, contact_id in ids.items()
        for tag in keyed[key].tags
    ]
    if tagged:
        connection().execute(insert(tag_table), tagged)
    created = {"account_id": job.account_id, "actor_id": job.created_by_id, "at": now}
    events.record_each(
        "contact_created", list(ids.values()), **created, data={"source": ContactSource.IMPORT.value}
    )
    return set(ids)


def _take_alone(job: Any, line: Line, said: Said, outcome: Outcome, now: datetime) -> None:
    """As a whole or not at all."""
    try:
        with connection().begin_nested():
            outcome.count(import_line.take(job, said, now))
    except (DomainError, IntegrityError) as refused:
        why = refused.sentence if isinstance(refused, DomainError) else UNSTORABLE
        outcome.skipped.append((*line, why))


def _reached_at(account_id: int, name: str, has_one: Any, lines: list[Said]) -> Sequence[Any]:
    """By one of the two indexes: together, PostgreSQL would rather read all contacts."""
    said = [value for each in lines if (value := getattr(each.details, name))]
    theirs = select(table).where(table.c.account_id == account_id, table.c[name].in_(said), has_one)
    return connection().execute(theirs).all() if said else ()


class _Known:
    """The contacts that some lines may be about, with their tags."""

    def __init__(self, account_id: int, lines: list[Said]) -> None:
        by_email = _reached_at(account_id, "email", HAS_EMAIL, lines)
        by_phone = _reached_at(account_id, "phone", HAS_PHONE, lines)
        self.rows = list({row.id: row for row in (*by_email, *by_phone)}.values())
        self.reached_at = {address for row in self.rows for address in (row.email, row.phone) if address}
        self._tags: dict[int, list[str]] = {row.id: [] for row in self.rows}
        tags = select(tag_table).where(tag_table.c.contact_id.in_(self._tags))
        for tag in connection().execute(tags) if self._tags else ():
            self._tags[tag.contact_id].append(tag.tag)

    def has_all_of(self, said: Said) -> bool:
        """True when the line is about somebody who is known, and adds nothing."""
        email = said.details.email
        found = next((row for row in self.rows if row.email == email), None) if email else None
        return found is not None and not said.adds_to(found, self._tags[found.id])
