"""Events are handed on to the engine, which does each job once; what fails is noted."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest

from app import clock, events
from app.db import db, in_transaction
from app.errors import Conflict
from app.events import Event
from app.worker import engine, handlers, relay, service
from app.worker.attempts import Attempts, title_of, words_for
from app.worker.engine import Again, Engine, Job
from app.worker.models import FailedWork
from app.workflows.steps import Step

from ..factories import NOW, account_of, make_user, make_workflow
from ..services.databases import settings_for
from ..services.worker import wait_until

LATER = NOW + timedelta(minutes=1)


class Seen:
    """Handlers that note which events they saw."""

    def __init__(self) -> None:
        self.first_saw: list[str] = []
        self.second_saw: list[str] = []
        self.broken = False

    def first(self, event, now):
        self.first_saw.append(event.data["n"])

    def second(self, event, now):
        """Breaks. When it is told to"""
        if self.broken:
            raise RuntimeError("broken at /m/secret\nand more")
        self.second_saw.append(event.data["n"])


@pytest.fixture
def seen(monkeypatch) -> Seen:
    seen = Seen()
    monkeypatch.setattr(handlers, "ON_EVENT", {"tested": (seen.first, seen.second)})
    return seen


@pytest.fixture
def running(app, database, tmp_path, seen) -> Iterator[Engine]:
    """The real engine, with one short wait before the second and last attempt."""
    app.extensions["slotkey.settings"] = settings_for(database.url, tmp_path, retry_seconds=(0.1,))
    settings = app.extensions["slotkey.settings"]
    engine.migrate(settings)
    made = Engine(settings, "worker-1", Attempts(app))
    made.start()
    yield made
    made.stop(5)


def record(*numbers: int, name: str = "tested") -> None:
    account = account_of(make_user())
    for n in numbers:
        at = NOW + timedelta(seconds=n)
        in_transaction(lambda at=at, n=n: events.record(name, account_id=account, at=at, data={"n": n}))


def stored(model: type) -> list:
    db.session.rollback()
    return list(db.session.scalars(db.select(model).execution_options(populate_existing=True)))


def deliver(running: Engine) -> int:
    db.session.rollback()
    return relay.deliver(running, clock.now())


def test_each_handler_gets_each_event_once_and_the_oldest_first(running, seen):
    record(3, 1, 2)
    assert deliver(running) == 3
    assert deliver(running) == 0
    wait_until(lambda: len(seen.first_saw) == len(seen.second_saw) == 3)
    assert sorted(seen.first_saw) == [1, 2, 3]
    assert all(event.delivered_at for event in stored(Event))
    assert stored(FailedWork) == []


def test_an_event_that_was_handed_on_but_not_marked_is_not_done_again(running, seen):
    record(1)
    deliver(running)
    wait_until(lambda: seen.second_saw == [1])
    in_transaction(lambda: db.session.execute(db.update(Event).values(delivered_at=None)))
    assert deliver(running) == 1
    running.stop(5)
    assert (seen.first_saw, seen.second_saw) == ([1], [1])


def test_work_that_names_a_time_goes_on_then_as_often_as_it_likes(running, monkeypatch):
    called: list[object] = []

    def waits(event, now):
        called.append(now)
        return now + timedelta(seconds=0.2) if len(called) < 4 else None

    monkeypatch.setattr(handlers, "ON_EVENT", {"tested": (waits,)})
    record(1)
    deliver(running)
    wait_until(lambda: len(called) == 4)
    gaps = [later - earlier for earlier, later in pairwise(called)]
    assert min(gaps) >= timedelta(seconds=0.2)
    assert stored(FailedWork) == []


def test_events_without_handlers_are_marked(running, seen):
    record(1, name="calendar_created")
    assert deliver(running) == 1
    assert deliver(running) == 0


def test_a_handler_with_nothing_to_do_gets_no_job(running, seen, monkeypatch):
    monkeypatch.setattr(handlers, "CONCERNS", {seen.first: lambda event: event.data["n"] > 1})
    record(1, 2)
    assert deliver(running) == 2
    wait_until(lambda: len(seen.second_saw) == 2)
    running.stop(5)
    assert seen.first_saw == [2]


def test_a_handler_that_cannot_say_gets_the_job_and_holds_up_no_other(running, seen, monkeypatch):
    def breaks(event):
        raise ValueError("what is stored cannot be read")

    monkeypatch.setattr(handlers, "CONCERNS", {seen.first: breaks})
    record(1, 2)
    assert deliver(running) == 2
    wait_until(lambda: len(seen.first_saw) == len(seen.second_saw) == 2)


def test_workflows_get_a_job_of_what_they_follow_and_of_what_may_end_a_wait(app_context, now):
    def is_due(event_name: str) -> bool:
        in_transaction(lambda: events.record(event_name, account_id=account, at=NOW, data={"tag": "vip"}))
        event = next(each for each in stored(Event) if each.name == event_name)
        return any(job.handler == "workflows.triggers.on_event" for job in relay.jobs_of(event))

    account, steps = account_of(make_user()), (Step("tag", "add_tag", {"tag": "seen"}),)
    assert [is_due(name) for name in ("contact_created", "booking_created", "sms_received")] == [
        False,
        True,
        True,
    ]
    assert not is_due("tag_added")
    for wanted, is_on, due in (("other", True, False), ("vip", False, False), ("vip", True, True)):
        make_workflow(account, "tag_added", steps, filters={"tag": wanted}, is_on=is_on)
        assert is_due("tag_added") is due


def test_no_more_is_taken_than_there_is_room_for(running, seen):
    record(*range(5))
    running.begun.update(f"busy {n}" for n in range(running.settings.worker_threads))
    assert deliver(running) == 0
    assert all(event.delivered_at is None for event in stored(Event))
    running.begun.clear()
    assert deliver(running) > 0


def failed() -> FailedWork | None:
    return next((each for each in stored(FailedWork) if each.next_try_at is None), None)


def test_failing_work_is_listed_with_what_went_wrong_and_retry_does_it(running, seen):
    record(1)
    seen.broken = True
    deliver(running)
    wait_until(lambda: failed() is not None)
    given_up = failed()
    assert (given_up.title, given_up.attempts) == ("Breaks", 2)
    assert given_up.error == "RuntimeError: broken at /m/..."
    assert seen.first_saw == [1]

    seen.broken = False
    retry(given_up)
    with pytest.raises(Conflict):
        retry(given_up)
    assert deliver(running) == 1
    wait_until(lambda: stored(FailedWork) == [])
    assert (seen.first_saw, seen.second_saw) == ([1], [1])


def test_work_that_fails_again_after_a_retry_is_listed_again(running, seen):
    record(1)
    seen.broken = True
    deliver(running)
    wait_until(lambda: failed() is not None)
    retry(failed())
    assert failed() is None
    deliver(running)
    wait_until(lambda: failed() is not None)


def retry(work: FailedWork) -> None:
    db.session.rollback()
    in_transaction(lambda: service.retry(_Owner(work.account_id), work.id, LATER))


class _Owner:
    """Whoever owns the account, as far as the service looks at them."""

    manages_account = True

    def __init__(self, account_id: int) -> None:
        self.account = self.user = self
        self.id = account_id

    def require_manager(self, _otherwise: str) -> None:
        """They are one."""


def test_a_handler_that_is_gone_is_a_failure(app, seen):
    record(1)
    (event,) = stored(Event)
    db.session.expunge_all()
    db.session.rollback()
    assert Attempts(app).attempt(Job("key", event.id, "messaging.gone"), 1) == Again(10, True)
    (work,) = stored(FailedWork)
    assert (work.title, work.next_try_at) == ("Gone", work.failed_at + timedelta(seconds=10))
    assert "has no messaging.gone" in work.error


def test_work_of_an_event_that_is_gone_is_over(app):
    assert Attempts(app).attempt(Job("key", "0" * 32, "messaging.gone"), 1) is None


def test_words_for_failures_are_short_and_hold_no_token():
    assert words_for(ValueError("no\nsuch thing")) == "ValueError: no"
    assert words_for(ValueError()) == "ValueError"
    assert words_for(Conflict("Taken by /o/abcdef.")) == "Taken by /o/..."
    assert title_of("messaging.mails.some_thing") == "Some thing"


def test_periodic_work_runs_and_may_fail(app, running, monkeypatch):
    ran = []

    def fail(now):
        ran.append(now)
        raise RuntimeError("again")

    every = timedelta(hours=1)
    monkeypatch.setattr("app.worker.attempts.PERIODIC", (handlers.Periodic("tests", every, fail),))
    running.enqueue_periodic("tests")
    running.enqueue_periodic("tests")
    wait_until(lambda: len(ran) == 1)
    wait_until(lambda: running.enqueue_periodic("tests") or len(ran) > 1)
