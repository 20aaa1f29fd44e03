"""Published versions as definitions. Everything here reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from ..db import connection
from .models import FOLLOWING, Workflow, WorkflowVersion
from .steps import Definition, parse

workflow, version = Workflow.__table__, WorkflowVersion.__table__


@dataclass(frozen=True)
class Followed:
    """A workflow that is on, with its published version."""

    workflow_id: int
    account_id: int
    version_id: int
    on_since: datetime
    definition: Definition


def definition_of(version_id: int) -> Definition:
    """What the version says; it never changes."""
    stored = select(version.c.definition).where(version.c.id == version_id)
    return parse(connection().execute(stored).scalar_one())


def followed_of(account_id: int, workflow_id: int) -> Followed | None:
    """The account's workflow of this number, if it is on."""
    return next(iter(_followed(workflow.c.account_id == account_id, workflow.c.id == workflow_id)), None)


def following(kinds: tuple[str, ...], account_id: int | None = None) -> list[Followed]:
    """The workflows that are on and follow one of these triggers, of the account or of all."""
    whose = [] if account_id is None else [workflow.c.account_id == account_id]
    return _followed(workflow.c.follows.in_(kinds), *whose) if kinds else []


def _followed(*which: ColumnElement[bool]) -> list[Followed]:
    found = (
        select(
            workflow.c.id,
            workflow.c.account_id,
            workflow.c.on_since,
            version.c.id.label("version_id"),
            version.c.definition,
        )
        .join_from(workflow, version, version.c.id == workflow.c.published_id)
        .where(FOLLOWING, *which)
        .order_by(workflow.c.id)
    )
    return [
        Followed(row.id, row.account_id, row.version_id, row.on_since, parse(row.definition))
        for row in connection().execute(found)
    ]
