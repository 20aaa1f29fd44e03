"""Restoring a backup: all of its rows, in one transaction, or nothing; and the engine begins with nothing to do."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, or_, select, update

from .. import clock, migrating
from ..accounts.models import EmailChange, Invitation
from ..config import Settings
from ..db import db, transaction
from ..errors import Conflict, Invalid
from ..events import Event
from ..worker import beats, engine
from ..worker.models import FailedWork
from . import rows
from .backup import look_into, opened_in, reading
from .soundness import Findings, examine

PERHAPS_UNFINISHED = timedelta(minutes=10)
event = Event.__table__


def restore(path: Path, settings: Settings, *, replace: bool) -> Findings:
    """Fill the database from the backup, and say what it holds then. `replace` removes what it held before.

    Raises Invalid when the file is no sound backup, Conflict when there is something to lose; then nothing changed.
    """
    _require_known(path)
    migrating.upgrade()
    _require_stopped()
    if not replace:
        _require_empty()
    with tempfile.TemporaryDirectory(prefix=".slotkey-restore-", dir=settings.data_dir) as folder:
        copied = Path(folder) / "backup.sqlite3"
        shutil.copyfile(path, copied)
        with opened_in(settings, copied):
            pass  # which brought it up to date
        found = _fill_from(copied, look_into(copied), replace)
    engine.start_afresh(settings)
    return found


def what_is_lost(found: Findings) -> str:
    """What to know of the time since, for whoever has restored."""
    as_of = f"to {found.newest:%Y-%m-%d %H:%M} UTC, its newest event" if found.newest else "to its beginning"
    return (
        f"Everything is back {as_of}. Links that were used or deleted since are Active again: delete those you know of."
        " Bookings made, moved or cancelled since are not here, although their contacts have mails that say so."
    )


def _require_known(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            (revision,) = file.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, TypeError) as wrong:
        raise Invalid(f"{path} is no backup of Slotkey.") from wrong
    if revision > migrating.newest():
        raise Invalid(f"{path} was made by a newer Slotkey. Install that one, then restore.")


def _require_stopped() -> None:
    if alive := beats.alive(clock.now()):
        raise Conflict(
            f"{alive[0].worker_id} is running. Stop web and worker first; one that was killed is forgotten after"
            f" {beats.LOST_AFTER.total_seconds():.0f} seconds."
        )
    db.session.rollback()


def _require_empty() -> None:
    with db.engine.connect() as connection:
        if rows.is_empty(connection):
            return
        there = examine(connection)
    raise Conflict(f"The database is not empty. {there.holds} Say --force to replace all of it.")


def _fill_from(copied: Path, expected: Findings, replace: bool) -> Findings:
    if expected.faults:
        raise Invalid(f"The backup cannot be restored. {expected.verdict}")
    with reading(copied) as source, transaction():
        target = db.session.connection()
        if replace:
            rows.remove_all(target)
        rows.copy(source, target)
        restored = examine(target)
        if restored != expected:
            raise Invalid(
                f"The restored rows are not those of the backup. {restored.holds} {restored.verdict}"
            )
        _hand_on_again(target)
        _take_back(target, clock.now())
        return examine(target)


def _hand_on_again(target: Connection) -> None:
    """Deliver once more what the engine may have had in hand, and what waits for its next try.

    A backup cannot tell how that went. What was done is not done twice: effects have keys made of the event's id.
    Events of before there was a worker count as delivered when they happened, and stay so.
    """
    was_relayed = event.c.delivered_at != event.c.at
    newest = target.scalar(select(func.max(event.c.delivered_at)).where(was_relayed))
    if newest is not None:
        is_waiting = event.c.id.in_(select(FailedWork.event_id).where(FailedWork.next_try_at.is_not(None)))
        is_recent = was_relayed & (event.c.delivered_at > newest - PERHAPS_UNFINISHED)
        target.execute(update(event).where(or_(is_waiting, is_recent)).values(delivered_at=None))


def _take_back(target: Connection, now: datetime) -> None:
    """Close invitations and changes of address that were open then: they may have been taken back since."""
    invited, change = Invitation.__table__, EmailChange.__table__
    is_open = (invited.c.accepted_at.is_(None), invited.c.revoked_at.is_(None))
    target.execute(update(invited).where(*is_open).values(revoked_at=now))
    is_open = (change.c.confirmed_at.is_(None), change.c.withdrawn_at.is_(None))
    target.execute(update(change).where(*is_open).values(withdrawn_at=now))
