"""The page of one step: its form, and of a message how it looks."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, request, url_for

from .. import config, headers, web
from ..digits import whole_number
from ..errors import NotFound
from ..phone import settings
from . import menu, path, previews, step_tests, step_words, surroundings, values
from .models import Workflow
from .samples import Words
from .step_form import StepForm
from .step_forms import FORMS
from .steps import Step, find, parse

NEW = "new"  # in place of the key that a step has not yet; keys are longer
LONGEST_ADDRESS = 3_000
SHOWN = ("subject", "text", "calendar_id", "who")


def step_of(workflow: Workflow, key: str) -> Step:
    """The draft's step of this key. Raises NotFound."""
    found = find(parse(workflow.draft).steps, key)
    if found is None:
        raise NotFound("There is no such step. Perhaps somebody has removed it.")
    return found


def form_of(workflow: Workflow, step: Step) -> StepForm:
    """The step's form, with what the workspace offers. Raises NotFound for a step without one."""
    form = FORMS.get(menu.variant_of(step.kind, step.options))
    if form is None:
        raise NotFound("This step has no options.")
    me = web.current()
    made = form(step.options, surroundings.known_to(workflow.account_id), web.reader().tz)
    if "number" in made:
        made.region = settings.region_of(workflow.account_id)
        if request.method != "POST":
            made.number.data = step_tests.own_number(workflow.account_id, me.user)
    return made


def page(template: str, workflow: Workflow, form: Any, **more: Any) -> Response:
    """A page with a form of the workflow."""
    status = 422 if form is not None and form.errors else 200
    return web.render(template, **{"status": status, "workflow": workflow, "form": form, **more})


def step_page(workflow: Workflow, form: StepForm, step: Step, **more: Any) -> Response:
    """The form, and beside a message its preview."""
    is_shown = form.has_preview and previews.reader_of(workflow.account_id).contact is not None
    typed = _typed() if is_shown else {}
    answer = page(
        "workflows/step.html",
        workflow,
        form,
        step=step,
        title=step_words.title_of(step),
        menu_words=menu.words_of(step.kind, step.options),
        values=values.known(form.known.fields) if form.has_values else {},
        is_shown=is_shown,
        preview_url=url_for(".preview", workflow_id=workflow.id, key=step.key or NEW, **typed),
        me=web.current().user,
        seen=_seen(workflow, form),
        sends={"send_email": config.current().mail, "send_sms": config.current().sms}.get(step.kind),
        **more,
    )
    return headers.framing(answer) if is_shown else answer


def words_of(workflow: Workflow, step: Step) -> Words:
    """What the request says, else the step, and whose link it would speak of."""
    said = {**step.options, **request.values.to_dict()}
    own = said.get("calendar_id")
    own = own if isinstance(own, int) else whole_number(own)
    earlier = None if own else path.link_before(parse(workflow.draft).steps, step.key)
    link = earlier.options if earlier else {"calendar_id": own}
    return Words(
        str(said.get("subject") or ""),
        str(said.get("text") or ""),
        link.get("calendar_id"),
        link.get("expires_days"),
    )


def _seen(workflow: Workflow, form: StepForm) -> int:
    """Which draft the form was made for; after a refusal it is the one that stands there now."""
    said = request.form.get("seen", type=int)
    return workflow.edits if said is None or form.form_errors else said


def _typed() -> dict[str, str]:
    """The words that were sent, for the address of the frame, as app.js puts them there; none that are too long."""
    typed = {name: request.form[name] for name in SHOWN if name in request.form}
    return typed if len(urlencode(typed)) < LONGEST_ADDRESS else {}
