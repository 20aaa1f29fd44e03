"""Workflows themselves: made, edited, published, switched on and off. Everything here runs in the caller's transaction.

Editing changes the draft only. Publishing checks it and makes a version, which never changes; runs that are under way
finish the one they began with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import InvalidRequestError

from .. import config, events, tokens
from ..calendars.texts import one_line
from ..db import connection, db
from ..errors import Conflict, Invalid, NotFound
from . import checks, surroundings
from .models import WAITING, RunState, Workflow, WorkflowRun, WorkflowVersion
from .runs import end
from .steps import Definition, as_json, parse, renewed

HOOK = "slotkey inbound hook of a workflow"
LONGEST_NAME = 120
CHANGED = (
    "Somebody has changed this workflow meanwhile. Look at it as it is now, then make your change again."
)
NOT_PUBLISHED = "Publish this workflow first: a draft does not run."

table, version_table, run_table = Workflow.__table__, WorkflowVersion.__table__, WorkflowRun.__table__


class Unfinished(Invalid):
    """A draft that cannot be published; `faults` says what to put right, and in which step."""

    def __init__(self, faults: list[checks.Fault]) -> None:
        super().__init__(
            "This workflow cannot be published yet. " + " ".join(each.sentence for each in faults)
        )
        self.faults = faults


def hook_tokens() -> tokens.TokenMaker:
    """What makes and checks the tokens of inbound hooks."""
    return tokens.TokenMaker(HOOK, config.current().secrets)


def create(account_id: int, name: str, definition: Definition, actor_id: int, now: datetime) -> Workflow:
    """A new workflow, which is a draft and off. Raises Invalid for a name that cannot be."""
    workflow = Workflow(
        account_id=account_id,
        name=_checked_name(name),
        draft=as_json(definition),
        edits=0,
        is_on=False,
        follows="",
        hook_nonce=tokens.new_nonce(),
        key_id=hook_tokens().key_id,
        created_at=now,
        created_by_id=actor_id,
    )
    db.session.add(workflow)
    db.session.flush()
    _record("workflow_created", workflow, actor_id, now)
    return workflow


def copy(workflow: Workflow, actor_id: int, now: datetime) -> Workflow:
    """The draft as a new workflow, whose steps have keys of their own."""
    draft = parse(workflow.draft)
    name = f"Copy of {workflow.name}"[:LONGEST_NAME]
    return create(workflow.account_id, name, replace(draft, steps=renewed(draft.steps)), actor_id, now)


def rename(workflow: Workflow, name: str, actor_id: int, now: datetime) -> None:
    """Call it otherwise. Raises Invalid."""
    workflow.name = _checked_name(name)
    db.session.flush()
    _record("workflow_renamed", workflow, actor_id, now)


def change_draft(workflow: Workflow, definition: Definition, seen: int) -> None:
    """Store the draft. Raises Conflict when it was changed since `seen`, its count of edits."""
    mine = update(table).where(table.c.id == workflow.id, table.c.edits == seen)
    values = {"draft": as_json(definition), "edits": seen + 1}
    if connection().execute(mine.values(values)).rowcount == 0:
        raise Conflict(CHANGED)
    db.session.refresh(workflow)


def discard(workflow: Workflow, seen: int) -> None:
    """Make the draft what was published. Raises Conflict when nothing was, and as `change_draft` does."""
    if workflow.published_id is None:
        raise Conflict("Nothing was published that the draft could go back to.")
    published = db.session.get_one(WorkflowVersion, workflow.published_id)
    change_draft(workflow, parse(published.definition), seen)


def publish(workflow: Workflow, seen: int, actor_id: int, now: datetime) -> WorkflowVersion:
    """Make a version of the draft, which runs from now on. Raises Unfinished, and Conflict as `change_draft` does."""
    change_draft(workflow, parse(workflow.draft), seen)  # holds the row, and sees that nothing has changed
    draft = parse(workflow.draft)
    faults = checks.faults(draft, surroundings.known_to(workflow.account_id))
    if faults:
        raise Unfinished(faults)
    is_new = (draft.trigger, draft.filters) != _published_trigger(workflow)
    latest = select(func.coalesce(func.max(version_table.c.number), 0)).where(
        version_table.c.workflow_id == workflow.id
    )
    version = WorkflowVersion(
        workflow_id=workflow.id,
        number=connection().execute(latest).scalar_one() + 1,
        definition=as_json(draft),
        published_at=now,
        published_by_id=actor_id,
    )
    db.session.add(version)
    db.session.flush()
    workflow.published_id = version.id
    if workflow.is_on:
        workflow.follows = draft.trigger
        workflow.on_since = now if is_new else workflow.on_since
    db.session.flush()
    _record("workflow_published", workflow, actor_id, now, number=version.number)
    return version


def switch_on(workflow: Workflow, actor_id: int, now: datetime) -> None:
    """Let it start runs from now on. Raises Conflict when nothing was published."""
    _hold(workflow)  # or it would follow the trigger of a version that is being replaced
    if workflow.published_id is None:
        raise Conflict(NOT_PUBLISHED)
    if not workflow.is_on:
        published = db.session.get_one(WorkflowVersion, workflow.published_id)
        workflow.is_on, workflow.on_since = True, now
        workflow.follows = parse(published.definition).trigger
        db.session.flush()
        _record("workflow_switched_on", workflow, actor_id, now)


def switch_off(workflow: Workflow, actor_id: int, now: datetime) -> None:
    """Let it start no more runs. Those that are under way go on."""
    _hold(workflow)
    if workflow.is_on:
        workflow.is_on, workflow.follows = False, ""
        db.session.flush()
        _record("workflow_switched_off", workflow, actor_id, now)


def delete_workflow(workflow: Workflow, actor_id: int, now: datetime) -> None:
    """Delete it with its runs and its words; links they made stay, and messages stay listed."""
    # Whoever takes a run further holds the run, then asks for the workflow: the same order here, or both would wait.
    going = select(run_table.c.id).where(run_table.c.workflow_id == workflow.id, WAITING)
    connection().execute(going.order_by(run_table.c.id).with_for_update())
    _record("workflow_deleted", workflow, actor_id, now, called=workflow.name)
    connection().execute(delete(table).where(table.c.id == workflow.id))


def is_changed(workflow: Workflow) -> bool:
    """True when the draft is not what was published."""
    if workflow.published_id is None:
        return True
    stored = select(version_table.c.definition).where(version_table.c.id == workflow.published_id)
    return connection().execute(stored).scalar_one() != workflow.draft


def workflow_of(account_id: int, workflow_id: int) -> Workflow:
    """The account's workflow of this number. Raises NotFound for any other."""
    mine = select(Workflow).where(Workflow.id == workflow_id, Workflow.account_id == account_id)
    found = db.session.scalars(mine).one_or_none()
    if found is None:
        raise NotFound("There is no such workflow.")
    return found


