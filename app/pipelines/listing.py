"""What the board, the table and the history of a pipeline read, at a number of queries that does not grow.

The board shows the newest of each stage, the table all of them in pages cut by keyset.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select, union_all

from ..accounts.models import User
from ..contacts.models import Contact
from ..db import connection
from .choice import Choice
from .models import Opportunity, OpportunityMove, Pipeline, Stage

ON_BOARD = 20  # of each stage: a board is for looking at, the table for all of them

opportunity, contact, user = Opportunity.__table__, Contact.__table__, User.__table__
pipeline, stage, move = Pipeline.__table__, Stage.__table__, OpportunityMove.__table__


class Total(NamedTuple):
    """How many opportunities a stage holds, and what they are worth together."""

    count: int = 0
    value: int = 0


NOTHING = Total()


class Page(NamedTuple):
    """Opportunities, the last made first, and whether there are newer and older ones."""

    rows: Sequence[Any]
    has_newer: bool
    has_older: bool


def totals(pipelines: Collection[int]) -> dict[int, Total]:
    """By stage, for stages that hold anything."""
    counted = select(opportunity.c.stage_id, func.count(), func.coalesce(func.sum(opportunity.c.value), 0))
    counted = counted.where(opportunity.c.pipeline_id.in_(pipelines)).group_by(opportunity.c.stage_id)
    return {id_: Total(count, int(value)) for id_, count, value in connection().execute(counted)}


def board_of(pipeline: Pipeline) -> dict[int, list[Any]]:
    """The newest opportunities of each stage, by stage."""
    newest = [_newest(pipeline.id, each.id) for each in pipeline.stages]
    found: dict[int, list[Any]] = {each.id: [] for each in pipeline.stages}
    rows = _shown(select(union_all(*newest).subquery().c.id))
    for row in connection().execute(rows.order_by(opportunity.c.moved_at.desc(), opportunity.c.id.desc())):
        found[row.stage_id].append(row)
    return found


def page_of(pipeline: Pipeline, choice: Choice) -> Page:
    """The page of the table that `choice` asks for."""
    ids = select(opportunity.c.id).where(opportunity.c.pipeline_id == pipeline.id)
    if choice.stage_id:
        ids = ids.where(opportunity.c.stage_id == choice.stage_id)
    rows = _shown(_cut(ids, choice)).order_by(opportunity.c.id.desc())
    found = connection().execute(rows).all()
    more = len(found) > choice.per_page
    if choice.newer_than:
        return Page(found[-choice.per_page :], has_newer=more, has_older=True)
    return Page(found[: choice.per_page], has_newer=bool(choice.older_than), has_older=more)


def of_contact(contact_id: int) -> Sequence[Any]:
    """The contact's opportunities with their pipelines and stages, the last made first."""
    rows = select(
        opportunity,
        pipeline.c.name.label("pipeline"),
        pipeline.c.currency,
        stage.c.name.label("stage"),
        stage.c.outcome,
    )
    mine = (
        rows.join(pipeline, pipeline.c.id == opportunity.c.pipeline_id)
        .join(stage, stage.c.id == opportunity.c.stage_id)
        .where(opportunity.c.contact_id == contact_id)
    )
    return connection().execute(mine.order_by(opportunity.c.id.desc()).limit(ON_BOARD)).all()


def history_of(opportunity_id: int) -> Sequence[Any]:
    """The opportunity's moves, newest first, each with the name of the person who did it, if one did."""
    moves = select(move, user.c.name.label("actor")).outerjoin(user, user.c.id == move.c.actor_id)
    mine = moves.where(move.c.opportunity_id == opportunity_id)
    return connection().execute(mine.order_by(move.c.id.desc())).all()


def _newest(pipeline_id: int, stage_id: int) -> Any:
    mine = select(opportunity.c.id).where(
        opportunity.c.pipeline_id == pipeline_id, opportunity.c.stage_id == stage_id
    )
    newest = mine.order_by(opportunity.c.moved_at.desc(), opportunity.c.id.desc()).limit(ON_BOARD)
    return select(newest.subquery().c.id)  # SQLite takes no ORDER BY inside a UNION


def _cut(ids: Select[Any], choice: Choice) -> Select[Any]:
    if choice.newer_than:
        ids = ids.where(opportunity.c.id > choice.newer_than).order_by(opportunity.c.id)
    else:
        ids = ids.where(opportunity.c.id < choice.older_than) if choice.older_than else ids
        ids = ids.order_by(opportunity.c.id.desc())
    return ids.limit(choice.per_page + 1)


def _shown(ids: Select[Any]) -> Select[Any]:
    page = ids.subquery("page")
    rows = select(
        opportunity,
        contact.c.name.label("contact_name"),
        func.coalesce(func.nullif(contact.c.email, ""), contact.c.phone).label("contact_address"),
        user.c.name.label("owner"),
        stage.c.name.label("stage"),
    )
    return (
        rows.join_from(page, opportunity, opportunity.c.id == page.c.id)
        .join(contact, contact.c.id == opportunity.c.contact_id)
        .join(stage, stage.c.id == opportunity.c.stage_id)
        .outerjoin(user, user.c.id == opportunity.c.owner_id)
    )
