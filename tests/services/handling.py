"""Handlers for tests of the worker: each call leaves a row, and what `event.data` says decides how it goes.

{"fails": 2} raises at the first two calls; {"sleeps": 3} dawdles after the effect, so that a kill meets it there;
{"ends": 1} takes the worker down.
"""

import os
import time
from datetime import datetime

from sqlalchemy import text

from app.db import connection, db, in_transaction
from app.events import Event
from app.worker import handlers

TABLES = (
    "CREATE TABLE worker_call (event_id VARCHAR(32), handler VARCHAR(40), worker VARCHAR(40))",
    "CREATE TABLE worker_effect (event_id VARCHAR(32) PRIMARY KEY)",
    "CREATE TABLE careless_effect (event_id VARCHAR(32))",
)
ONCE = "INSERT INTO worker_effect VALUES (:id) ON CONFLICT DO NOTHING"
CARELESS = "INSERT INTO careless_effect VALUES (:id)"
WORKER = "nobody"  # the name of this process


def make_tables() -> None:
    """What the handlers write to."""
    in_transaction(lambda: [connection().execute(text(each)) for each in TABLES])


def careful(event: Event, now: datetime) -> None:
    """Does its work once. However often it is called."""
    _work(event, "careful", ONCE)


def careless(event: Event, now: datetime) -> None:
    _work(event, "careless", CARELESS)


def use() -> None:
    """Have events that are called "tested" handled, and nothing else, in this process."""
    handlers.ON_EVENT = {"tested": (careful,), "tested_carelessly": (careless,)}
    handlers.PERIODIC = ()


def calls(event_id: str = "") -> list[str]:
    """Which workers were called, with this event or with any."""
    query = "SELECT worker FROM worker_call WHERE event_id = :id OR :id = ''"
    return _column(query, id=event_id)


def effects(table: str = "worker_effect") -> list[str]:
    """Ids of the events that had an effect."""
    return _column(f"SELECT event_id FROM {table}")


def _work(event: Event, handler: str, effect: str) -> None:
    values = {"id": event.id, "handler": handler, "worker": WORKER}
    in_transaction(
        lambda: connection().execute(text("INSERT INTO worker_call VALUES (:id, :handler, :worker)"), values)
    )
    if "ends" in event.data:
        os._exit(3)
    if len(calls(event.id)) <= event.data.get("fails", 0):
        raise RuntimeError("made to fail at /o/secret")
    db.session.rollback()
    in_transaction(lambda: connection().execute(text(effect), {"id": event.id}))
    time.sleep(event.data.get("sleeps", 0))


def _column(query: str, **values: str) -> list[str]:
    with db.engine.connect() as reading:
        return list(reading.execute(text(query), values).scalars())
