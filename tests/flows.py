"""Workflows in tests: what a worker does with the events, and the runs read back."""

from datetime import datetime

from sqlalchemy import select

from app import clock
from app.db import db
from app.events import Event
from app.workflows import runner, triggers
from app.workflows.models import WorkflowRun, WorkflowStepRun
from app.workflows.runs import RESUMED, STARTED

from .mailing import events_called


def happen(name: str, now: datetime | None = None) -> None:
    """Let workflows see the events of this name, old ones again too, as a relay may."""
    for event in events_called(name):
        _happen(event, now or clock.now())


def advance_all(now: datetime | None = None) -> list[datetime | None]:
    """What a worker does with every run, as often as its jobs come back; when each wants to go on."""
    jobs = [*events_called(STARTED), *events_called(RESUMED)]
    return [runner.advance(event, now or clock.now()) for event in jobs]


def settle(now: datetime | None = None, rounds: int = 5) -> None:
    """Let workflows see all events there are, and runs go on, until nothing more follows at that time."""
    at, seen = now or clock.now(), set()
    for _ in range(rounds):
        fresh = [event for event in all_events() if event.id not in seen]
        for event in fresh:
            seen.add(event.id)
            if event.name in triggers.events_followed():
                _happen(event, at)
        advance_all(at)
        if not fresh:
            return


def _happen(event: Event, now: datetime) -> None:
    if triggers.concerns(event):
        triggers.on_event(event, now)


def all_events() -> list[Event]:
    found = list(db.session.scalars(select(Event).order_by(Event.at, Event.id)))
    db.session.rollback()
    return found


def stored_runs() -> list[WorkflowRun]:
    """All there are, oldest first, as they stand now."""
    db.session.rollback()
    every = select(WorkflowRun).order_by(WorkflowRun.id).execution_options(populate_existing=True)
    found = list(db.session.scalars(every))
    db.session.rollback()
    return found


def step_states(run: WorkflowRun) -> dict[str, str]:
    """Where each step of the run stands, in the order in which it came to them."""
    mine = select(WorkflowStepRun).where(WorkflowStepRun.run_id == run.id)
    rows = db.session.scalars(
        mine.order_by(WorkflowStepRun.began_at).execution_options(populate_existing=True)
    ).all()
    db.session.rollback()
    return {row.step_key: row.state.value for row in rows}
