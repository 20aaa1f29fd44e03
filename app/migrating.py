"""Brings the database to the newest revision, and says cheaply whether it is there already.

Alembic takes as long to import as everything else together, so only an upgrade imports it.
"""

import logging

from flask import current_app
from sqlalchemy import inspect, text

from .db import db
from .errors import DomainError
from .paths import beside_code


class BehindCode(DomainError):
    """The database has not got the tables that this code expects."""

    title = "The database is not up to date"


def upgrade() -> None:
    """Run all pending migrations in one transaction; several processes may try at once."""
    if is_current():
        return
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it speaks as soon as it is imported
    from flask_migrate import Migrate
    from flask_migrate import upgrade as run

    if "migrate" not in current_app.extensions:
        Migrate(current_app, db, directory=str(beside_code("migrations")))
    run()


def require_current() -> None:
    """Raise BehindCode unless the database stands at the newest revision."""
    if not is_current():
        raise BehindCode("The database is not up to date. Run `slotkey migrate` first.")


def is_current() -> bool:
    """True when no migration is pending."""
    return _stored() == newest()


def newest() -> str:
    """The number of the newest migration; files are named after their revision, 0001_accounts.py."""
    return max(path.name for path in beside_code("migrations").glob("versions/[0-9]*.py")).partition("_")[0]


def _stored() -> str | None:
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
