"""The life of a run: begin, be taken up again, be tried again, end. Everything here runs in the caller's transaction.

A contact is on the way through a workflow once at a time, and where re-entry is not allowed, once at all; the indexes
of workflow_run see to it, whoever comes at the same moment.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from .. import events
from ..contacts.models import Contact
from ..db import connection, upsert
from ..errors import Conflict, Overtaken
from .models import WAITING, RunState, StepState, WorkflowRun, WorkflowStepRun
from .steps import Definition, Step

table, step_table, contact = WorkflowRun.__table__, WorkflowStepRun.__table__, Contact.__table__
# Workflows may set one another off in a circle; a contact comes into one so often a day and no more.
MOST_A_DAY = 20
ONE_DAY = timedelta(days=1)
UNDER_WAY = "The contact has come into this workflow again since. Remove them from that run first."
GOING_ON = (StepState.WAITING, StepState.CALLING)
STARTED, RESUMED = "workflow_run_started", "workflow_run_resumed"


def start(
    workflow: Any,
    contact_id: int,
    entry: str,
    now: datetime,
    *,
    started_by: str = "",
    booking_id: int | None = None,
    link_id: int | None = None,
    actor_id: int | None = None,
) -> int | None:
    """Let the contact into the workflow (a `Followed`): the run's number, or None where the contact may not come in.

    `entry` names what lets them in; with the same one, nobody comes in twice. `started_by` is the kind of what starts
    it, if that is not the workflow's trigger. Raises Overtaken when the contact was merged or erased a moment ago.
    """
    _hold_contact(contact_id)
    definition: Definition = workflow.definition
    if not _may_enter(workflow.workflow_id, contact_id, definition, now):
        return None
    run_id = _insert(
        workflow,
        now,
        contact_id=contact_id,
        entry=entry if definition.settings.reentry else "",
        started_by=started_by or definition.trigger,
        booking_id=booking_id,
        link_id=link_id,
    )
    if run_id is not None:
        about = {"run_id": run_id, "leg": 1, "workflow_id": workflow.workflow_id}
        _record(STARTED, workflow.account_id, contact_id, now, actor_id, **about)
    return run_id


def resume(run_ids: Iterable[int], now: datetime) -> int:
    """Have runs that wait looked at now, by a job of their own; how many those were."""
    taken = 0
    for run_id in sorted(run_ids):  # always in this order, or two who do it would wait for one another
        awake = update(table).where(table.c.id == run_id, WAITING).values(leg=table.c.leg + 1, due_at=now)
        row = (
            connection()
            .execute(awake.returning(table.c.account_id, table.c.contact_id, table.c.leg))
            .one_or_none()
        )
        if row is not None:
            taken += 1
            _record(RESUMED, row.account_id, row.contact_id, now, None, run_id=run_id, leg=row.leg)
    return taken


def end(run_id: int, state: RunState, why: str, now: datetime, actor_id: int | None = None) -> bool:
    """End a run that has not ended; False when it has. What waits in it waits no more, and what answers a call that is
    being made is not heard."""
    over = update(table).where(table.c.id == run_id, table.c.state.in_((RunState.WAITING, RunState.FAILED)))
    values = {"state": state, "why": why[:500], "due_at": None, "ended_at": now, "leg": table.c.leg + 1}
    row = connection().execute(over.values(values).returning(*table.c)).one_or_none()
    if row is None:
        return False
    waits = update(step_table).where(step_table.c.run_id == run_id, step_table.c.state.in_(GOING_ON))
    connection().execute(waits.values(state=StepState.SKIPPED, why=why[:500], due_at=None, ended_at=now))
    about = {"run_id": run_id, "workflow_id": row.workflow_id, "state": state.value, "why": why[:200]}
    _record("workflow_run_ended", row.account_id, row.contact_id, now, actor_id, **about)
    return True


def fail(run_id: int, leg: int, step: Step, why: str, now: datetime, *, counts: bool = True) -> None:
    """Note that a step could not be done, unless another job has the run by now and may do it. The run stands still
    until somebody has it tried again."""
    failed = update(table).where(table.c.id == run_id, table.c.leg == leg, WAITING)
    values = {"state": RunState.FAILED, "why": why[:500], "at_key": step.key, "due_at": None}
    row = connection().execute(failed.values(values).returning(*table.c)).one_or_none()
    if row is None:
        return
    write_step(row, step, StepState.FAILED, now, counts=counts, why=why, output={})
    about = {"run_id": run_id, "workflow_id": row.workflow_id, "state": "failed", "why": why[:200]}
    _record("workflow_run_failed", row.account_id, row.contact_id, now, None, **about)


def retry(run_id: int, now: datetime, actor_id: int | None = None) -> None:
    """Have the failed step of a run tried again. Raises Conflict when it has not failed, or another run has begun."""
    row = connection().execute(select(table).where(table.c.id == run_id).with_for_update()).one()
    if row.state != RunState.FAILED:
        raise Conflict("This run has not failed, or is being tried again already.")
    values = {"state": RunState.WAITING, "why": "", "due_at": now, "leg": table.c.leg + 1}
    again = update(table).where(table.c.id == run_id).values(values).returning(table.c.leg)
    try:
        with connection().begin_nested():
            leg = connection().execute(again).scalar_one()
    except IntegrityError as refused:  # one run at a time, whoever comes at the same moment
        raise Conflict(UNDER_WAY) from refused
    _record(RESUMED, row.account_id, row.contact_id, now, actor_id, run_id=run_id, leg=leg)


def write_step(
    run: Any, step: Step, state: StepState, now: datetime, *, counts: bool = True, **values: Any
) -> None:
    """Store how a step of the run stands: one row, made at the first time. `counts`: it was tried once more."""
    is_over = state not in GOING_ON
    changed = {"state": state, "ended_at": now if is_over else None, "due_at": None, "why": "", **values}
    changed["why"] = changed["why"][:500]
    first = {"holds": False, "output": {}, **changed, "attempts": 1, "began_at": now}
    about = {"run_id": run.id, "step_key": step.key, "workflow_id": run.workflow_id, "kind": step.kind}
    row = upsert(step_table).values(**about, **first)
    again = {**changed, "attempts": step_table.c.attempts + int(counts)}
    connection().execute(row.on_conflict_do_update(index_elements=["run_id", "step_key"], set_=again))


def _hold_contact(contact_id: int) -> None:
    """Keep the contact from being taken away, by a merge or for good, until the run is stored."""
    held = select(contact.c.id).where(contact.c.id == contact_id).with_for_update(read=True, key_share=True)
    if connection().execute(held).one_or_none() is None:
        raise Overtaken("This contact was merged or erased at the same moment.")


def _insert(workflow: Any, now: datetime, **values: Any) -> int | None:
    """The number of the new run; None when the contact is on the way already, or came in by the same entry."""
    row = upsert(table).values(
        account_id=workflow.account_id,
        workflow_id=workflow.workflow_id,
        version_id=workflow.version_id,
        state=RunState.WAITING,
        at_key="",
        due_at=now,
        leg=1,
        why="",
        started_at=now,
        **values,
    )
    return connection().execute(row.on_conflict_do_nothing().returning(table.c.id)).scalar_one_or_none()


def _may_enter(workflow_id: int, contact_id: int, definition: Definition, now: datetime) -> bool:
    mine = select(func.count()).where(table.c.workflow_id == workflow_id, table.c.contact_id == contact_id)
    if not definition.settings.reentry:
        return connection().execute(mine).scalar_one() == 0
    lately = mine.where(table.c.started_at > now - ONE_DAY)
    return connection().execute(lately).scalar_one() < MOST_A_DAY


def _record(
    name: str, account_id: int, contact_id: int, now: datetime, actor_id: int | None, **data: Any
) -> None:
    events.record(name, account_id=account_id, contact_id=contact_id, at=now, actor_id=actor_id, data=data)
