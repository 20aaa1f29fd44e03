"""What may be done with pipelines and their stages. Everything here runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm.attributes import flag_modified

from .. import events, money
from ..db import connection, db
from ..errors import Conflict, Invalid, NotFound
from .models import Opportunity, Outcome, Pipeline, Stage

MOST_STAGES = 20
FIRST_STAGES = (
    {"name": "New", "outcome": Outcome.OPEN},
    {"name": "Qualified", "outcome": Outcome.OPEN},
    {"name": "Won", "outcome": Outcome.WON},
    {"name": "Lost", "outcome": Outcome.LOST},
)
NO_OPEN_STAGE = "A pipeline needs a stage that is open: it is where opportunities begin."
ALIKE = "Two stages are called “%s”. Give each a name of its own: you choose between them by it."
IN_USE = "“%s” holds opportunities. Move them to another stage first, then remove it."
NOT_DELETED = "It holds opportunities. Delete them first, or move on with another pipeline beside it."
CHANGED_MEANWHILE = (
    "Somebody else has changed this pipeline since you opened it. What you typed is kept below and not saved yet: "
    "save again to replace what they stored."
)


opportunity = Opportunity.__table__


def create_pipeline(
    *,
    account_id: int,
    name: str,
    currency: str,
    actor_id: int | None,
    now: datetime,
    stages: Sequence[dict[str, Any]] = FIRST_STAGES,
) -> Pipeline:
    """A new pipeline with its stages, in their order."""
    pipeline = Pipeline(account_id=account_id, name=name, currency=currency, created_at=now)
    pipeline.stages = [Stage(**each, position=at) for at, each in enumerate(stages, 1)]
    db.session.add(pipeline)
    db.session.flush()
    _record("pipeline_created", pipeline, actor_id, now)
    return pipeline


def change_pipeline(
    pipeline: Pipeline,
    *,
    name: str,
    currency: str,
    stages: Sequence[dict[str, Any]],
    seen: int,
    actor_id: int,
    now: datetime,
) -> None:
    """Store name, currency and stages; those with an "id" of its own stay, others are new, and the rest goes.

    `seen` is the version that the person looked at. Raises Conflict when somebody has changed the pipeline since, or
    for a stage that still holds something; Invalid when no stage is open, or two are called the same.
    """
    _lock(pipeline)
    if seen != pipeline.version:
        raise Conflict(CHANGED_MEANWHILE)
    _check(stages)
    known = {str(stage.id): stage for stage in pipeline.stages}
    kept = [_stage(known.pop(each["id"], None), each, at) for at, each in enumerate(stages, 1)]
    _require_empty(known.values())
    _keep_amounts(pipeline, currency)
    pipeline.name, pipeline.currency, pipeline.stages = name, currency, kept
    flag_modified(pipeline, "name")  # a change of stages counts too
    _flush()
    _record("pipeline_changed", pipeline, actor_id, now)


def delete_pipeline(pipeline: Pipeline, *, actor_id: int, now: datetime) -> None:
    """Delete a pipeline that holds nothing. Raises Conflict for any other."""
    _lock(pipeline)
    if db.session.scalar(select(exists().where(Opportunity.pipeline_id == pipeline.id))):
        raise Conflict(NOT_DELETED)
    _record("pipeline_deleted", pipeline, actor_id, now)
    db.session.delete(pipeline)
    _flush()


def _check(stages: Sequence[dict[str, Any]]) -> None:
    if not any(each["outcome"] == Outcome.OPEN for each in stages):
        raise Invalid(NO_OPEN_STAGE)
    names = [each["name"].casefold() for each in stages]
    alike = next((each["name"] for each in stages if names.count(each["name"].casefold()) > 1), None)
    if alike:
        raise Invalid(ALIKE % alike)


def _stage(known: Stage | None, values: dict[str, Any], position: int) -> Stage:
    stage = known or Stage()
    stage.name, stage.outcome, stage.position = values["name"], Outcome(values["outcome"]), position
    return stage


def _require_empty(stages: Any) -> None:
    for stage in stages:
        if db.session.scalar(select(exists().where(Opportunity.stage_id == stage.id))):
            raise Conflict(IN_USE % stage.name)


def _keep_amounts(pipeline: Pipeline, currency: str) -> None:
    """1250 stays 1250, also where a currency has other parts, or none: then an amount is rounded."""
    more = money.digits_more(pipeline.currency, currency)
    if not more:
        return
    value, scale = opportunity.c.value, 10 ** abs(more)
    other = value * scale if more > 0 else (value + scale // 2) // scale
    theirs = update(opportunity).where(opportunity.c.pipeline_id == pipeline.id)
    connection().execute(theirs.values(value=other))


def _lock(pipeline: Pipeline) -> None:
    """Read the row and its stages again and hold it until the transaction ends. Raises NotFound when it is gone."""
    try:
        db.session.refresh(pipeline, with_for_update={"of": Pipeline})
        db.session.refresh(pipeline, ["stages"])
    except InvalidRequestError as gone:
        raise NotFound("There is no such pipeline.") from gone


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as refused:  # something came into a stage since we looked
        raise Conflict(
            "A stage has just got another opportunity. Nothing was changed: try again."
        ) from refused


def _record(name: str, pipeline: Pipeline, actor_id: int | None, now: datetime) -> None:
    data = {"pipeline_id": pipeline.id, "name": pipeline.name}
    events.record(name, account_id=pipeline.account_id, at=now, actor_id=actor_id, data=data)
