"""Two relays at the same moment: on PostgreSQL, rows that one holds are passed over by the other."""

import time

import pytest

from app import events
from app.db import db, in_transaction
from app.events import Event
from app.worker import handlers, relay
from app.worker.engine import Job

from ..factories import NOW, account_of, make_user
from .races import race

EVENTS = 40


class Desk:
    """Where jobs are begun, slowly; in place of an engine, of which a process has only one."""

    room = 1_000

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def begin(self, job: Job) -> None:
        self.jobs.append(job)
        time.sleep(0.005)


def handler(event: Event, now: object) -> None:
    """Nothing; it is never called."""


@pytest.fixture
def desk(monkeypatch) -> Desk:
    monkeypatch.setattr(handlers, "ON_EVENT", {"tested": (handler,)})
    monkeypatch.setattr(relay, "AT_ONCE", 10)
    account = account_of(make_user())
    for _ in range(EVENTS):
        in_transaction(lambda: events.record("tested", account_id=account, at=NOW))
    db.session.rollback()
    return Desk()


def relay_all(desk: Desk) -> None:
    while relay.deliver(desk, NOW):
        pass


def test_r38_two_relays_begin_each_event_at_least_once_and_share_them(app, desk, database):
    race(app, [lambda: relay_all(desk)] * 2)
    keys = [job.key for job in desk.jobs]
    assert len(set(keys)) == EVENTS
    if database.kind == "postgresql":
        assert len(keys) == EVENTS


def test_r9_without_the_lock_both_begin_the_same(app, desk, monkeypatch):
    monkeypatch.setattr(relay, "is_sqlite", lambda: True)  # reads without locking
    race(app, [lambda: relay_all(desk)] * 2)
    assert len(desk.jobs) > EVENTS
