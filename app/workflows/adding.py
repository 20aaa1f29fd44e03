"""Lets contacts into a workflow by hand: one, those that were chosen, or all with a tag. In parts, so that ten thousand
take no more memory than ten, and nobody waits for one long transaction."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from .. import events
from ..contacts.models import Contact, ContactTag
from ..db import connection, in_transaction
from ..errors import Conflict
from ..events import Event
from . import runs, versions
from .models import Workflow

ADDED = "workflow_contacts_added"
AT_ONCE = 200
MOST_CHOSEN = 1_000
OFF = "This workflow is off. Publish it and switch it on, then add contacts."

contact, tagged = Contact.__table__, ContactTag.__table__


def ask(workflow: Workflow, who: dict[str, Any], actor_id: int, now: datetime) -> None:
    """Have contacts added, in the caller's transaction: `who` is {"contact_ids": [...]} or {"tag": ...}.

    Raises Conflict while the workflow is off.
    """
    if not workflow.is_on:
        raise Conflict(OFF)
    data = {"workflow_id": workflow.id, **who}
    events.record(ADDED, account_id=workflow.account_id, at=now, actor_id=actor_id, data=data)


def contacts_added(event: Event, now: datetime) -> None:
    """Let the contacts in that somebody has added to a workflow. Those who may not come in (again) are left out."""
    followed = versions.followed_of(event.account_id, event.data["workflow_id"])
    if followed is None:
        return
    for ids in _parts(event):
        in_transaction(lambda ids=ids: _start(followed, ids, event, now))


def _start(followed: versions.Followed, ids: Sequence[int], event: Event, now: datetime) -> None:
    for contact_id in ids:
        runs.start(followed, contact_id, event.id, now, started_by="by_hand", actor_id=event.actor_id)


def _parts(event: Event) -> Iterator[Sequence[int]]:
    """The numbers of the contacts, of this account only, a part at a time and in their order."""
    last = 0
    while ids := _next_part(event, last):
        yield ids
        last = ids[-1]


def _next_part(event: Event, last: int) -> Sequence[int]:
    if "tag" in event.data:
        mine = select(tagged.c.contact_id).where(
            tagged.c.account_id == event.account_id, tagged.c.tag == event.data["tag"]
        )
        column = tagged.c.contact_id
    else:
        column = contact.c.id
        mine = select(column).where(
            contact.c.account_id == event.account_id, column.in_(event.data["contact_ids"])
        )
    return list(connection().execute(mine.where(column > last).order_by(column).limit(AT_ONCE)).scalars())
