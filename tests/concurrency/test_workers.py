"""R38: one event, several workers, kills among them: each effect once in our database, none stuck."""

from pathlib import Path

import pytest
from sqlalchemy import text

from app import events
from app.db import connection, db, in_transaction
from app.worker import engine
from app.worker.engine import Engine
from app.worker.models import FailedWork, WorkerBeat

from ..factories import NOW, account_of, make_user
from ..services import handling
from ..services.databases import Database, settings_for
from ..services.worker import wait_until, working


@pytest.fixture(autouse=True)
def _ready(database: Database, tmp_path: Path, app_context: None) -> None:
    engine.migrate(settings_for(database.url, tmp_path))
    handling.make_tables()


def record(count: int, name: str = "tested", **data: float) -> list[str]:
    """Events of that name, in a transaction each; their ids."""
    account = account_of(make_user())
    for _ in range(count):
        in_transaction(lambda: events.record(name, account_id=account, at=NOW, data=data))
    found = db.session.scalars(db.select(events.Event.id).where(events.Event.name == name)).all()
    db.session.rollback()
    return list(found)


def undelivered() -> int:
    count = db.select(db.func.count()).where(events.Event.delivered_at.is_(None))
    left = db.session.scalar(count)
    db.session.rollback()
    return left


def rows_of(model: type) -> list:
    found = list(db.session.scalars(db.select(model)))
    db.session.expunge_all()
    db.session.rollback()
    return found


def test_r38_a_worker_killed_in_the_middle_resumes_and_the_effect_is_once(database, tmp_path):
    (event_id,) = record(1, sleeps=2)
    with working(database.url, tmp_path, "worker-1") as (worker,):
        wait_until(lambda: handling.effects() == [event_id])
        worker.kill()
        worker.start()
        wait_until(lambda: len(handling.calls(event_id)) == 2)
        assert worker.stop() == 0
    assert handling.effects() == [event_id]
    assert undelivered() == 0
    assert rows_of(WorkerBeat) == []


def test_r9_without_a_unique_key_a_kill_doubles_the_effect(database, tmp_path):
    (event_id,) = record(1, "tested_carelessly", sleeps=2)
    with working(database.url, tmp_path, "worker-1") as (worker,):
        wait_until(lambda: handling.effects("careless_effect") == [event_id])
        worker.kill()
        worker.start()
        wait_until(lambda: handling.effects("careless_effect") == [event_id] * 2)


def test_finished_work_is_not_done_again_after_a_restart(database, tmp_path):
    ids = record(20)
    with working(database.url, tmp_path, "worker-1") as (worker,):
        wait_until(lambda: len(handling.effects()) == 20)
        assert worker.stop() == 0
        in_transaction(lambda: connection().execute(text("UPDATE event SET delivered_at = NULL")))
        worker.start()
        wait_until(lambda: undelivered() == 0)
        worker.stop()
    assert sorted(handling.calls()) == ["worker-1"] * 20
    assert sorted(handling.effects()) == sorted(ids)


def test_work_whose_end_was_not_written_down_comes_to_its_end(database, tmp_path):
    """As when the disk was full for a moment: the engine says that it is being done, and nobody does it."""
    record(1)
    with working(database.url, tmp_path, "worker-1"):
        wait_until(lambda: standing_in_engine(database, tmp_path) == ["SUCCESS"])
        set_in_engine(database, tmp_path, "PENDING")
        wait_until(lambda: standing_in_engine(database, tmp_path) == ["SUCCESS"])
    assert len(handling.effects()) == 1


def engine_of(database: Database, place: Path):
    """The engine's own tables, whose name there is."""
    is_file = database.kind == "sqlite"
    return db.create_engine(f"sqlite:///{place / engine.FILE}" if is_file else database.url), (
        "workflow_status" if is_file else f"{engine.SCHEMA}.workflow_status"
    )


def standing_in_engine(database: Database, place: Path) -> list[str]:
    connections, table = engine_of(database, place)
    with connections.connect() as reading:
        found = reading.execute(text(f"SELECT status FROM {table} WHERE name = 'handle'")).scalars().all()
    connections.dispose()
    return list(found)


def set_in_engine(database: Database, place: Path, status: str) -> None:
    connections, table = engine_of(database, place)
    with connections.begin() as writing:
        writing.execute(text(f"UPDATE {table} SET status = '{status}' WHERE name = 'handle'"))
    connections.dispose()


def test_failing_work_is_tried_again_then_listed(database, tmp_path):
    record(1, fails=2)
    with working(database.url, tmp_path, "worker-1", retry_seconds="0.1,0.1"):
        wait_until(lambda: len(handling.effects()) == 1)
        wait_until(lambda: rows_of(FailedWork) == [])
    assert len(handling.calls()) == 3


