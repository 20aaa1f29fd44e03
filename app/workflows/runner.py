"""Takes runs further: one step at a time, each in one transaction with its effect and its row.

Whoever comes at the same moment waits for the run's row, and then finds the step done. `due_at` in that row is the
truth; the job only comes back when it is due, and a run whose job was lost is found by it.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from ..contacts.models import Contact
from ..db import connection, db, in_transaction
from ..errors import DomainError, Overtaken, Unavailable
from ..events import Event
from . import actions, path, runs
from .actions import Done, Skipped, Turn, Until
from .models import OVER, WAITING, RunState, StepState, WorkflowRun, WorkflowStepRun
from .steps import Step
from .versions import definition_of

log = logging.getLogger(__name__)
table, step_table = WorkflowRun.__table__, WorkflowStepRun.__table__
# A job that is alive is no later than this; when the engine has much to do, or a worker was lost, it may be.
LOST_AFTER = timedelta(minutes=15)
AT_ONCE = 500
UNDOABLE = "Slotkey could not do this step; the log of the worker says why."


class _StepFailed(Exception):
    """Rolls back what the step had begun."""

    def __init__(self, step: Step, why: str) -> None:
        super().__init__(why)
        self.step, self.why = step, why


def advance(event: Event, now: datetime) -> datetime | None:
    """Do what is due in a run of a workflow. When to come again, or None at its end."""
    run_id, leg = event.data["run_id"], event.data["leg"]
    while True:
        try:
            goes_on, due_at = in_transaction(lambda: _one_step(run_id, leg, now))
        except _StepFailed as failed:
            why, step = failed.why, failed.step
            in_transaction(
                lambda key=step.key, kind=step.kind, why=why: runs.fail(run_id, key, kind, why, now)
            )
            return None
        if not goes_on:
            return due_at


def take_up_lost(now: datetime) -> None:
    """Periodic: give runs that nobody looks after a job of their own, as after a restore."""
    lost = select(table.c.id).where(WAITING, table.c.due_at < now - LOST_AFTER).order_by(table.c.due_at)
    with db.engine.connect() as reading:
        ids = list(reading.scalars(lost.limit(AT_ONCE)))
    if ids:
        in_transaction(lambda: runs.resume(ids, now))


def _one_step(run_id: int, leg: int, now: datetime) -> tuple[bool, datetime | None]:
    """Whether there is more to do at once, else when it is due."""
    run = _hold(run_id)
    if run is None or run.state != RunState.WAITING or run.leg != leg:
        return False, None
    if run.due_at > now:
        return False, run.due_at
    definition, rows = definition_of(run.version_id), _rows(run_id)
    step = path.next_step(
        definition.steps, {key: row.holds for key, row in rows.items() if row.state in OVER}
    )
    if step is None:
        runs.end(run_id, RunState.DONE, "", now)
        return False, None
    contact = db.session.get_one(Contact, run.contact_id, populate_existing=True)
    began_at = rows[step.key].began_at if step.key in rows else now
    return _did(Turn(run, contact, definition, step, began_at, now))


def _did(turn: Turn) -> tuple[bool, datetime | None]:
    run, step = turn.run, turn.step
    result = _performed(turn)
    if isinstance(result, Until):
        why = result.why
        runs.write_step(run, step.key, step.kind, StepState.WAITING, turn.now, due_at=result.due_at, why=why)
        _note_place(run.id, step.key, result.due_at)
        return False, result.due_at
    if isinstance(result, Skipped):
        runs.write_step(run, step.key, step.kind, StepState.SKIPPED, turn.now, why=result.why)
    else:
        done = {"output": result.output, "holds": result.holds}
        runs.write_step(run, step.key, step.kind, StepState.DONE, turn.now, **done)
    _note_place(run.id, step.key, turn.now)
    return True, None


def _performed(turn: Turn) -> Done | Skipped | Until:
    """How the step went. What the database or another transaction is to blame for is raised: it is tried again."""
    try:
        return actions.perform(turn)
    except (DBAPIError, Overtaken, Unavailable):
        raise
    except DomainError as refused:
        raise _StepFailed(turn.step, refused.sentence) from refused
    except Exception as failed:
        log.exception("step %s of run %s failed", turn.step.key, turn.run.id)
        raise _StepFailed(turn.step, UNDOABLE) from failed


def _hold(run_id: int) -> WorkflowRun | None:
    found = select(WorkflowRun).where(WorkflowRun.id == run_id).with_for_update()
    return db.session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def _rows(run_id: int) -> dict[str, Any]:
    found = connection().execute(select(step_table).where(step_table.c.run_id == run_id))
    return {row.step_key: row for row in found}


def _note_place(run_id: int, step_key: str, due_at: datetime) -> None:
    connection().execute(update(table).where(table.c.id == run_id).values(at_key=step_key, due_at=due_at))
