"""How many triggers a second a worker leads to a link and a queued message, on both kinds of database; and what it
costs to add ten thousand contacts to a workflow against a thousand: time for each, and memory. Last, what it costs a
worker that a thousand runs wait.
"""

import time
import tracemalloc
from functools import partial
from typing import Any

from sqlalchemy import delete, func, select

from app import clock, events
from app.db import connection, db, in_transaction
from app.events import Event
from app.links.models import OneTimeLink
from app.messaging.models import Message
from app.proof.scenarios import make_host
from app.workflows import adding
from app.workflows.models import StepState, Workflow, WorkflowRun, WorkflowStepRun
from app.workflows.steps import Step
from tests.factories import NOW, make_workflow

from . import idle
from .measures import Measure, Measures, Plan, interleaved, pairs, require
from .people import add_contacts
from .sites import scratch, worker

TRIGGERS = 60  # in one round
FEW, MANY = 1_000, 10_000
FIRST_WAITING, WAITING = 50, 1_000
IDLE_SECONDS = 20.0
A_MONTH = 30 * 24 * 60  # minutes
WAIT_SECONDS = 120
LOOK_SECONDS = 0.01
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def measure(plan: Plan) -> Measures:
    """Raises WrongAnswer when a trigger leads to no message, or to more than one link and message."""
    return {
        **_triggers("sqlite", plan),
        **_triggers("postgresql", plan),
        **_adding(plan),
        **_waiting("sqlite", plan),
        **_waiting("postgresql", plan),
    }


def _triggers(kind: str, plan: Plan) -> Measures:
    amount = plan.of(TRIGGERS, 20)
    with scratch(kind) as (app, settings), app.app_context():
        calendar = make_host()
        link = Step("link", "create_link", {"calendar_id": calendar.id})
        mail = Step("mail", "send_email", {"subject": "Hello", "text": "{{ one_time_link }}"})
        make_workflow(calendar.account_id, "tag_added", (link, mail))
        with worker(settings):
            _messages_a_second(calendar.account_id, 20, 0)  # until everything is loaded
            rates = [
                _messages_a_second(calendar.account_id, amount, 20 + at * amount) for at in range(plan.rounds)
            ]
    rounds = [(1.0, rate) for rate in rates]
    return {
        f"workflow triggers to a queued message, {NAMES[kind]}": Measure(
            rounds, unit="/s", more_is_better=True
        )
    }


def _messages_a_second(account_id: int, amount: int, first: int) -> float:
    """Triggers at once, until each has led to a link and a message."""
    ids = add_contacts(account_id, amount, first)
    began = time.perf_counter()
    in_transaction(lambda: [_trigger(account_id, each) for each in ids])
    while _count(Message) < first + amount:
        require(time.perf_counter() - began < WAIT_SECONDS, f"{_count(Message)} messages of {first + amount}")
        time.sleep(LOOK_SECONDS)
    seconds = time.perf_counter() - began
    require(_count(OneTimeLink) == _count(Message) == first + amount, "one link and message for each contact")
    return amount / seconds


def _adding(plan: Plan) -> Measures:
    few, many = FEW, plan.of(MANY, 2 * FEW)
    with scratch("sqlite") as (app, _settings), app.app_context():
        calendar = make_host()
        steps = (Step("tag", "add_tag", {"tag": "seen"}),)
        workflow = make_workflow(calendar.account_id, "by_hand", steps)
        works: dict[str, Any] = {}
        first = 0
        for name, amount in (("few", few), ("many", many)):
            ids = add_contacts(calendar.account_id, amount, first, tags=(name,))
            works[name] = partial(_seconds_each, workflow.account_id, workflow.id, name, len(ids))
            first += amount
        seen = interleaved(works, plan.rounds)
        peaks = {name: _peak(work) for name, work in works.items()}
    floor = f"{few:,} contacts"
    return {
        f"{many:,} contacts added to a workflow, each": Measure(
            pairs(seen, "few", "many"), 1.3, 1.1, floor=floor
        ),
        f"{many:,} contacts added to a workflow, memory": Measure(
            [(peaks["few"], peaks["many"])], unit="kB", floor=floor
        ),
    }


def _seconds_each(account_id: int, workflow_id: int, tag: str, amount: int) -> float:
    """Microseconds for each contact of the tag, who all come in."""
    in_transaction(lambda: connection().execute(delete(WorkflowRun.__table__)))
    event = Event(
        id=f"{time.monotonic_ns():032d}", account_id=account_id, data={"workflow_id": workflow_id, "tag": tag}
    )
    began = time.perf_counter()
    adding.contacts_added(event, clock.now())
    seconds = time.perf_counter() - began
    require(_count(WorkflowRun) == amount, f"{_count(WorkflowRun)} of {amount} came in")
    return seconds / amount * 1_000_000


def _peak(work: Any) -> float:
    """The most memory that it takes at once, in kB."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1024


def _waiting(kind: str, plan: Plan) -> Measures:
    """A worker with many runs that wait against itself with few.

    Raises WrongAnswer when threads have come with them: those that work are a few, and not all may have begun before.
    """
    many, seconds = plan.of(WAITING, 2 * FIRST_WAITING), max(5.0, IDLE_SECONDS * plan.share)
    with scratch(kind) as (app, settings), app.app_context():
        account_id = make_host().account_id
        steps = (Step("wait", "wait", {"until": "time", "minutes": A_MONTH}),)
        workflow = make_workflow(account_id, "by_hand", steps)
        with worker(settings) as pid:
            _let_wait(workflow, "first", FIRST_WAITING, 0)
            few_percent, few_threads = idle.percent(pid, seconds), idle.threads(pid)
            _let_wait(workflow, "later", many, FIRST_WAITING)
            many_percent, many_threads = idle.percent(pid, seconds), idle.threads(pid)
    more = many_threads - few_threads
    require(more <= settings.worker_threads, f"{few_threads} threads became {many_threads}")
    return {
        f"a worker while {many:,} runs wait, {NAMES[kind]}": Measure(
            [(few_percent, many_percent)], 1.5, 1.2, unit="% of a core", floor=f"{FIRST_WAITING} runs wait"
        )
    }


def _let_wait(workflow: Workflow, tag: str, amount: int, already: int) -> None:
    """Add so many contacts, until each waits."""
    add_contacts(workflow.account_id, amount, already, tags=(tag,))
    in_transaction(lambda: adding.ask(workflow, {"tag": tag}, workflow.created_by_id, clock.now()))
    began, due = time.perf_counter(), WorkflowStepRun.state == StepState.WAITING
    while _count(WorkflowStepRun, due) < already + amount:
        require(time.perf_counter() - began < WAIT_SECONDS * 2, f"{_count(WorkflowStepRun, due)} runs wait")
        time.sleep(LOOK_SECONDS)


def _trigger(account_id: int, contact_id: int) -> None:
    at = max(clock.now(), NOW)  # the workflow is on since then
    events.record("tag_added", account_id=account_id, contact_id=contact_id, at=at, data={"tag": "vip"})


def _count(model: type, *which: Any) -> int:
    with db.engine.connect() as reading:
        return reading.execute(select(func.count()).select_from(model).where(*which)).scalar_one()