def given_up() -> list[FailedWork]:
    return [each for each in rows_of(FailedWork) if each.next_try_at is None]


def test_work_that_fails_to_the_end_is_kept(database, tmp_path):
    record(1, fails=9)
    with working(database.url, tmp_path, "worker-1", retry_seconds="0.1"):
        wait_until(lambda: given_up() != [])
    (failed,) = given_up()
    assert (failed.attempts, failed.title) == (2, "Does its work once")
    assert failed.error == "RuntimeError: made to fail at /o/..."


@pytest.fixture
def two_workers(database, tmp_path):
    """On PostgreSQL, which several workers share; SQLite serves one."""
    with working(database.url, tmp_path, "worker-1", "worker-2", worker_threads=4) as workers:
        yield workers


class TestTwoWorkers:
    def test_r38_they_share_the_work_each_event_once(self, database, two_workers):
        ids = record(200)
        wait_until(lambda: len(handling.effects()) == 200)
        wait_until(lambda: undelivered() == 0)
        assert sorted(handling.effects()) == sorted(ids)
        assert len(handling.calls()) == 200
        assert set(handling.calls()) == {"worker-1", "worker-2"}

    def test_r38_kills_among_them_leave_nothing_undone_and_nothing_done_twice(self, database, two_workers):
        ids = record(100, sleeps=0.05)
        for n in range(6):
            wait_until(lambda least=10 * n + 5: len(handling.effects()) >= least)
            two_workers[n % 2].kill()
            two_workers[n % 2].start()
        wait_until(lambda: len(handling.effects()) == 100)
        assert sorted(handling.effects()) == sorted(ids)
        assert undelivered() == 0

    def test_a_lost_workers_work_is_taken_over(self, database, two_workers):
        lost, other = two_workers
        ids = record(12, sleeps=1)
        wait_until(lambda: "worker-1" in handling.calls() and len(handling.effects()) >= 4)
        lost.kill()
        assert "takes over" in lost.command("worker-recover", "worker-1")
        wait_until(lambda: "worker-1 is silent" in other.log)
        wait_until(lambda: sorted(handling.effects()) == sorted(ids))
        wait_until(lambda: [each.worker_id for each in rows_of(WorkerBeat)] == ["worker-2"])


def test_a_worker_that_falls_silent_is_missed(database, tmp_path):
    """Nobody says so: the other one counts."""
    with working(database.url, tmp_path, "worker-1", "worker-2", lost_seconds=3) as (lost, other):
        ids = record(12, sleeps=1)
        wait_until(lambda: "worker-1" in handling.calls())
        lost.kill()
        wait_until(lambda: "worker-1 is silent" in other.log)
        wait_until(lambda: sorted(handling.effects()) == sorted(ids))


def test_a_second_process_of_the_same_name_replaces_the_first(database, tmp_path):
    with working(database.url, tmp_path, "worker-1") as (first,), working(database.url, tmp_path, "worker-1"):
        assert first.process.wait(60) == 1
        assert "Another process runs as worker-1" in first.log


def test_work_that_hangs_does_not_keep_a_worker_from_ending(database, tmp_path):
    (event_id,) = record(1, sleeps=60)
    with working(database.url, tmp_path, "worker-1", stop_seconds=1) as (worker,):
        wait_until(lambda: handling.effects() == [event_id])
        assert worker.stop() == 0
        worker.start()
        wait_until(lambda: len(handling.calls(event_id)) == 2)


def test_work_that_ends_its_worker_each_time_is_given_up_at_last(database, tmp_path):
    with working(database.url, tmp_path, "worker-1") as (worker,):
        (event_id,) = record(1, ends=1)  # while it runs: it would end sooner than it is seen to have started
        worker.process.wait(60)
        pretend_crashes(settings_for(database.url, tmp_path))
        worker.start()
        wait_until(lambda: "exceeded" in worker.log)
        worker.stop()
        worker.start()
        wait_until(lambda: given_up() != [])
    assert given_up()[0].error == "Each time, the worker ended while it did this."
    assert handling.calls(event_id) == ["worker-1"]


def pretend_crashes(settings) -> None:
    """As if the worker had been started again so often."""
    made = Engine(settings, "worker-1", None)
    name = "workflow_status" if settings.is_sqlite else f"{engine.SCHEMA}.workflow_status"
    with made.connections.begin() as writing:
        writing.execute(text(f"UPDATE {name} SET recovery_attempts = 100"))
    made.connections.dispose()
