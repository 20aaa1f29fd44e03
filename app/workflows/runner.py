"""Takes runs further: one step at a time, each in one transaction with its effect and its row.

Whoever comes at the same moment waits for the run's row, and then finds the step done. `due_at` in that row is the
truth; the job only comes back when it is due, and a run whose job was lost is found by it.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from ..contacts.models import Contact
from ..db import connection, db, in_transaction
from ..errors import DomainError, Overtaken, Unavailable
from ..events import Event
from . import actions, calling, path, runs, steps
from .calling import Call
from .models import OVER, WAITING, RunState, StepState, WorkflowRun, WorkflowStepRun
from .steps import Step
from .turns import Done, Ended, Result, Skipped, Turn, Until
from .versions import definition_of

log = logging.getLogger(__name__)
table, step_table = WorkflowRun.__table__, WorkflowStepRun.__table__
# A job that is alive is no later than this; when the engine has much to do, or a worker was lost, it may be.
LOST_AFTER = timedelta(minutes=15)
AT_ONCE = 500
UNDOABLE = "Slotkey could not do this step; the log of the worker says why."


class _Then(NamedTuple):
    """What follows: more at once, or later, or a call to make first; nothing of it at the end of the run."""

    goes_on: bool = False
    due_at: datetime | None = None
    call: Call | None = None


class _StepFailed(Exception):
    """Rolls back what the step had begun."""

    def __init__(self, step: Step, why: str, counts: bool = True) -> None:
        super().__init__(why)
        self.step, self.why, self.counts = step, why, counts


def advance(event: Event, now: datetime) -> datetime | None:
    """Do what is due in a run of a workflow. When to come again, or None at its end."""
    run_id, leg = event.data["run_id"], event.data["leg"]
    while True:
        try:
            then = in_transaction(lambda: _one_step(run_id, leg, now))
            if then.call is not None:
                then = _called(then.call, run_id, leg, now)
        except _StepFailed as failed:
            in_transaction(lambda failed=failed: _note_failure(failed, run_id, leg, now))
            return None
        if not then.goes_on:
            return then.due_at


def take_up_lost(now: datetime) -> None:
    """Periodic: give runs that nobody looks after a job of their own, as after a restore."""
    lost = select(table.c.id).where(WAITING, table.c.due_at < now - LOST_AFTER).order_by(table.c.due_at)
    with db.engine.connect() as reading:
        ids = list(reading.scalars(lost.limit(AT_ONCE)))
    if ids:
        in_transaction(lambda: runs.resume(ids, now))


def _one_step(run_id: int, leg: int, now: datetime) -> _Then:
    run = _hold(run_id, leg)
    if run is None or run.due_at > now:
        return _Then(due_at=run.due_at if run else None)
    definition, rows = definition_of(run.version_id), _rows(run_id)
    step = path.next_step(
        definition.steps, {key: row.holds for key, row in rows.items() if row.state in OVER}
    )
    if step is None:
        runs.end(run_id, RunState.DONE, "", now)
        return _Then()
    contact = db.session.get_one(Contact, run.contact_id, populate_existing=True)
    began_at = rows[step.key].began_at if step.key in rows else now
    return _did(Turn(run, contact, definition, step, began_at, now))


def _did(turn: Turn) -> _Then:
    result = _performed(turn)
    if isinstance(result, Call):
        runs.write_step(turn.run, turn.step, StepState.CALLING, turn.now)
        return _Then(call=result)
    return _noted(turn.run, turn.step, result, turn.now)


def _called(call: Call, run_id: int, leg: int, now: datetime) -> _Then:
    """Make the call, outside any transaction, and note how it went."""
    db.session.rollback()
    answer = calling.make(call)
    return in_transaction(lambda: _note_answer(answer, run_id, leg, now))


def _note_answer(answer: calling.Answered, run_id: int, leg: int, now: datetime) -> _Then:
    run = _hold(run_id, leg)
    if run is None:
        return _Then()  # somebody has ended the run meanwhile, or taken it over
    rows = _rows(run_id)
    row = next(each for each in rows.values() if each.state == StepState.CALLING)
    step = steps.find(definition_of(run.version_id).steps, row.step_key)
    if answer.is_done:
        return _noted(run, step, Done({"status": answer.status}), now, counts=False)
    tries = row.output.get("tries", 0) + 1
    if not answer.may_pass or tries > len(calling.WAITS):
        raise _StepFailed(step, answer.why, counts=False)
    again = Until(now + calling.WAITS[tries - 1], answer.why)
    return _noted(run, step, again, now, counts=False, output={"tries": tries})


def _note_failure(failed: _StepFailed, run_id: int, leg: int, now: datetime) -> None:
    runs.fail(run_id, leg, failed.step, failed.why, now, counts=failed.counts)


def _noted(
    run: WorkflowRun, step: Step, result: Done | Skipped | Until | Ended, now: datetime, **how: Any
) -> _Then:
    if isinstance(result, Until):
        runs.write_step(run, step, StepState.WAITING, now, due_at=result.due_at, why=result.why, **how)
        _note_place(run.id, step.key, result.due_at)
        return _Then(due_at=result.due_at)
    if isinstance(result, Done):
        runs.write_step(run, step, StepState.DONE, now, output=result.output, holds=result.holds, **how)
    else:
        runs.write_step(run, step, StepState.SKIPPED, now, why=result.why, **how)
    if isinstance(result, Ended):
        runs.end(run.id, RunState.STOPPED, result.why, now)
        return _Then()
    _note_place(run.id, step.key, now)
    return _Then(goes_on=True)


def _performed(turn: Turn) -> Result:
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


def _hold(run_id: int, leg: int) -> WorkflowRun | None:
    """The run's row, which nobody else changes before the transaction ends; None unless it waits for this job."""
    mine = select(WorkflowRun).where(WorkflowRun.id == run_id, WorkflowRun.leg == leg, WAITING)
    found = mine.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(found).one_or_none()


def _rows(run_id: int) -> dict[str, Any]:
    found = connection().execute(select(step_table).where(step_table.c.run_id == run_id))
    return {row.step_key: row for row in found}


def _note_place(run_id: int, step_key: str, due_at: datetime) -> None:
    connection().execute(update(table).where(table.c.id == run_id).values(at_key=step_key, due_at=due_at))
