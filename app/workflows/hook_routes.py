"""/hooks/workflows/<token>: lets a program bring a contact into a workflow. The token is the secret, no cookie."""

import secrets
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request

from .. import clock, phones, web
from ..contacts import fields
from ..contacts.models import ContactSource
from ..contacts.service import Details, find_or_create
from ..db import db, in_transaction
from ..errors import Invalid, NotFound
from ..phone import settings
from ..public import visits
from ..ratelimit import Limit, take
from . import runs, service, versions
from .models import Workflow

bp = Blueprint("hooks_of_workflows", __name__)
CALLS = Limit(
    "inbound hook of a workflow",
    600,
    timedelta(hours=1),
    "This hook was called too often. Please try again later.",
)


@bp.post("/hooks/workflows/<token>")
@web.csrf.exempt
def hook(token: str) -> Response:
    """Finds or makes the contact that the body names, and starts a run for them: 202, and whether one began."""
    workflow_id = _workflow_of(token)
    take(CALLS, workflow_id, now=clock.now())
    said = _said()
    has_begun = in_transaction(lambda: _enter(workflow_id, said))
    answer = jsonify(started=has_begun)
    answer.status_code = 202
    return answer


def _workflow_of(token: str) -> int:
    nonce = service.hook_tokens().nonce(token)
    mine = db.select(Workflow.id).where(Workflow.hook_nonce == nonce)
    found = db.session.scalar(mine) if nonce else None
    if found is None:
        visits.count_guess()
        raise NotFound("There is no such hook.")
    db.session.rollback()
    return found


def _said() -> dict[str, str]:
    """The body's plain values: JSON or a form. Raises Invalid for anything else."""
    body: Any = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    if not isinstance(body, dict):
        raise Invalid("Send a JSON object or a form with name, email or phone.")
    return {str(name): str(value) for name, value in body.items() if isinstance(value, str | int | float)}


def _enter(workflow_id: int, said: dict[str, str]) -> bool:
    now = clock.now()
    workflow = db.session.get_one(Workflow, workflow_id)
    followed = versions.followed_of(workflow.account_id, workflow_id)
    if followed is None or followed.definition.trigger != "hook":
        raise NotFound("There is no such hook.")
    phone = said.get("phone", "")
    number = phones.e164(phone, settings.region_of(workflow.account_id)) or phone
    details = Details(said.get("name", ""), said.get("email", ""), number)
    contact = find_or_create(workflow.account_id, details, ContactSource.HOOK, now)
    known = {field.key for field in fields.fields_of(workflow.account_id)}
    told = {name: value for name, value in said.items() if name in known}
    if told:
        fields.set_values(contact, told, now)
    return runs.start(followed, contact.id, f"hook:{secrets.token_hex(8)}", now) is not None
