"""All rows of a database, as one is copied into another, whatever their kinds."""

from collections.abc import Iterator

from sqlalchemy import Connection, Integer, Table, func, select, text

from ..db import Base

# Counts follow from the links, by triggers.
DERIVED = {"link_count"}
# What belongs to running processes and open browsers. An old session would let somebody in who has signed out since.
PASSING = {"session", "setup_code", "rate_count", "worker_beat", "recipient_challenge", "hook_receipt"}
# Full text that follows from links and contacts, by triggers.
SEARCH_INDEXES = ("link_search", "contact_search")
BATCH = 1_000


def kept_tables() -> list[Table]:
    """What a backup is about, each table after those its rows point to."""
    return [table for table in Base.metadata.sorted_tables if table.name not in DERIVED | PASSING]


def copy(source: Connection, target: Connection) -> None:
    """Copy all rows into an empty database of the same revision."""
    for table in kept_tables():
        for rows in _batches(source, table):
            target.execute(table.insert(), rows)
    _catch_up(target)


def is_empty(connection: Connection) -> bool:
    """True when there is nothing that a restore would replace."""
    return not any(connection.scalar(select(select(table).exists())) for table in kept_tables())


def remove_all(connection: Connection) -> None:
    """Empty the database inside the caller's transaction, past the triggers that keep links for ever."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
        connection.exec_driver_sql(
            f"TRUNCATE {names}, {', '.join(SEARCH_INDEXES)}"
        )  # asks no trigger for rows
    else:
        _remove_all_from_sqlite(connection)


def _batches(source: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    # In the order of their keys: a link is newer than its parent.
    ordered = select(table).order_by(*table.primary_key.columns)
    found = source.execution_options(yield_per=BATCH).execute(ordered)
    yield from ([dict(row) for row in rows] for rows in found.mappings().partitions())


def _catch_up(target: Connection) -> None:
    """Let PostgreSQL count on from the highest id, and move what it would at commit."""
    if target.dialect.name != "postgresql":
        return
    target.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table in kept_tables():
        if "id" in table.c and isinstance(table.c.id.type, Integer):
            highest = select(func.max(table.c.id)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, "id")
            target.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))


def _remove_all_from_sqlite(connection: Connection) -> None:
    triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for table in reversed(Base.metadata.sorted_tables):
        connection.execute(table.delete())
    for index in SEARCH_INDEXES:
        connection.exec_driver_sql(f"INSERT INTO {index} ({index}) VALUES ('delete-all')")  # noqa: S608
    for _, made_by in triggers:
        connection.exec_driver_sql(made_by)
