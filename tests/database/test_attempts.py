"""One attempt at a piece of work while the database fails: it is put off, and never lost."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from app import clock, events
from app.db import db, in_transaction, is_sqlite, transaction
from app.worker import attempts, handlers
from app.worker.attempts import Attempts
from app.worker.engine import Again, Job
from app.worker.models import FailedWork, FailingPeriodic

from ..factories import NOW, account_of, make_user

WAITS = (10, 60, 300, 1800, 7200, 21600)
CANNOT_BE_NOTED = {
    True: ["CREATE TRIGGER full BEFORE INSERT ON failed_work BEGIN SELECT RAISE(ABORT, 'disk is full'); END"],
    False: ["ALTER TABLE failed_work ADD CONSTRAINT disk_is_full CHECK (attempts < 0)"],
}
CANNOT_BE_READ = "ALTER TABLE event RENAME TO event_out_of_reach"


def fails(_event: events.Event, _now: object) -> None:
    """Always."""
    raise RuntimeError("on purpose")


@pytest.fixture
def job(app_context: None, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Work that fails."""
    monkeypatch.setattr(handlers, "ON_EVENT", {"tested": (fails,)})
    account = account_of(make_user())
    in_transaction(lambda: events.record("tested", account_id=account, at=NOW))
    event_id = db.session.scalar(db.select(events.Event.id))
    db.session.rollback()
    return Job("key", event_id, handlers.name_of(fails))


def again(seconds: int) -> Again:
    return Again(seconds, has_failed=True)


def execute(*statements: str) -> None:
    with transaction():
        for each in statements:
            db.session.execute(text(each))


def noted() -> int:
    found = db.session.scalar(db.select(db.func.count()).select_from(FailedWork))
    db.session.rollback()
    return found


def test_failing_work_is_noted_and_put_off_until_it_is_given_up(app: Flask, job: Job) -> None:
    attempts = Attempts(app)
    assert [attempts.attempt(job, number) for number in range(1, 8)] == [*map(again, WAITS), None]
    assert noted() == 1


def test_work_whose_failure_cannot_be_noted_is_put_off_and_never_given_up(app: Flask, job: Job) -> None:
    execute(*CANNOT_BE_NOTED[is_sqlite()])
    attempts = Attempts(app)
    waits = [attempts.attempt(job, number) for number in (1, 2, 6, 7, 8)]
    assert waits == [again(seconds) for seconds in (10, 60, 21600, 21600, 21600)]
    assert noted() == 0


def test_work_whose_event_cannot_be_read_is_put_off(app: Flask, job: Job) -> None:
    execute(CANNOT_BE_READ)
    assert Attempts(app).attempt(job, 1) == again(WAITS[0])


def test_periodic_work_that_fails_is_listed_until_it_is_done(
    app: Flask, app_context: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [RuntimeError("first\nsecond line"), RuntimeError("then"), None]

    def run(_now: object) -> None:
        if fault := faults.pop(0):
            raise fault

    monkeypatch.setattr(attempts, "PERIODIC", (handlers.Periodic("old events", timedelta(days=1), run),))
    told = []
    for minutes in (0, 5, 10):
        with clock.fixed(NOW + timedelta(minutes=minutes)):
            Attempts(app).run_periodic("old events")
        told.append(db.session.scalars(db.select(FailingPeriodic)).one_or_none())
        db.session.expunge_all()
        db.session.rollback()
    first, second, last = told
    assert (first.error, first.since) == ("RuntimeError: first", NOW)
    assert (second.error, second.since) == ("RuntimeError: then", NOW)
    assert second.next_try_at == NOW + timedelta(days=1, minutes=5)
    assert last is None
