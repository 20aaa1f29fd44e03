"""Workflows: the list, a new one, the editor, and what is done to a workflow as a whole."""

from typing import Any

from flask import Response, request, url_for

from .. import clock, config, web
from ..db import in_transaction, transaction
from ..errors import Conflict, DomainError
from . import access, checks, lists, menu, ready_made, service, step_words, surroundings, words
from .blueprint import WORKFLOW, bp, my_workflow
from .forms import NameForm, NewWorkflowForm
from .kinds import STEPS
from .known import Known
from .models import Workflow
from .steps import Definition, parse, places


@bp.get("/workflows")
def index() -> Response:
    """All workflows with what they did lately."""
    person, now = web.current(), clock.now()
    person.require_manager(access.MANAGERS_ONLY)
    known = surroundings.known_to(person.account.id)
    rows = [_row(each, known) for each in lists.workflows_of(person.account.id, now)]
    return web.render("workflows/index.html", rows=rows, reader=web.reader(), now=now)


@bp.route("/workflows/new", methods=["GET", "POST"])
def new() -> Response:
    """A workflow from a name, blank or from one that is ready made."""
    person, form = web.current(), NewWorkflowForm()
    person.require_manager(access.MANAGERS_ONLY)
    offered = _offered(person.account.id)
    form.ready_made.choices = {**{key: each.title for key, each in offered.items()}, "": "An empty workflow"}
    if form.submitted():
        definition = offered[form.ready_made.data].definition if form.ready_made.data else Definition()
        with transaction():
            made = service.create(person.account.id, form.name.data, definition, person.user.id, clock.now())
        return web.go_to(
            ".show", workflow_id=made.id, notice="Workflow created. It runs once it is published and on."
        )
    return web.render("workflows/new.html", form=form, offered=offered, status=422 if form.errors else 200)


@bp.get(WORKFLOW)
def show(workflow_id: int) -> Response:
    """The editor."""
    return editor(my_workflow(workflow_id))


@bp.post(f"{WORKFLOW}/publish")
def publish(workflow_id: int) -> Response:
    """Makes the draft a version, or says which steps keep it from being one."""
    workflow = my_workflow(workflow_id)
    try:
        with transaction():
            service.publish(workflow, seen_edits(), web.current().user.id, clock.now())
    except service.Unfinished as unfinished:
        return editor(my_workflow(workflow_id), faults=unfinished.faults, status=422)
    except Conflict as refusal:
        return editor(my_workflow(workflow_id), refusal=refusal, status=refusal.status)
    how = "Published." if workflow.is_on else "Published. Switch it on to let it start."
    return web.go_to(".show", workflow_id=workflow_id, notice=how)


@bp.route(f"{WORKFLOW}/discard", methods=["GET", "POST"])
def discard(workflow_id: int) -> Response:
    """Asks, and takes back what was changed in the draft since it was published."""
    workflow = my_workflow(workflow_id)
    if request.method != "POST":  # HEAD too
        return web.render("workflows/discard.html", workflow=workflow)
    try:
        with transaction():
            service.discard(workflow, seen_edits())
    except Conflict as refusal:
        return editor(my_workflow(workflow_id), refusal=refusal, status=refusal.status)
    return web.go_to(".show", workflow_id=workflow_id, notice="The draft is as it was published.")


@bp.post(f"{WORKFLOW}/switch")
def switch(workflow_id: int) -> Response:
    """Lets it start runs, or no more of them."""
    workflow, on = my_workflow(workflow_id), request.form.get("do") == "on"
    act = service.switch_on if on else service.switch_off
    try:
        with transaction():
            act(workflow, web.current().user.id, clock.now())
    except Conflict as refusal:
        return editor(my_workflow(workflow_id), refusal=refusal, status=refusal.status)
    said = "on" if on else "off. Runs that are under way go on"
    return web.go_to(".show", workflow_id=workflow_id, notice=f"{workflow.name} is switched {said}.")


