"""Every trigger and every step of workflows, by a real worker, with real servers outside: all at once, then each looked
at. What the product adds to its own lists fails here until it is tried too."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from app import clock
from app.contacts import tags
from app.db import db
from app.messaging.models import Message, MessageState
from app.worker import engine
from app.workflows import conditions, kinds
from app.workflows.models import RunState, WorkflowRun, WorkflowStepRun
from app.workflows.step_forms import FORMS

from ..services.databases import settings_for
from ..services.outside import Outside, everybody_outside
from ..services.worker import working
from .action_trials import ACTIONS
from .causes import CAUSES, OF_REQUESTS
from .trial import Bench, Outcome, Trial, Try, asks, tag
from .way_trials import WAYS
from .workspace import Case, Workspace

TRIALS = ACTIONS | WAYS
# What a worker does every minute or more seldom, this one does every second.
WORKER = ("tests.services.hasty_worker",)
PATIENCE_SECONDS = 45
LATER = timedelta(hours=1)  # a run that waits for longer is left waiting
UNDER_WAY = (MessageState.QUEUED, MessageState.SENDING)
# Where booking and link stand when a run asks that begins so.
FOUND = {
    "booking_made": ["booking asked"],
    "booking_confirmed": ["booking coming"],
    "booking_changed": ["booking coming"],
    "booking_cancelled": ["booking cancelled"],
    "booking_declined": ["booking cancelled"],
    "booking_request_expired": ["booking cancelled"],
    "booking_no_show": ["booking no_show"],
    "before_booking": ["booking coming"],
    "after_booking": ["booking over"],
    "link_made": ["booking none", "link unopened"],
    "link_sent": ["booking none", "link unopened"],
    "link_messaged": ["booking none", "link unopened"],
    "link_not_opened": ["booking none", "link unopened"],
    "link_not_booked": ["booking none", "link opened"],
    "link_used": ["booking coming", "link used"],
    "link_opened_after_use": ["booking coming", "link used"],
    "link_asked_for": ["booking none", "link deleted"],
    "link_expired": ["booking none", "link expired"],
}


@pytest.fixture(autouse=True)
def _inside() -> None:
    """Without an app's context round it all: here requests are sent, and each has its own."""


@pytest.fixture
def outside():
    with everybody_outside() as reached:
        yield reached


@pytest.fixture
def place(app, database, tmp_path, outside):
    """A workspace with a worker."""
    engine.migrate(settings_for(database.url, tmp_path))
    with working(database.url, tmp_path, "worker-1", program=WORKER, **outside.settings):
        yield Workspace(app)


def test_every_trigger_and_every_step(place, outside, subtests):
    trials = {name: _begin_trial(place, outside, name) for name in {**FORMS, **TRIALS}}
    begun = {(kind, name): _begin(place, kind, name) for kind, name in _occasions()}
    for case, _, tried in trials.values():
        if tried.then:
            tried.then(case)
    _settle(place, [*begun.values(), *(case for case, *_ in trials.values())])
    for (kind, name), case in begun.items():
        with subtests.test(trigger=kind, by=name), _outcome(place, case) as seen:
            _expect_begun(kind, name, seen)
    for name, (case, trial, _) in trials.items():
        with subtests.test(step=name), _outcome(place, case) as seen, pytest.raises(StopIteration):
            trial.send(seen)


def test_every_kind_of_step_wait_and_condition_can_be_chosen_and_is_tried():
    sorts = {"wait": kinds.WAITS, "if": conditions.ABOUT}
    every = {f"{kind}:{sort}" for kind in sorts for sort in sorts[kind]} | {*kinds.STEPS} - {*sorts}
    assert every == {*FORMS}
    assert every <= {*TRIALS}


def test_every_state_that_can_be_asked_for_is_found():
    asked = {f"{about} {each}" for about, each in _states()}
    found = {each for every in FOUND.values() for each in every}
    assert found | {"booking none", "link none"} == asked


def _states() -> Iterator[tuple[str, str]]:
    yield from (("booking", each) for each in conditions.BOOKING_STATES)
    yield from (("link", each) for each in conditions.LINK_STATES)


def _occasions() -> Iterator[tuple[str, str]]:
    """Each kind of trigger, and again for each event more that it follows, by that event's name."""
    for kind, each in kinds.TRIGGERS.items():
        yield from ((kind, name) for name in (kind, *each.events[1:]))


def _begin(place: Workspace, kind: str, name: str) -> Case:
    """Let a contact into a workflow that asks for all that a run which begins so may know."""
    known = [about for about in ("booking", "link") if kinds.knows(kind, about) or kinds.knows(kind, "link")]
    asked = [step for about in known for step in asks(about, *(s for of, s in _states() if of == about))]
    calendar_id = place.calendar(name, needs_confirmation=name in OF_REQUESTS, answer_minutes=60)
    case = place.case(name, kind, (tag("came in"), *asked), calendar_id)
    CAUSES[name](place, case)
    return case


def _begin_trial(place: Workspace, outside: Outside, name: str) -> tuple[Case, Trial, Try]:
    bench = Bench(place, outside, place.calendar(name))
    trial = TRIALS[name](bench)
    tried = next(trial)
    case = place.case(name, tried.trigger, tried.steps, bench.calendar_id)
    tried.cause(place, case)
    return case, trial, tried


def _settle(place: Workspace, cases: list[Case]) -> None:
    """Wait until nothing is to be expected any more; what is missing then, its own test will tell."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at and not _has_settled(place, cases):
        time.sleep(0.2)


def _has_settled(place: Workspace, cases: list[Case]) -> bool:
    with place.app.app_context():
        runs = db.session.scalars(db.select(WorkflowRun)).all()
        waiting = [each for each in runs if each.due_at and each.due_at < clock.now() + LATER]
        begun = {each.workflow_id for each in runs} >= {case.workflow_id for case in cases}
        under_way = db.select(Message.id).where(Message.state.in_(UNDER_WAY)).limit(1)
        return begun and not waiting and db.session.scalar(under_way) is None


@contextmanager
def _outcome(place: Workspace, case: Case) -> Iterator[Outcome]:
    """What became of the one run of the case, whose contact it was."""
    with place.app.app_context():
        mine = db.select(WorkflowRun).where(WorkflowRun.workflow_id == case.workflow_id)
        contact = place.contact_of(case)
        (run,) = db.session.scalars(mine.where(WorkflowRun.contact_id == contact.id)).all()
        rows = db.session.scalars(db.select(WorkflowStepRun).where(WorkflowStepRun.run_id == run.id)).all()
        yield Outcome(case, run, {row.step_key: row for row in rows}, contact, tags.tags_of(contact.id))


def _expect_begun(kind: str, name: str, seen: Outcome) -> None:
    assert (seen.run.state, seen.run.started_by, seen.run.why) == (RunState.DONE, kind, "")
    own = [kind] if kind == "tag_added" else []
    assert seen.tags == sorted([*FOUND.get(name, []), *own, "came in"])
    assert {row.state for row in seen.steps.values()} == {"done"}
    assert (seen.run.link_id is not None) >= kinds.knows(kind, "link")
    assert (seen.run.booking_id is not None) >= kinds.knows(kind, "booking")
