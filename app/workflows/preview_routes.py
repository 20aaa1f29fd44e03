"""A message in the making as its reader would see it: in a frame beside its words, and as a test to whoever writes."""

from flask import Response, request

from .. import clock, headers, web
from ..contacts.models import Contact
from ..db import transaction
from ..error_pages import ask_to_wait
from ..errors import Conflict, TooMany
from . import previews, step_tests, surroundings
from .blueprint import WORKFLOW, bp, my_workflow
from .models import Workflow
from .step_form import StepForm
from .step_page import NEW, step_of, step_page, words_of
from .steps import Step


@bp.get(f"{WORKFLOW}/preview/<key>")
def preview(workflow_id: int, key: str) -> Response:
    """What a message would say to a contact, for the frame: in the words of the address, else those of the draft."""
    workflow = my_workflow(workflow_id)
    return frame(workflow, Step("", "") if key == NEW else step_of(workflow, key))


def frame(workflow: Workflow, step: Step) -> Response:
    """The message in the words of the request, as far as it has any, with the data of whom the request names."""
    names = surroundings.known_to(workflow.account_id).fields
    who = request.values.get("who", "").strip()
    words = words_of(workflow, step)
    html = previews.html_of(workflow.account_id, words, who, names, clock.now())
    return headers.framed(Response(html, mimetype="text/html"))


def send_test(workflow: Workflow, form: StepForm, step: Step) -> Response:
    """Sends the words of the form to whoever asks. Nothing is saved: the page comes again with what was typed."""
    reader = previews.reader_of(workflow.account_id, form.who.data)
    if reader.contact is None:
        form.who.errors = [reader.why]
        return step_page(workflow, form, step)
    if "number" in form and form.refuse_number():
        return step_page(workflow, form, step)
    try:
        test_id = _queued(workflow, form, step, reader.contact)
    except TooMany as refusal:
        form.refuse(refusal)
        return ask_to_wait(step_page(workflow, form, step, status=refusal.status), refusal.retry_after)
    except Conflict as refusal:
        form.number.errors = [refusal.sentence]
        return step_page(workflow, form, step, status=refusal.status)
    return step_page(workflow, form, step, test_id=test_id)


def _queued(workflow: Workflow, form: StepForm, step: Step, contact: Contact) -> int | None:
    me, now, words = web.current().user, clock.now(), words_of(workflow, step)
    if "number" not in form:
        step_tests.count_mail(me, now)
        with transaction():
            return step_tests.send_mail(contact, words, me, now)
    number = form.number.data
    step_tests.count_text(workflow.account_id, number, now)
    with transaction():
        return step_tests.send_text(contact, words, me, number, now)