def workflows_of(account_id: int) -> Sequence[Workflow]:
    """All of the account's workflows, by name."""
    mine = select(Workflow).where(Workflow.account_id == account_id)
    return db.session.scalars(mine.order_by(func.lower(Workflow.name), Workflow.id)).all()


def stop_run(run: WorkflowRun, actor_id: int, now: datetime) -> None:
    """Take the contact out of a run. Raises Conflict when it is over."""
    if not end(run.id, RunState.STOPPED, "Somebody took the contact out of this run.", now, actor_id):
        raise Conflict("This run is over already.")


def _published_trigger(workflow: Workflow) -> tuple[str, Mapping[str, Any]] | None:
    if workflow.published_id is None:
        return None
    published = parse(db.session.get_one(WorkflowVersion, workflow.published_id).definition)
    return published.trigger, published.filters


def _hold(workflow: Workflow) -> None:
    """Read the row again, and keep it from others until the transaction ends. Raises NotFound once it was deleted."""
    try:
        db.session.refresh(workflow, with_for_update=True)
    except InvalidRequestError as gone:
        raise NotFound("There is no such workflow.") from gone


def _checked_name(name: str) -> str:
    tidy = one_line(name)
    if not tidy:
        raise Invalid("Enter a name.", "name")
    if len(tidy) > LONGEST_NAME:
        raise Invalid(f"Use at most {LONGEST_NAME} characters.", "name")
    return tidy


def _record(name: str, workflow: Workflow, actor_id: int | None, now: datetime, **data: Any) -> None:
    about = {"workflow_id": workflow.id, **data}
    events.record(name, account_id=workflow.account_id, at=now, actor_id=actor_id, data=about)
