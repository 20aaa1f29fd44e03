"""Short reads of the busiest pages, compiled once and handed to the driver as they are.

A page of contacts makes one or two of them, and SQLAlchemy took ten times as long to send one and to wrap its rows as
SQLite took to answer. Its types still turn values into what the driver takes, and back.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from flask import Flask, g
from sqlalchemy import Dialect, Engine, Select
from sqlalchemy.sql.compiler import SQLCompiler

from .db import connection, db, is_writing

READER = "slotkey_prepared_reader"  # in the app context
Convert = Callable[[Any], Any] | None


class _Plan(NamedTuple):
    sql: str
    places: tuple[str, ...] | None  # the order of the values, where the driver takes them by position
    into: Sequence[tuple[str, Convert]]
    out: Sequence[tuple[int, Convert]]


class Prepared:
    """A SELECT whose values are named by `bindparam`. Inside a transaction it reads what that has written."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._plans: dict[str, _Plan] = {}

    def all(self, **values: Any) -> Sequence[Sequence[Any]]:
        """The rows, each a sequence of its columns' values."""
        if is_writing():
            return self._in_the_ordinary_way(values)
        engine = db.engine
        try:
            return self._by_the_driver(engine, values)
        except engine.dialect.loaded_dbapi.Error:
            # Reading twice does no harm, and SQLAlchemy knows what each failure of a driver means.
            _drop_reader()
            return self._in_the_ordinary_way(values)

    def first(self, **values: Any) -> Sequence[Any] | None:
        """The first row; None without any."""
        return next(iter(self.all(**values)), None)

    def _in_the_ordinary_way(self, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        return connection().execute(self._statement, values).all()

    def _by_the_driver(self, engine: Engine, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        plan = self._plans.get(engine.dialect.name) or self._compile(engine.dialect)
        sent: Any = {name: convert(values[name]) if convert else values[name] for name, convert in plan.into}
        if plan.places is not None:
            sent = tuple(map(sent.__getitem__, plan.places))
        cursor = _reader(engine).cursor()
        try:
            for listens in engine.dispatch.before_cursor_execute:
                listens(None, cursor, plan.sql, sent, None, False)
            cursor.execute(plan.sql, sent)
            return [_converted(row, plan.out) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def _compile(self, dialect: Dialect) -> _Plan:
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        into = [
            (name, bound.type.dialect_impl(dialect).bind_processor(dialect))
            for name, bound in compiled.binds.items()
        ]
        out = [
            (place, convert)
            for place, column in enumerate(self._statement.selected_columns)
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]
        places = tuple(compiled.positiontup) if compiled.positional else None
        plan = self._plans[dialect.name] = _Plan(compiled.string, places, into, out)
        return plan


def init_app(app: Flask) -> None:
    """Give each request's connection back when it is over."""
    app.teardown_appcontext(_close_reader)


def _close_reader(_error: BaseException | None) -> None:
    reader = g.pop(READER, None)
    if reader is not None:
        reader.close()


def _reader(engine: Engine) -> Any:
    if READER not in g:
        setattr(g, READER, engine.raw_connection())
    return g.get(READER)


def _drop_reader() -> None:
    reader = g.pop(READER, None)
    if reader is not None:
        reader.invalidate()


def _converted(row: Sequence[Any], out: Sequence[tuple[int, Convert]]) -> Sequence[Any]:
    values = list(row)
    for place, convert in out:
        if values[place] is not None:
            values[place] = convert(values[place])  # type: ignore[misc]
    return values
