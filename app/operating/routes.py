"""What monitoring asks: is the process up, can it work, what has it counted. Plain text, no cookie, no page."""

import hmac

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from .. import clock, config, migrating
from ..error_pages import ask_to_wait
from ..errors import Unavailable
from . import metrics

bp = Blueprint("operating", __name__)

WAIT = Unavailable("").retry_after


@bp.get("/healthz")
def health() -> Response:
    """This process answers. Asks nothing of the database: restarting us would not mend that one."""
    return _plain("ok")


@bp.get("/readyz")
def readiness() -> Response:
    """The database answers and has the tables this code expects; else 503, and no visitor should be sent here."""
    try:
        if migrating.is_current():
            return _plain("ready")
        return ask_to_wait(_plain("migrations are pending", 503), WAIT)
    except (DBAPIError, PoolTimeout):
        current_app.logger.warning("not ready: the database does not answer")
        return ask_to_wait(_plain("the database does not answer", 503), WAIT)


@bp.get("/metrics")
def show_metrics() -> Response:
    """Counts for Prometheus, for whoever has METRICS_TOKEN; without that setting there is no such page."""
    token = config.current().metrics_token
    if not token:
        abort(404)
    if not hmac.compare_digest(_bearer().encode(), token.encode()):
        refused = _plain("send METRICS_TOKEN as a bearer token", 401)
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused
    answer = _plain(metrics.exposition(clock.now()))
    answer.content_type = metrics.CONTENT_TYPE
    return answer


def _bearer() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _plain(text: str, status: int = 200) -> Response:
    return current_app.response_class(f"{text}\n", status, mimetype="text/plain")
