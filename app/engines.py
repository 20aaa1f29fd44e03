"""Engines as this product needs them: who only reads cannot write, and no read pays for a transaction."""

import time
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError

WRITES = "slotkey_writes"
# What a connection is asked for when it is to write; engines ask for less by default.
WRITING = {
    "sqlite": {WRITES: True},
    "postgresql": {WRITES: True, "isolation_level": "READ COMMITTED", "postgresql_readonly": False},
}
IDLE_SECONDS = 3.0


def options(url: str, wait_seconds: float) -> dict[str, Any]:
    """What the engine for `url` is made with; nothing waits longer than `wait_seconds` for a connection."""
    # Errors are logged with their statement, and its values are names, addresses and hashes of people's secrets.
    discreet = {"hide_parameters": True}
    if url.startswith("sqlite"):
        return {**discreet, "pool_size": 40, "max_overflow": 100, "connect_args": {"timeout": wait_seconds}}
    return {
        **discreet,
        # A page's reads need no transaction: each statement sees its own snapshot at this level anyway, and BEGIN
        # and ROLLBACK cost a round trip each. `transaction()` asks for one.
        "isolation_level": "AUTOCOMMIT",
        "pool_size": 10,
        "max_overflow": 30,
        "pool_timeout": wait_seconds,
        "connect_args": {"connect_timeout": 5},
    }


def prepare(engine: Engine, wait_seconds: float) -> None:
    """Make the engine's connections refuse to write unless they were asked for with WRITING."""
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, wait_seconds)
    else:
        _prepare_postgresql(engine)


def _prepare_sqlite(engine: Engine, wait_seconds: float) -> None:
    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={int(wait_seconds * 1000)}",
            "query_only=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(started: Connection) -> None:
        # Reads begin nothing: each call of SQLite gives up the interpreter, and a page makes few others.
        if started.get_execution_options().get(WRITES):
            started.connection.info[WRITES] = True
            started.connection.driver_connection.execute("PRAGMA query_only=OFF")
            started.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "checkin")
    def give_back(connection: Any, record: Any) -> None:
        if record.info.pop(WRITES, False) and connection is not None:
            connection.execute("PRAGMA query_only=ON")


def _prepare_postgresql(engine: Engine) -> None:
    """Reads refuse to write. Connections that lay idle are tried before use: a restarted server leaves dead ones in
    the pool, and to try all of them, each time, costs three round trips a request."""

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        # Else what is written outside a transaction would be kept at once.
        connection.execute("SET default_transaction_read_only = on")
        connection.commit()

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def probe(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("idle_since", time.monotonic()) < IDLE_SECONDS:
            return
        try:
            connection.execute("SELECT 1")
        except engine.dialect.dbapi.Error as dead:
            raise DisconnectionError from dead
