"""The database: one `db`, one `Base`, and `transaction()`, the only way to write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, g
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Connection, DateTime, Dialect, Integer, MetaData, Text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from . import engines
from .errors import Overtaken
from .writer_queue import WriterQueue

T = TypeVar("T")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
WRITER, READER = "slotkey_writer", "slotkey_reader"  # in the app context
RETRIED = ("40001", "40P01")  # serialization failure, deadlock: the same work may succeed at once
ATTEMPTS = 5


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


class spans_as_json(FunctionElement[str]):  # noqa: N801 (used like a function of SQL)
    """All (start, end) of a query as one JSON text, "[[start, ...], [end, ...]]": SQLite gives up the interpreter for
    each row, and to get it back from busy threads takes longer than reading the row."""

    type = Text()
    inherit_cache = True


@compiles(spans_as_json, "sqlite")
def _array_of_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    starts, ends = (compiler.process(each, **options) for each in element.clauses)
    return f"'[' || json_group_array({starts}) || ',' || json_group_array({ends}) || ']'"


@compiles(spans_as_json)
def _array_of_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    starts, ends = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(json_build_array(json_agg({starts}), json_agg({ends})) AS TEXT)"


def init_app(app: Flask, url: str, wait_seconds: float) -> None:
    """Bind `db` to the database at `url`; a writer waits at most `wait_seconds` for its turn."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engines.options(url, wait_seconds)
    db.init_app(app)
    app.teardown_appcontext(_close_reader)
    with app.app_context():
        engines.prepare(db.engine, wait_seconds)
        app.extensions["slotkey.writer_queue"] = (
            WriterQueue(db.engine.url.database, wait_seconds) if is_sqlite() else None
        )


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
        setattr(g, WRITER, session.connection(execution_options=engines.WRITING[db.engine.dialect.name]))
        try:
            yield
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            g.pop(WRITER)


def in_transaction(work: Callable[[], T]) -> T:
    """What `work()` returns, run in one `transaction()`, again when it was Overtaken or PostgreSQL asks for it."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction():
                return work()
        except (DBAPIError, Overtaken) as failed:
            if attempt == ATTEMPTS or not _may_succeed_now(failed):
                raise
    raise AssertionError("unreachable")


def connection() -> Connection:
    """The connection of the current transaction, for short Core statements; outside of one, a connection that reads.

    A session of its own for two short queries cost a page of contacts more than the queries.
    """
    writer = g.get(WRITER)
    if writer is not None:
        return writer
    if READER not in g:
        setattr(g, READER, db.engine.connect())
    return g.get(READER)


def is_writing() -> bool:
    """True inside a `transaction()`."""
    return WRITER in g


def upsert(table: Any) -> Any:
    """An INSERT into the table that knows ON CONFLICT as this database does."""
    if is_sqlite():
        from sqlalchemy.dialects.sqlite import insert
    else:  # with what belongs to it, this takes as long to import as a good part of Flask
        from sqlalchemy.dialects.postgresql import insert
    return insert(table)


def is_sqlite() -> bool:
    """True when this app keeps its rows in SQLite."""
    return db.engine.dialect.name == "sqlite"


def _end_reading(session: Any) -> None:
    if is_writing():
        raise RuntimeError("transaction() inside transaction(): the outermost function owns it")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed outside transaction()")
    session.commit()


def _close_reader(_error: BaseException | None) -> None:
    reader = g.pop(READER, None)
    if reader is not None:
        reader.close()


def _may_succeed_now(failed: DBAPIError | Overtaken) -> bool:
    return isinstance(failed, Overtaken) or getattr(failed.orig, "sqlstate", None) in RETRIED


def _turn() -> Any:
    queue = current_app.extensions["slotkey.writer_queue"]
    return queue.turn() if queue else nullcontext()
