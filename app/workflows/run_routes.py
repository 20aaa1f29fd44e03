"""Runs: the list over all workflows, of one or of a contact; one run with its steps; trying again, taking out."""

from typing import Any

from flask import Response, request, url_for

from .. import clock, web
from ..contacts.models import Contact
from ..db import db, transaction
from ..errors import Conflict, DomainError
from ..messaging import words as message_words
from . import access, lists, runs, service, step_words, surroundings, words
from .blueprint import RUN, bp, my_run
from .choice import Choice, Section
from .models import RunState, Workflow, WorkflowRun, WorkflowVersion
from .steps import find, parse, places

SECTIONS = {
    Section.ALL: "All",
    Section.WAITING: "Under way",
    Section.DONE: "Done",
    Section.FAILED: "Failed",
    Section.STOPPED: "Stopped",
}


@bp.get("/workflows/runs")
def all_runs() -> Response:
    """Runs, newest first."""
    person, choice = web.current(), Choice.from_args(request.args)
    person.require_manager(access.MANAGERS_ONLY)
    page = lists.page_of(person.account.id, choice)
    known = surroundings.known_to(person.account.id)
    return web.render(
        "workflows/runs.html",
        "runs",
        choice=choice,
        rows=[_row(each, known) for each in page.runs],
        workflow=_named(Workflow, choice.workflow_id),
        contact=_named(Contact, choice.contact_id),
        chips=words.RUN_CHIPS,
        reader=web.reader(),
        **_links(choice, page, lists.counts(person.account.id, choice)),
    )


@bp.get(RUN)
def run(run_id: int) -> Response:
    """One run: where it stands, and each step it has come to."""
    return _page(my_run(run_id))


@bp.post(f"{RUN}/retry")
def retry_run(run_id: int) -> Response:
    """Has the failed step tried again."""
    found = my_run(run_id)
    try:
        with transaction():
            runs.retry(found.id, clock.now(), web.current().user.id)
    except Conflict as refusal:
        return _page(my_run(run_id), refusal)
    return web.go_to(".run", run_id=run_id, notice="The step is being tried again.")


@bp.post(f"{RUN}/stop")
def stop_run(run_id: int) -> Response:
    """Takes the contact out of the run."""
    found = my_run(run_id)
    try:
        with transaction():
            service.stop_run(found, web.current().user.id, clock.now())
    except Conflict as refusal:
        return _page(my_run(run_id), refusal)
    return web.go_to(".run", run_id=run_id, notice="The contact was taken out of this run.")


def _page(found: WorkflowRun, refusal: DomainError | None = None) -> Response:
    db.session.refresh(found)
    version = db.session.get_one(WorkflowVersion, found.version_id)
    definition, known = parse(version.definition), surroundings.known_to(found.account_id)
    return web.render(
        "workflows/run.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        run=found,
        workflow=db.session.get_one(Workflow, found.workflow_id),
        version=version,
        contact=db.session.get_one(Contact, found.contact_id),
        contact_url=f"/contacts/{found.contact_id}",
        started_by=words.started_words(found.started_by),
        steps=_steps(found, definition, known),
        chip=words.RUN_CHIPS[found.state],
        step_chips=words.STEP_CHIPS,
        chip_of=message_words.chip_of,
        can_retry=found.state == RunState.FAILED,
        can_stop=found.state in (RunState.WAITING, RunState.FAILED),
        reader=web.reader(),
    )


def _steps(found: WorkflowRun, definition: Any, known: Any) -> list[dict[str, Any]]:
    """The steps that the run has come to, in the order of the page."""
    rows, links = lists.steps_of(found.id), lists.links_of(found.id)
    calendars = lists.calendars_of(links.values())
    messages = lists.messages_of(row.output.get("message_id") for row in rows.values())
    return [
        {
            "number": place.number.replace(".yes.", ", yes ").replace(".no.", ", no "),
            "title": step_words.title_of(place.step),
            "input": step_words.summary_of(place.step, known, web.reader()),
            "row": rows[place.step.key],
            "output": step_words.output_words(place.step, rows[place.step.key]),
            "link_id": links.get(place.step.key),
            "calendar_id": calendars.get(links.get(place.step.key)),
            "message": messages.get(rows[place.step.key].output.get("message_id")),
        }
        for place in places(definition.steps)
        if place.step.key in rows
    ]


def _row(each: Any, known: Any) -> dict[str, Any]:
    step = find(parse(each.definition).steps, each.at_key) if each.at_key else None
    return {
        "it": each,
        "who": each.name or each.email or each.phone,
        "step": step_words.title_of(step) if step else "",
    }


def _named(model: type, number: int | None) -> Any:
    """The workflow or contact that the list is narrowed to, if it is of this account."""
    found = db.session.get(model, number) if number else None
    return found if found is not None and found.account_id == web.current().account.id else None


def _links(choice: Choice, page: lists.Page, counts: dict[Section, int]) -> dict[str, Any]:
    def to(**changes: Any) -> str:
        return url_for(".all_runs", **choice.args(**changes))

    rows = page.runs
    return {
        "sections": [
            (SECTIONS[each], _count_words(counts[each]), to(section=each), each == choice.section)
            for each in Section
            if counts[each] or each in (choice.section, Section.ALL)
        ],
        "total": _count_words(counts[choice.section]),
        "everything": url_for(".all_runs"),
        "newer_page": to(before=rows[0].id) if page.has_newer and rows else None,
        "older_page": to(after=rows[-1].id) if page.has_older and rows else None,
    }


def _count_words(count: int) -> str:
    return f"{lists.MOST_COUNTED:,}+" if count > lists.MOST_COUNTED else f"{count:,}"
