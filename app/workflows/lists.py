"""What the pages of workflows read: the workflows with what they did lately, pages of runs, counts. By index only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from ..contacts.models import Contact
from ..db import connection
from ..links.models import OneTimeLink
from ..messaging.models import Message
from .choice import PAGE_SIZE, Choice, Section
from .models import (
    RunState,
    StepState,
    Workflow,
    WorkflowRun,
    WorkflowRunLink,
    WorkflowStepRun,
    WorkflowVersion,
)

MOST_COUNTED = 1_000  # beyond that a page says "1,000+"
LATELY = timedelta(days=7)

workflow, version, run = Workflow.__table__, WorkflowVersion.__table__, WorkflowRun.__table__
step_run, run_link, contact = WorkflowStepRun.__table__, WorkflowRunLink.__table__, Contact.__table__
link, message = OneTimeLink.__table__, Message.__table__


class Page(NamedTuple):
    """Runs, newest first, and whether there are more before and after them."""

    runs: Sequence[Any]
    has_newer: bool
    has_older: bool


def workflows_of(account_id: int, now: datetime) -> Sequence[Any]:
    """The account's workflows by name, each with its published definition and what it did lately."""
    of_it = run.c.workflow_id == workflow.c.id
    last_at = select(func.max(run.c.started_at)).where(of_it).scalar_subquery()
    lately = select(func.count()).where(of_it, run.c.started_at > now - LATELY).scalar_subquery()
    failed = select(func.count()).where(of_it, run.c.state == RunState.FAILED).scalar_subquery()
    mine = (
        select(
            workflow,
            version.c.definition,
            last_at.label("last_at"),
            lately.label("lately"),
            failed.label("failed"),
        )
        .outerjoin(version, version.c.id == workflow.c.published_id)
        .where(workflow.c.account_id == account_id)
        .order_by(func.lower(workflow.c.name), workflow.c.id)
    )
    return connection().execute(mine).all()


def page_of(account_id: int, choice: Choice) -> Page:
    """The page of runs that `choice` asks for."""
    backwards = choice.before is not None
    ids = _ids(account_id, choice, choice.section)
    if choice.after:
        ids = ids.where(run.c.id < choice.after)
    if backwards:
        ids = ids.where(run.c.id > choice.before)
    page = ids.order_by(run.c.id if backwards else run.c.id.desc()).limit(PAGE_SIZE + 1).subquery("page")
    shown = (
        select(
            run,
            version.c.definition,
            contact.c.name,
            contact.c.email,
            contact.c.phone,
            workflow.c.name.label("workflow_name"),
        )
        .join(page, page.c.id == run.c.id)
        .join(contact, contact.c.id == run.c.contact_id)
        .join(workflow, workflow.c.id == run.c.workflow_id)
        .join(version, version.c.id == run.c.version_id)
    )
    rows = connection().execute(shown.order_by(run.c.id.desc())).all()
    more = len(rows) > PAGE_SIZE
    if backwards:
        return Page(rows[-PAGE_SIZE:], has_newer=more, has_older=True)
    return Page(rows[:PAGE_SIZE], has_newer=choice.after is not None, has_older=more)


def counts(account_id: int, choice: Choice) -> dict[Section, int]:
    """How many runs each list holds; MOST_COUNTED + 1 means more than that."""
    counted = [
        select(func.count())
        .select_from(_ids(account_id, choice, section).limit(MOST_COUNTED + 1).subquery())
        .scalar_subquery()
        for section in Section
    ]
    return dict(zip(Section, connection().execute(select(*counted)).one(), strict=True))


def step_counts(workflow_id: int) -> Mapping[str, Mapping[StepState, int]]:
    """How many runs stand where, by step: the editor shows it beside each."""
    grouped = (
        select(step_run.c.step_key, step_run.c.state, func.count())
        .where(step_run.c.workflow_id == workflow_id)
        .group_by(step_run.c.step_key, step_run.c.state)
    )
    found: dict[str, dict[StepState, int]] = defaultdict(dict)
    for key, state, count in connection().execute(grouped):
        found[key][state] = count
    return found


def steps_of(run_id: int) -> dict[str, Any]:
    """What the run has come to, by step."""
    rows = connection().execute(select(step_run).where(step_run.c.run_id == run_id))
    return {row.step_key: row for row in rows}


def links_of(run_id: int) -> dict[str, int]:
    """The links that the run made or took up, by step."""
    rows = connection().execute(select(run_link).where(run_link.c.run_id == run_id))
    return {row.step_key: row.link_id for row in rows}


def messages_of(message_ids: Iterable[int | None]) -> dict[int, Any]:
    """Where each message stands, by its number."""
    rows = select(message).where(message.c.id.in_({each for each in message_ids if each}))
    return {row.id: row for row in connection().execute(rows)}


def versions_of(workflow_id: int) -> Sequence[Any]:
    """What was published when, latest first."""
    numbered = select(version.c.id, version.c.number, version.c.published_at)
    return (
        connection()
        .execute(numbered.where(version.c.workflow_id == workflow_id).order_by(version.c.number.desc()))
        .all()
    )


def _ids(account_id: int, choice: Choice, section: Section) -> Select[Any]:
    ids = select(run.c.id).where(run.c.account_id == account_id)
    if section is not Section.ALL:
        ids = ids.where(run.c.state.in_(section.states))
    if choice.workflow_id:
        ids = ids.where(run.c.workflow_id == choice.workflow_id)
    return ids.where(run.c.contact_id == choice.contact_id) if choice.contact_id else ids


def calendars_of(link_ids: Iterable[int]) -> dict[int, int]:
    """The calendar of each link."""
    rows = select(link.c.id, link.c.calendar_id).where(link.c.id.in_(set(link_ids)))
    return {row.id: row.calendar_id for row in connection().execute(rows)}
