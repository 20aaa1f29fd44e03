"""Restoring a backup: all of its rows, in one transaction, or nothing."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from .. import migrating
from ..config import Settings
from ..db import db, transaction
from ..errors import Conflict, Invalid
from . import rows
from .backup import look_into, opened_in, reading
from .soundness import Findings, examine


def restore(path: Path, settings: Settings, *, replace: bool) -> Findings:
    """Fill the database from the backup, and say what it holds then. `replace` removes what it held before.

    Raises Invalid when the file is no sound backup, Conflict when there is something to lose; then nothing changed.
    """
    _require_known(path)
    migrating.upgrade()
    if not replace:
        _require_empty()
    with tempfile.TemporaryDirectory(prefix=".slotkey-restore-", dir=settings.data_dir) as folder:
        copied = Path(folder) / "backup.sqlite3"
        shutil.copyfile(path, copied)
        with opened_in(settings, copied):
            pass  # which brought it up to date
        return _fill_from(copied, look_into(copied), replace)


def _require_known(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            (revision,) = file.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, TypeError) as wrong:
        raise Invalid(f"{path} is no backup of Slotkey.") from wrong
    if revision > migrating.newest():
        raise Invalid(f"{path} was made by a newer Slotkey. Install that one, then restore.")


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
    return restored
