"""Backups: one SQLite file each, whatever the database is, made while bookings go on and read again before it counts.

A file of the same form on both sides can be looked into with any SQLite, is checked by the same questions as the
database itself, and goes from SQLite to PostgreSQL and back.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from .. import config, create_app, migrating
from ..config import Settings
from ..db import db, is_sqlite, transaction
from ..errors import Conflict, DomainError
from . import rows
from .soundness import Findings, examine


class CannotKeep(DomainError):
    """The backup cannot be written where it should be."""


def write(path: Path) -> Findings:
    """Write a backup of the database to a new file, and say what the file holds. Raises Conflict, CannotKeep."""
    if path.exists():
        raise Conflict(f"{path} exists already. Name a new file: a backup never replaces another.")
    migrating.require_current()
    try:
        with tempfile.TemporaryDirectory(prefix=".slotkey-backup-", dir=path.parent) as folder:
            draft = Path(folder) / "backup.sqlite3"
            _copy_file(draft) if is_sqlite() else _copy_rows(draft)
            findings = look_into(draft)
            _keep(draft, path)
    except (OSError, sqlite3.Error) as failed:
        raise CannotKeep(f"The backup cannot be written to {path}: {failed}") from failed
    return findings


def look_into(file: Path) -> Findings:
    """What a backup holds."""
    with reading(file) as connection:
        return examine(connection)


@contextmanager
def reading(file: Path) -> Iterator[Connection]:
    """A connection to a backup that lies still."""
    with create_engine(f"sqlite:///{file}", poolclass=NullPool).connect() as connection:
        yield connection


@contextmanager
def opened_in(settings: Settings, file: Path) -> Iterator[None]:
    """The app's context with the SQLite file as its database, brought to the newest revision."""
    scratch = create_app(replace(settings, database_url=f"sqlite:///{file}"))
    with scratch.app_context():
        migrating.upgrade()
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()  # what SQLite keeps in a file of its own goes back into this one


def _copy_file(draft: Path) -> None:
    """As of one moment, without what was deleted; writers go on meanwhile."""
    with closing(sqlite3.connect(db.engine.url.database, timeout=60)) as live:
        live.execute("VACUUM INTO ?", (str(draft),))


def _copy_rows(draft: Path) -> None:
    snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    connected = db.engine.connect().execution_options(**snapshot)
    with connected as source, opened_in(config.current(), draft), transaction():
        rows.copy(source, db.session.connection())
    with closing(sqlite3.connect(draft)) as made:
        made.execute("PRAGMA journal_mode = DELETE")


def _keep(draft: Path, path: Path) -> None:
    draft.chmod(0o600)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
