"""Which workflows something would start: what the pages of forms and pipelines say of them. Reads only."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import select

from ..db import connection
from . import kinds, versions
from .models import Workflow

workflow = Workflow.__table__


class Started(NamedTuple):
    """A workflow that is on."""

    id: int
    name: str


def started_by(trigger: str, account_id: int, seen: Mapping[str, Any]) -> list[Started]:
    """The account's workflows that start when this is seen with the trigger."""
    return started_by_each(trigger, account_id, {0: seen})[0]


def started_by_each(
    trigger: str, account_id: int, seen: Mapping[int, Mapping[str, Any]]
) -> dict[int, list[Started]]:
    """The same of several things, by what they go by in `seen`; two queries for all of them."""
    followed = versions.following((trigger,), account_id)
    names = _names([each.workflow_id for each in followed])
    return {
        key: [
            names[each.workflow_id]
            for each in followed
            if kinds.matches(trigger, each.definition.filters, what)
        ]
        for key, what in seen.items()
    }


def _names(ids: list[int]) -> dict[int, Started]:
    if not ids:
        return {}
    mine = select(workflow.c.id, workflow.c.name).where(workflow.c.id.in_(ids))
    return {row.id: Started(row.id, row.name) for row in connection().execute(mine)}
