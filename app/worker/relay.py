"""Hands events that nobody has seen yet to the engine, each once.

An event is marked as delivered after the engine has written its jobs down. A worker that dies in between leaves it to
the next one, and the engine does a job of the same key only once. It is asked for every fraction of a second, by an
index that holds the undelivered events alone: NOTIFY in the transaction of a booking would make bookings wait for one
another.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Select, select, update
from sqlalchemy.exc import SQLAlchemyError

from ..db import connection, db, in_transaction, is_sqlite
from ..events import Event
from .engine import Job
from .handlers import Handler, concerns, handlers_of
from .service import RETRIED

AT_ONCE = 50
UNDELIVERED = select(Event.id).where(Event.delivered_at.is_(None)).limit(1)


class Beginner(Protocol):
    """The engine, as far as the relay knows it."""

    room: int

    def begin(self, job: Job) -> None: ...


def deliver(engine: Beginner, now: datetime) -> int:
    """Hand on as many events as there is room for, the oldest first; how many."""
    if engine.room <= 0 or not _has_any():
        return 0
    if is_sqlite():  # one worker: nothing to lock, and bookings need not wait while the engine writes
        done = _begin(engine, _read(_oldest()))
        in_transaction(lambda: _mark(done, now))
        return len(done)
    return in_transaction(
        lambda: _mark(_begin(engine, _read(_oldest().with_for_update(skip_locked=True))), now)
    )


def jobs_of(event: Event) -> list[Job]:
    """What is to be done about the event."""
    if event.name == RETRIED:
        handler = event.data["handler"]
        return [Job(f"{event.id}:{handler}", event.data["event_id"], handler)]
    every = handlers_of(event.name).items()
    return [Job(f"{event.id}:{name}", event.id, name) for name, handler in every if _is_due(handler, event)]


def _is_due(handler: Handler, event: Event) -> bool:
    try:
        return concerns(handler, event)
    except SQLAlchemyError:
        raise
    except Exception:
        return True  # as a job it fails on its own account, and is listed; here it would hold up all events


def _has_any() -> bool:
    with db.engine.connect() as reading:
        return reading.execute(UNDELIVERED).first() is not None


def _oldest() -> Select[tuple[Event]]:
    return select(Event).where(Event.delivered_at.is_(None)).order_by(Event.at).limit(AT_ONCE)


def _read(query: Select[tuple[Event]]) -> Sequence[Event]:
    return db.session.scalars(query).all()


def _begin(engine: Beginner, waiting: Sequence[Event]) -> list[str]:
    begun = []
    for event in waiting:
        if engine.room <= 0:
            break
        for job in jobs_of(event):
            engine.begin(job)
        begun.append(event.id)
    return begun


def _mark(ids: list[str], now: datetime) -> int:
    connection().execute(update(Event.__table__).where(Event.id.in_(ids)).values(delivered_at=now))
    return len(ids)
