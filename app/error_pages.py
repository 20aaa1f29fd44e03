"""Refusals and failures as answers: a page for people, problem details for programs."""

import logging
from datetime import timedelta
from functools import lru_cache
from math import ceil

from flask import Flask, Response, jsonify, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header

from .errors import Conflict, DomainError, TooMany, Unavailable
from .web import render

log = logging.getLogger(__name__)

# What the database and its driver raise where nothing is wrong with the request; the last one is our own queue's.
STORAGE_FAILURES = (OperationalError, InterfaceError, PoolTimeout, Unavailable)

HTTP_ERRORS = {
    400: ("We could not read this request", "Go back and try again."),
    404: ("We cannot find this page", "Check that the whole address was copied."),
    405: ("This address does not take that kind of request", "Go back and try again."),
    413: ("That is too much at once", "What was sent is larger than this page accepts. Nothing was stored."),
    415: ("We cannot read that kind of content", "Send the form as it stands on the page."),
}


def init_app(app: Flask) -> None:
    """Answer every error that a view raises."""
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StaleDataError, _changed_meanwhile)
    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(kind, lambda error: _refused(unavailable(error)))
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    """True when this request would rather have JSON than a page."""
    return _prefers_json(request.headers.get("Accept", ""))


@lru_cache(256)
def _prefers_json(accept: str) -> bool:
    accepted = parse_accept_header(accept, MIMEAccept)
    return accepted.best_match(("text/html", "application/json")) == "application/json"


def problem(status: int, title: str, sentence: str) -> Response:
    """RFC 9457 problem details."""
    answer = jsonify(title=title, status=status, detail=sentence)
    answer.status_code, answer.mimetype = status, "application/problem+json"
    return answer


def ask_to_wait(answer: Response, wait: timedelta) -> Response:
    """The answer with Retry-After, in whole seconds."""
    answer.headers["Retry-After"] = str(max(1, ceil(wait.total_seconds())))
    return answer


def unavailable(error: Exception) -> Unavailable:
    """One of STORAGE_FAILURES as what to tell the person; the log is told the rest."""
    if isinstance(error, Unavailable):
        return error
    log.error("storage failed: %s", type(error).__name__, exc_info=error)
    return Unavailable("Nothing was stored. Please try again in a moment.")


def _error_answer(
    status: int,
    title: str,
    sentence: str,
    retry_after: timedelta | None = None,
    way_on: tuple[str, str] | None = None,
) -> Response:
    if wants_json():
        answer = problem(status, title, sentence)
    else:
        actions = [(way_on[0], url_for(way_on[1]))] if way_on else None
        answer = render(
            "error.html", status=status, code=status, title=title, sentence=sentence, actions=actions
        )
    return answer if retry_after is None else ask_to_wait(answer, retry_after)


def _refused(refusal: DomainError) -> Response:
    wait = refusal.retry_after if isinstance(refusal, TooMany | Unavailable) else None
    return _error_answer(refusal.status, refusal.title, refusal.sentence, wait, refusal.way_on)


def _changed_meanwhile(_error: StaleDataError) -> Response:
    sentence = (
        "Somebody else has just saved this. Nothing of yours was stored: go back, reload and save again."
    )
    return _refused(Conflict(sentence))


def _form_too_old(_error: CSRFError) -> Response:
    sentence = (
        "This page was open while you signed in or out elsewhere. Go back, reload it and send it again."
    )
    return _error_answer(403, "We could not accept this form", sentence)


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    title, sentence = HTTP_ERRORS.get(error.code, ("That did not work", error.description or ""))
    answer = _error_answer(error.code, title, sentence)
    if "Allow" in (own := error.get_response().headers):
        answer.headers["Allow"] = own["Allow"]
    return answer


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return _error_answer(500, "Something went wrong on our side", "Nothing was stored. Please try again.")
