"""What workflows keep of a contact, when two become one, when one takes a copy, and when one is erased.

Runs and the places of live links go over, or go, with their rows. What two contacts may not have twice is settled
before: a contact is on the way through a workflow once, and has one live link for each calendar and step.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, cast, delete, exists, literal, select, update
from sqlalchemy import String as Text

from ..contacts import timeline
from ..contacts.belongings import Belonging, add
from ..db import connection, db
from ..links import timeline as links_timeline
from ..links.models import LinkStatus, OneTimeLink
from ..links.openness import is_expired
from ..links.service import delete_link
from . import runs
from .models import RunState, Workflow, WorkflowLiveLink, WorkflowRun

run, place, workflow = WorkflowRun.__table__, WorkflowLiveLink.__table__, Workflow.__table__
SAME_PLACE = ("workflow_id", "step_key", "calendar_id")
MERGED = "The contact became one with another, who is on the way through this workflow."


def merge(kept: Any, other: Any, now: datetime) -> None:
    """Settle what `kept` may not have twice; its own goes first."""
    _end_second_runs(kept.id, other.id, now)
    theirs = run.alias()
    is_same = (theirs.c.contact_id == kept.id) & (theirs.c.workflow_id == run.c.workflow_id)
    taken = exists().where(is_same, theirs.c.entry == run.c.entry)
    renamed = update(run).where(run.c.contact_id == other.id, taken)
    connection().execute(renamed.values(entry=literal("merged:") + cast(run.c.id, Text)))
    for row in connection().execute(select(place).where(place.c.contact_id == other.id)).all():
        _merge_place(row, kept.id, now)


def export(contact: Any) -> list[dict[str, Any]]:
    """The contact's runs, oldest first."""
    mine = (
        select(workflow.c.name, run.c.state, run.c.started_at, run.c.ended_at)
        .join(workflow, workflow.c.id == run.c.workflow_id)
        .where(run.c.contact_id == contact.id)
        .order_by(run.c.id)
    )
    return [
        {
            "workflow": row.name,
            "state": row.state.value,
            "started_at": row.started_at.isoformat(),
            "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        }
        for row in connection().execute(mine)
    ]


def _end_second_runs(kept_id: int, other_id: int, now: datetime) -> None:
    waiting = select(run.c.workflow_id).where(run.c.contact_id == kept_id, run.c.state == RunState.WAITING)
    twice = select(run.c.id).where(
        run.c.contact_id == other_id, run.c.state == RunState.WAITING, run.c.workflow_id.in_(waiting)
    )
    for run_id in connection().execute(twice.order_by(run.c.id)).scalars().all():
        runs.end(run_id, RunState.STOPPED, MERGED, now)


def _merge_place(theirs: Any, kept_id: int, now: datetime) -> None:
    """Leave one live link where both have one: that of the contact who stays, unless it is past its date."""
    same = [place.c[name] == getattr(theirs, name) for name in SAME_PLACE]
    mine = connection().execute(select(place).where(*same, place.c.contact_id == kept_id)).one_or_none()
    if mine is None:
        return
    link, own = _active(theirs.link_id), _active(mine.link_id)
    if link is not None and own is not None and is_expired(own, now):
        delete_link(own, None, now, why={"reason": "It was over, and another one took its place"})
        _put(mine, link.id, same)
    elif link is not None and own is not None:
        delete_link(link, None, now, why={"reason": "Its contact became one with another, who has a link"})
    elif link is not None:
        _put(mine, link.id, same)
    connection().execute(delete(place).where(*same, place.c.contact_id == theirs.contact_id))


def _put(mine: Any, link_id: int, same: list[ColumnElement[bool]]) -> None:
    here = update(place).where(*same, place.c.contact_id == mine.contact_id)
    connection().execute(here.values(link_id=link_id))


def _active(link_id: int | None) -> OneTimeLink | None:
    found = select(OneTimeLink).where(OneTimeLink.id == link_id, OneTimeLink.status == LinkStatus.ACTIVE)
    return (
        db.session.scalars(found.execution_options(populate_existing=True)).one_or_none() if link_id else None
    )


def _name_of_workflow(event: Any) -> str:
    found = db.session.get(Workflow, event.data.get("workflow_id") or 0)
    return " · ".join(filter(None, (found.name if found else "", event.data.get("why", ""))))


add(Belonging("workflow_runs", merge=merge, export=export))
timeline.SAID |= {
    "workflow_run_started": "Came into a workflow",
    "workflow_run_ended": "Left a workflow",
    "workflow_run_failed": "A step of a workflow failed",
    "link_messaged": "Message with a one-time link queued",
}
timeline.UNTOLD.add("workflow_run_resumed")
timeline.TONES |= {"workflow_run_started": "info", "workflow_run_failed": "danger"}
for _name in ("workflow_run_started", "workflow_run_ended", "workflow_run_failed", "link_messaged"):
    timeline.DETAILS[_name] = _name_of_workflow
links_timeline.SAID["link_messaged"] = "Message of a workflow with the link queued"
