"""R36: a database of any earlier version, with data in it, becomes today's. Nothing in it changes, and all of it works.

What there is to store comes from a workspace with something of everything in it. Of that, the old version gets the
tables and columns that it knew.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import Migrate, upgrade
from sqlalchemy import Connection, MetaData, Table, create_engine, func, select

from app import create_app, migrating
from app.db import db
from app.operating import soundness
from app.paths import beside_code
from tests.security.world import World
from tests.services.databases import Database, Databases, forget, settings_for

from .test_schema import differences

REVISIONS = sorted(path.name[:4] for path in beside_code("migrations").glob("versions/[0-9]*.py"))
# Kept by triggers, or by the migrations themselves.
DERIVED = ("link_count", "link_search", "contact_search", "alembic_version")
# What a migration changes on purpose: mails about events of before would come weeks late.
CHANGED = {("event", "delivered_at")}

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def world(app: Flask, now) -> World:
    return World(app)


@pytest.fixture
def old(database: Database, databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """An app on a database of its own, which has no table yet."""
    (tmp_path / "old").mkdir()
    made = databases.empty(database.kind, tmp_path / "old")
    app = create_app(settings_for(made.url, tmp_path))
    Migrate(app, db, directory=str(beside_code("migrations")))
    yield app
    forget(app)
    databases.drop(made)


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_r36_data_of_every_earlier_version_outlives_the_update(
    database: Database, world: World, old: Flask, revision: str
) -> None:
    everything = rows_of(database.url)
    with old.app_context():
        upgrade(revision=revision)
        before = fill(url_of(old), everything)
        db.engine.dispose()
        migrating.upgrade()
        assert migrating.is_current()
        assert differences() == []
        assert changes(before, rows_of(url_of(old))) == []
        if "booking" in before:
            assert sound() == ()
    assert_tokens_open(old, world, before)


def test_r36_what_a_migration_could_change_is_seen(database: Database, world: World) -> None:
    before = rows_of(database.url)
    after = rows_of(database.url)
    assert changes(before, after) == []
    count = len(after["booking"])
    after["one_time_link"][0]["status"] = "deleted"
    del after["booking"][0]
    assert changes(before, after) == ["one_time_link.status", f"booking: {count} rows, then {count - 1}"]


def test_requests_that_differ_in_capitals_are_kept_and_one_waits_on(
    database: Database, world: World, old: Flask
) -> None:
    """0025: their index would not take two that are open."""
    everything = rows_of(database.url)
    asked = next(row for row in everything["link_request"] if row["status"] == "open")
    again = {**asked, "id": asked["id"] + 1, "email": asked["email"].upper()}
    everything["link_request"] = [asked, again]
    with old.app_context():
        upgrade(revision="0024")
        fill(url_of(old), everything)
        db.engine.dispose()
        migrating.upgrade()
    kept = rows_of(url_of(old))["link_request"]
    assert [(row["email"], row["status"]) for row in kept] == [
        (asked["email"], "open"),
        (again["email"], "ignored"),
    ]


def rows_of(url: str) -> Rows:
    """Every row as the database itself has it."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: [dict(row._mapping) for row in connection.execute(in_order(table))]
            for table in tables_of(connection)
        }
    engine.dispose()
    return found


def fill(url: str, everything: Rows) -> Rows:
    """Store what these tables have room for; all that is stored then."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in tables_of(connection):
            for row in everything[table.name]:
                connection.execute(table.insert(), {name: row[name] for name in row.keys() & table.c.keys()})
            if connection.dialect.name == "postgresql" and "id" in table.c and not is_text(table.c.id):
                count_on(connection, table)
    engine.dispose()
    return rows_of(url)


def changes(before: Rows, after: Rows) -> list[str]:
    """Where the rows of before are not what they were, in columns that were there before."""
    found = []
    for name, rows in before.items():
        now = after[name]
        if len(now) != len(rows):
            found.append(f"{name}: {len(rows)} rows, then {len(now)}")
            continue
        found += sorted(
            {
                f"{name}.{column}"
                for was, is_now in zip(rows, now, strict=True)
                for column in was
                if was[column] != is_now[column] and (name, column) not in CHANGED
            }
        )
    return found


def assert_tokens_open(old: Flask, world: World, before: Rows) -> None:
    """What was sent to people still leads where it led; pages of what did not exist yet know nothing of it."""
    links, bookings = "one_time_link" in before, "booking" in before
    client = old.test_client()
    assert client.get(world.link_path).status_code == (200 if links else 404)
    assert client.get(world.used_path).status_code == (410 if links else 404)
    assert client.get(world.manage_path).status_code == (200 if bookings else 404)


def sound() -> tuple[str, ...]:
    with db.engine.connect() as connection:
        return soundness.examine(connection).faults


def tables_of(connection: Connection) -> list[Table]:
    """As the database describes them, each after those its rows point to."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if not table.name.startswith(DERIVED)]


def in_order(table: Table):
    return select(table).order_by(*table.primary_key.columns)


def is_text(column) -> bool:
    return column.type.python_type is str


def count_on(connection: Connection, table: Table) -> None:
    """From the highest id."""
    highest = select(func.max(table.c.id)).scalar_subquery()
    sequence = func.pg_get_serial_sequence(table.name, "id")
    connection.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))


def url_of(app: Flask) -> str:
    return app.extensions["slotkey.settings"].database_url
