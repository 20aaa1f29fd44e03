"""From the commit of a booking's event to its mails in the queue, with a worker that had nothing to do; and what it
costs to wait for events. In a process of its own, as an operator starts it, on both kinds of database.
"""

import random
import time

from sqlalchemy import select

from app import clock, events
from app.bookings.booking_step import book
from app.db import db, in_transaction
from app.events import Event
from app.messaging.models import Message
from app.proof.scenarios import make_host, starts
from tests.factories import wish

from . import idle
from .measures import Measure, Measures, Plan, require
from .sites import scratch, worker

EVENTS = 30  # in one round: enough for nine p95, and five minutes of waiting on both databases
WAIT_SECONDS = 10
LOOK_SECONDS = 0.002
IDLE_SECONDS = 10.0
BARS = {"p50": (None, None), "p95": (1.0, 0.3)}
IDLE_BARS = (3.0, 1.5)
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def measure(plan: Plan) -> Measures:
    """Raises WrongAnswer when an event leads to no mail in time, or to more than two."""
    return {**_on("sqlite", plan), **_on("postgresql", plan)}


def _on(kind: str, plan: Plan) -> Measures:
    amount = plan.of(EVENTS, 20)
    with scratch(kind) as (app, settings), app.app_context():
        calendar = make_host()
        booking = book(wish(calendar, None, starts(1)[0]), clock.now())
        with worker(settings) as pid:
            _handed_on(calendar.account_id, booking.id)  # until everything is loaded
            rounds = [
                sorted(_handed_on(calendar.account_id, booking.id) for _ in range(amount))
                for _ in range(plan.rounds)
            ]
            idle_percent = idle.percent(pid, max(5.0, IDLE_SECONDS * plan.share))
    return _measures(NAMES[kind], rounds, idle_percent)


def _handed_on(account_id: int, booking_id: int) -> float:
    """Seconds from the commit of a new event until its mails are queued."""
    time.sleep(random.uniform(0, 0.2))
    at = clock.now()
    in_transaction(
        lambda: events.record(
            "booking_created", account_id=account_id, at=at, booking_id=booking_id, data={"sequence": 0}
        )
    )
    began = time.perf_counter()
    event_id = db.session.scalars(select(Event.id).where(Event.at == at)).one()
    queued = select(Message.effect).where(Message.effect.startswith(event_id))
    while not (effects := _fresh(queued)):
        require(time.perf_counter() - began < WAIT_SECONDS, "an event led to no mail")
        time.sleep(LOOK_SECONDS)
    took = time.perf_counter() - began
    require(len(effects) == 2, f"an event led to {len(effects)} mails in place of two")
    return took


def _fresh(query: object) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(query))


def _measures(name: str, rounds: list[list[float]], idle_percent: float) -> Measures:
    shares = {"p50": 0.5, "p95": 0.95}
    return {
        **{
            f"delivery: event to mails queued, {word}, {name}": Measure(
                [(1, times[int(len(times) * share)]) for times in rounds], *BARS[word], unit="s"
            )
            for word, share in shares.items()
        },
        f"delivery: a worker that waits, {name}": Measure(
            [(1, idle_percent)], *IDLE_BARS, unit="% of a core"
        ),
    }