@bp.route(f"{WORKFLOW}/name", methods=["GET", "POST"])
def rename(workflow_id: int) -> Response:
    """Another name."""
    workflow = my_workflow(workflow_id)
    form = NameForm(obj=workflow)
    if form.submitted():
        with transaction():
            service.rename(workflow, form.name.data, web.current().user.id, clock.now())
        return web.go_to(".show", workflow_id=workflow_id, notice="Saved")
    return web.render(
        "workflows/rename.html", workflow=workflow, form=form, status=422 if form.errors else 200
    )


@bp.post(f"{WORKFLOW}/copy")
def copy(workflow_id: int) -> Response:
    """The draft once more, to change."""
    with transaction():
        made = service.copy(my_workflow(workflow_id), web.current().user.id, clock.now())
    return web.go_to(".show", workflow_id=made.id, notice="Copied. The copy is a draft, and off.")


@bp.route(f"{WORKFLOW}/delete", methods=["GET", "POST"])
def delete(workflow_id: int) -> Response:
    """Asks, and deletes the workflow with its runs."""
    workflow = my_workflow(workflow_id)
    if request.method != "POST":  # HEAD too
        return web.render("workflows/delete.html", workflow=workflow)
    in_transaction(lambda: service.delete_workflow(workflow, web.current().user.id, clock.now()))
    return web.go_to(".index", notice=f"{workflow.name} deleted. Links it made stay.")


def editor(
    workflow: Workflow,
    *,
    faults: list[checks.Fault] | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> Response:
    """The page of the workflow: its trigger, its steps in order, its settings, and where it stands."""
    draft, known = parse(workflow.draft), surroundings.known_to(workflow.account_id)
    reader, counted, is_changed = web.reader(), lists.step_counts(workflow.id), service.is_changed(workflow)
    shown = faults or _lost(workflow, draft, known, is_changed)
    return web.render(
        "workflows/show.html",
        "steps",
        status=status,
        workflow=workflow,
        draft=draft,
        trigger=words.trigger_words(draft, known),
        steps={place.step.key: _line(place, known, reader, counted) for place in places(draft.steps)},
        settings=words.settings_words(draft),
        menu=menu.offered(),
        faults=shown,
        faulty={fault.key for fault in shown},
        is_lost=not faults,
        refusal=refusal,
        is_changed=is_changed,
        versions=lists.versions_of(workflow.id),
        hook=hook_address(workflow) if draft.trigger == "hook" else None,
        reader=reader,
        focus=request.args.get("focus"),
        did=request.args.get("did"),
    )


def _lost(workflow: Workflow, draft: Definition, known: Known, is_changed: bool) -> list[checks.Fault]:
    """What a workflow that is on no longer has: a calendar was switched off since, or a stage is gone."""
    return checks.faults(draft, known) if workflow.is_on and not is_changed else []


def seen_edits() -> int:
    """Which draft the form was made for."""
    return request.form.get("seen", -1, type=int)


def hook_address(workflow: Workflow) -> str | None:
    """Where programs let contacts in; None when the server key that made it was dropped."""
    token = service.hook_tokens().token(workflow.hook_nonce, workflow.key_id)
    return config.current().base_url + url_for("hooks_of_workflows.hook", token=token) if token else None


def _row(row: Any, known: Known) -> dict[str, Any]:
    definition = parse(row.definition or row.draft)
    return {
        "it": row,
        "trigger": words.trigger_words(definition, known),
        "is_draft": row.published_id is None,
    }


def _line(place: Any, known: Known, reader: Any, counted: Any) -> dict[str, Any]:
    step = place.step
    return {
        "number": place.number.rpartition(".")[2],
        "path": place.number,
        "title": step_words.title_of(step),
        "summary": step_words.summary_of(step, known, reader),
        "counts": words.count_words(counted.get(step.key, {})),
        "can_edit": step.kind != "stop" and step.kind in STEPS,
    }


def _offered(account_id: int) -> dict[str, ready_made.ReadyMade]:
    calendars = surroundings.known_to(account_id).calendars
    first = next((key for key, each in calendars.items() if each.is_on), None)
    return ready_made.all_of_them(first)
