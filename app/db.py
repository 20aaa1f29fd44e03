"""The database: one `db`, one `Base`, and `transaction()`, the only way to write."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Connection, DateTime, Dialect, Engine, Integer, MetaData, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from .writer_queue import WriterQueue

T = TypeVar("T")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
WRITES = "slotkey_writes"
# What a connection is asked for when it is to write; engines ask for less by default.
WRITING = {
    "sqlite": {WRITES: True},
    "postgresql": {WRITES: True, "isolation_level": "READ COMMITTED", "postgresql_readonly": False},
}
RETRIED = ("40001", "40P01")  # serialization failure, deadlock: the same work may succeed at once
ATTEMPTS = 5
IDLE_SECONDS = 3.0


class Base(DeclarativeBase):
    """Parent of all models."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite gives out row ids for INTEGER only

# What was read stays readable after commit: pages are rendered from it, and a re-read would cost a query each.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class UtcDateTime(TypeDecorator):
    """Aware datetimes in UTC. PostgreSQL keeps timestamptz; SQLite whole microseconds since 1970, so that
    comparing in SQL and in triggers compares time."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone cannot be stored")
        return (value - EPOCH) // MICROSECOND if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return EPOCH + timedelta(microseconds=value) if dialect.name == "sqlite" else value.astimezone(UTC)


class epoch_seconds(FunctionElement[int]):  # noqa: N801 (used like a function of SQL)
    """A UtcDateTime column as whole seconds since 1970: making a datetime of each value costs more than reading it."""

    type = BigInteger()
    inherit_cache = True


@compiles(epoch_seconds, "sqlite")
def _of_microseconds(element: Any, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} / 1000000)"


@compiles(epoch_seconds)
def _of_timestamp(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **options)})) AS BIGINT)"


def init_app(app: Flask, url: str, wait_seconds: float) -> None:
    """Bind `db` to the database at `url`; a writer waits at most `wait_seconds` for its turn."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(url, wait_seconds)
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine, wait_seconds)
            app.extensions["slotkey.writer_queue"] = WriterQueue(db.engine.url.database, wait_seconds)
        else:
            _prepare_postgresql(db.engine)
            app.extensions["slotkey.writer_queue"] = None


@contextmanager
def transaction() -> Iterator[None]:
    """Run the block in one write transaction of `db.session`: commit at its end, roll back if it raises.

    For the outermost function of a request, command or job only; services never commit. On SQLite it opens with
    BEGIN IMMEDIATE after waiting in the machine's fair queue: a plain BEGIN that reads first and writes later
    fails with "database is locked", whatever the timeout.
    """
    session = db.session()
    _end_reading(session)
    with _turn():
        session.connection(execution_options=WRITING[db.engine.dialect.name])
        session.info[WRITES] = True
        try:
            yield
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop(WRITES)


def in_transaction(work: Callable[[], T]) -> T:
    """What `work()` returns, run in one `transaction()`, again when PostgreSQL asks for a retry (40001, 40P01)."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction():
                return work()
        except DBAPIError as failed:
            if attempt == ATTEMPTS or getattr(failed.orig, "sqlstate", None) not in RETRIED:
                raise
    raise AssertionError("unreachable")


def connection() -> Connection:
    """The connection of the current transaction, for short Core statements on hot paths."""
    return db.session.connection()


def upsert(table: Any) -> Any:
    """An INSERT into the table that knows ON CONFLICT as this database does."""
    return (sqlite if is_sqlite() else postgresql).insert(table)


def is_sqlite() -> bool:
    """True when this app keeps its rows in SQLite."""
    return db.engine.dialect.name == "sqlite"


def _engine_options(url: str, wait_seconds: float) -> dict[str, Any]:
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


def _prepare_sqlite(engine: Engine, wait_seconds: float) -> None:
    @event.listens_for(engine, "connect")
    def set_up(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None  # the driver must not begin transactions by itself
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={int(wait_seconds * 1000)}",
        ):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(started: Connection) -> None:
        if started.get_execution_options().get(WRITES):
            started.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # Cannot fail, so it needs none of SQLAlchemy's care, which costs more than a page's query.
            started.connection.driver_connection.execute("BEGIN")


def _prepare_postgresql(engine: Engine) -> None:
    """Reads refuse to write. Connections that lay idle are tried before use: a restarted server leaves dead ones in
    the pool, and to try all of them, each time, costs three round trips a request."""

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.execute(
            "SET default_transaction_read_only = on"
        )  # else such a write would be kept at once
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


def _end_reading(session: Any) -> None:
    if session.info.get(WRITES):
        raise RuntimeError("transaction() inside transaction(): the outermost function owns it")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed outside transaction()")
    session.commit()


def _turn() -> Any:
    queue = current_app.extensions["slotkey.writer_queue"]
    return queue.turn() if queue else nullcontext()
