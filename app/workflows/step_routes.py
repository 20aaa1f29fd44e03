"""The editor's parts: the trigger, the settings, the steps one by one. Each change is stored in the draft at once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, request

from .. import clock, web
from ..db import transaction
from ..errors import Conflict, NotFound
from . import editing, menu, step_words, surroundings
from .blueprint import WORKFLOW, bp, my_workflow
from .forms import FiltersForm, SettingsForm
from .kinds import TRIGGERS
from .models import Workflow
from .preview_routes import frame, send_test
from .routes import editor, seen_edits
from .service import change_draft
from .step_page import form_of, page, step_of, step_page
from .steps import MOST_STEPS, Definition, Step, find, new_step, parse, places

STEP = f"{WORKFLOW}/steps/<key>"
MOVES = {"up": -1, "down": 1}


@bp.route(f"{WORKFLOW}/trigger", methods=["GET", "POST"])
def trigger(workflow_id: int) -> Response:
    """What starts the workflow: first the kind, then what narrows it down."""
    workflow = my_workflow(workflow_id)
    draft = parse(workflow.draft)
    kind = request.args.get("kind") or draft.trigger
    form = None
    if kind in TRIGGERS:
        filters = draft.filters if kind == draft.trigger else {}
        form = FiltersForm(kind, filters, surroundings.known_to(workflow.account_id))
        if form.submitted() and _store(workflow, replace(draft, trigger=kind, filters=form.filters()), form):
            return web.go_to(".show", workflow_id=workflow_id, notice="Saved in the draft")
    return page("workflows/trigger.html", workflow, form, kind=kind, groups=_trigger_groups(), kinds=TRIGGERS)


@bp.route(f"{WORKFLOW}/settings", methods=["GET", "POST"])
def settings(workflow_id: int) -> Response:
    """How runs behave."""
    workflow, reader = my_workflow(workflow_id), web.reader()
    draft = parse(workflow.draft)
    form = SettingsForm.of(draft.settings, reader.tz)
    form.tz.choices = {group: dict(zones) for group, zones in reader.zone_options(clock.now())}
    if form.submitted() and _store(workflow, replace(draft, settings=form.settings()), form):
        return web.go_to(".show", workflow_id=workflow_id, notice="Saved in the draft")
    return page("workflows/settings.html", workflow, form)


@bp.route(f"{WORKFLOW}/steps/new", methods=["GET", "POST"])
def add_step(workflow_id: int) -> Response:
    """One more step, last in the list that the address names."""
    workflow = my_workflow(workflow_id)
    choice = menu.chosen(request.values.get("add", ""))
    if choice is None:
        return web.go_to(".show", workflow_id=workflow_id)
    blank = Step("", choice.kind, choice.options)
    form, do = form_of(workflow, blank), request.form.get("do")
    if do == "preview":
        return frame(workflow, blank)
    draft, into = parse(workflow.draft), request.args.get("into", "")
    if into and find(draft.steps, into) is None:
        raise NotFound("The step that this was to stand in is no longer there.")
    if len(list(places(draft.steps))) >= MOST_STEPS:
        raise Conflict(
            f"A workflow has {MOST_STEPS} steps at most. Remove one, or go on in another workflow."
        )
    if form.submitted():
        if do == "test" and form.can_test:
            return send_test(workflow, form, blank)
        step = new_step(choice.kind, {**choice.options, **form.options()})
        steps = editing.added(draft.steps, step, into, request.args.get("way") != "no")
        if _store(workflow, replace(draft, steps=steps), form):
            return web.go_to(
                ".show", workflow_id=workflow_id, notice="Step added to the draft", focus=step.key
            )
    return step_page(workflow, form, blank)


@bp.route(STEP, methods=["GET", "POST"])
def edit_step(workflow_id: int, key: str) -> Response:
    """One step's options."""
    workflow = my_workflow(workflow_id)
    draft, step = parse(workflow.draft), step_of(workflow, key)
    form, do = form_of(workflow, step), request.form.get("do")
    if do == "preview":
        return frame(workflow, step)
    if form.submitted():
        if do == "test" and form.can_test:
            return send_test(workflow, form, step)
        steps = editing.with_options(draft.steps, key, {**_fixed(step), **form.options()})
        if _store(workflow, replace(draft, steps=steps), form):
            return web.go_to(".show", workflow_id=workflow_id, notice="Saved in the draft", focus=key)
    return step_page(workflow, form, step)


@bp.post(f"{STEP}/move")
def move_step(workflow_id: int, key: str) -> Response:
    """One place up or down among those beside it."""
    do = request.form.get("do", "")
    by = MOVES.get(do, 0)
    return _edited(
        workflow_id, key, lambda steps: editing.moved(steps, key, by), f"Moved {do}.", focus=key, did=do
    )


@bp.post(f"{STEP}/remove")
def remove_step(workflow_id: int, key: str) -> Response:
    """The step goes, and what stands in it."""
    return _edited(
        workflow_id, key, lambda steps: editing.removed(steps, key), "Step removed from the draft."
    )


def _fixed(step: Step) -> Mapping[str, Any]:
    """What was chosen when the step was added, which its form does not change."""
    option = menu.VARIANTS.get(step.kind, ("", None))[0]
    return {option: step.options[option]} if option in step.options else {}


def _store(workflow: Workflow, draft: Definition, form: Any) -> bool:
    """True when the draft was stored; else the form says that somebody else was first."""
    try:
        with transaction():
            change_draft(workflow, draft, seen_edits())
    except Conflict as refusal:
        form.refuse(refusal)
        return False
    return True


def _edited(workflow_id: int, key: str, edit: Any, said: str, **focus: Any) -> Response:
    workflow = my_workflow(workflow_id)
    draft, step = parse(workflow.draft), step_of(workflow, key)
    try:
        with transaction():
            change_draft(workflow, replace(draft, steps=edit(draft.steps)), seen_edits())
    except Conflict as refusal:
        return editor(my_workflow(workflow_id), refusal=refusal, status=refusal.status)
    return web.go_to(".show", workflow_id=workflow_id, notice=f"{step_words.title_of(step)}: {said}", **focus)


def _trigger_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, kind in TRIGGERS.items():
        groups.setdefault(kind.group, []).append((key, kind.title))
    return list(groups.items())
