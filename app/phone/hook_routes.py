"""/hooks/...: where phone providers tell of calls, texts and what became of ours. Signed, and each taken once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from .. import clock, config, web
from ..db import in_transaction
from ..error_pages import problem
from ..errors import DomainError, NotFound
from ..messaging import replies, reports
from ..sms_gateway import Webhook
from . import formats, inbound, receipts, settings
from .hook_requests import Hook, genuine
from .signing import key_of

bp = Blueprint("hooks", __name__, url_prefix="/hooks")
web.csrf.exempt(bp)  # programs have no form of ours; their signature is the secret
TWILIO_DOES_NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@bp.post("/calls/<name>")
def calls(name: str) -> Response:
    """A call has ended. If nobody took it, it is recorded, once."""
    hook, now = genuine(settings.keys_of(name), clock.now()), clock.now()
    call = formats.twilio_call(hook.said) if hook.is_twilios else formats.call_of(hook.said, hook.hook_id)
    return _taken(hook, now, lambda: inbound.take_call(_account(name), call, now) is not None)


@bp.post("/sms/<name>")
def texts(name: str) -> Response:
    """Somebody has sent a text: a reply, or STOP or START."""
    hook, now = genuine(settings.keys_of(name), clock.now()), clock.now()
    text = formats.twilio_text(hook.said) if hook.is_twilios else formats.text_of(hook.said, hook.hook_id)
    return _taken(hook, now, lambda: replies.take(_account(name), text, now))


@bp.post("/sms-reports", endpoint="reports")
def take_report() -> Response:
    """The provider says what became of a text of ours."""
    hook, now = genuine(_providers_keys(), clock.now()), clock.now()
    report = formats.twilio_report(hook.said) if hook.is_twilios else formats.report_of(hook.said)
    if report.is_delivered is None:
        return _answer(hook, is_news=False)
    reference = request.args.get("message", "")[:255]
    return _taken(
        hook,
        now,
        lambda: reports.report(reference, now=now, **report._asdict()),
    )


@bp.errorhandler(DomainError)
def refused(refusal: DomainError) -> Response:
    """Programs read problem details, whatever they accept."""
    return problem(refusal.status, refusal.title, refusal.sentence)


def _taken(hook: Hook, now: datetime, take: Callable[[], bool]) -> Response:
    def once() -> bool:
        if hook.digest:
            receipts.refuse_replay(hook.digest, now)
        return take()

    return _answer(hook, is_news=in_transaction(once))


def _answer(hook: Hook, is_news: bool) -> Response:
    if hook.is_twilios:
        return Response(TWILIO_DOES_NOTHING, mimetype="text/xml")
    return jsonify(taken=is_news)


def _account(name: str) -> Any:
    known = settings.behind(name)
    if known is None:
        raise NotFound("There is no such hook. Its address was made anew, perhaps.")
    return known


def _providers_keys() -> list[bytes]:
    gateway = config.current().sms
    return [key_of(gateway.secret)] if isinstance(gateway, Webhook) else []
