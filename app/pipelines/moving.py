"""Opportunities: made, moved from stage to stage, changed, deleted. In the caller's transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from .. import events
from ..contacts.models import Contact
from ..contacts.service import hold
from ..db import db
from ..errors import Conflict, Invalid, NotFound
from .models import Opportunity, OpportunityMove, Outcome, Stage

MOVED_MEANWHILE = (
    "Somebody else has moved it to another stage since you opened this page. It stays there for now."
)
TAKEN_AWAY = "The stage or the contact was taken away at the same moment. Nothing was changed: try again."
NO_SUCH_STAGE = "Choose a stage of this pipeline."


def create_opportunity(
    stage: Stage,
    contact: Contact,
    *,
    now: datetime,
    title: str = "",
    value: int | None = None,
    owner_id: int | None = None,
    actor_id: int | None = None,
) -> Opportunity:
    """A new opportunity of the contact, in this stage, which it reaches with that. Raises Conflict when one of them
    is gone."""
    if stage.pipeline.account_id != contact.account_id:
        raise NotFound("There is no such stage.")
    made = Opportunity(
        account_id=contact.account_id,
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        contact_id=contact.id,
        title=title,
        value=value,
        owner_id=owner_id,
        created_at=now,
        moved_at=now,
    )
    db.session.add(made)
    _flush()
    _reached(made, "", stage, actor_id, now)
    return made


def move(
    opportunity: Opportunity, stage: Stage, actor_id: int | None, now: datetime, seen: int | None = None
) -> bool:
    """Let the opportunity reach another stage of its pipeline; False when it is there already.

    `seen` is the stage in which the person saw it. Raises Conflict when it has been moved elsewhere since, or the
    stage is gone.
    """
    if stage.pipeline_id != opportunity.pipeline_id:
        raise Invalid(NO_SUCH_STAGE, "stage_id")
    _lock(opportunity)
    if opportunity.stage_id == stage.id:
        return False
    if seen is not None and seen != opportunity.stage_id:
        raise Conflict(MOVED_MEANWHILE)
    before = db.session.get_one(Stage, opportunity.stage_id).name
    opportunity.stage_id, opportunity.moved_at = stage.id, now
    _flush()
    _reached(opportunity, before, stage, actor_id, now)
    return True


def place_contact(contact: Contact, stage: Stage, now: datetime, actor_id: int | None = None) -> Opportunity:
    """The contact's newest open opportunity of the pipeline, moved to this stage; else a new one in it.

    Of several who place one contact at once, one makes the opportunity: the contact's row is held meanwhile.
    """
    hold(contact.id)
    open_ones = (
        select(Opportunity)
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(
            Opportunity.contact_id == contact.id,
            Opportunity.pipeline_id == stage.pipeline_id,
            Stage.outcome == Outcome.OPEN,
        )
    )
    found = db.session.scalars(open_ones.order_by(Opportunity.id.desc()).limit(1)).one_or_none()
    if found is None:
        return create_opportunity(stage, contact, now=now, actor_id=actor_id)
    move(found, stage, actor_id, now)
    return found


def change_opportunity(
    opportunity: Opportunity, values: dict[str, Any], *, actor_id: int, now: datetime
) -> None:
    """Another title, value or owner."""
    _lock(opportunity)
    for name, value in values.items():
        setattr(opportunity, name, value)
    if db.session.is_modified(opportunity):
        db.session.flush()
        _record("opportunity_changed", opportunity, actor_id, now, {})


def delete_opportunity(opportunity: Opportunity, *, actor_id: int, now: datetime) -> None:
    """Delete it with the history of its moves. The contact stays."""
    _lock(opportunity)
    _record("opportunity_deleted", opportunity, actor_id, now, {})
    db.session.delete(opportunity)
    db.session.flush()


def _lock(opportunity: Opportunity) -> None:
    """Read the row again and hold it until the transaction ends: of two moves, one follows the other."""
    try:
        db.session.refresh(opportunity, with_for_update=True)
    except InvalidRequestError as gone:
        raise NotFound("There is no such opportunity.") from gone


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as refused:  # stages go by an edit of the pipeline, contacts by a merge
        raise Conflict(TAKEN_AWAY) from refused


def _reached(
    opportunity: Opportunity, before: str, stage: Stage, actor_id: int | None, now: datetime
) -> None:
    db.session.add(
        OpportunityMove(
            account_id=opportunity.account_id,
            opportunity_id=opportunity.id,
            from_name=before,
            to_name=stage.name,
            actor_id=actor_id,
            at=now,
        )
    )
    db.session.flush()
    _record("stage_reached", opportunity, actor_id, now, {"stage_id": stage.id, "stage": stage.name})


def _record(
    name: str, opportunity: Opportunity, actor_id: int | None, now: datetime, more: dict[str, Any]
) -> None:
    data = {"pipeline_id": opportunity.pipeline_id, "opportunity_id": opportunity.id, **more}
    events.record(
        name,
        account_id=opportunity.account_id,
        at=now,
        contact_id=opportunity.contact_id,
        actor_id=actor_id,
        data=data,
    )
