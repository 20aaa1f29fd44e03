"""A number for each request, in its log lines, its answer and on the page that says something went wrong."""

import random
import re

from flask import Flask, Response, g, has_request_context, request

from . import config

HEADER = "X-Request-ID"
ENVIRON = "slotkey.request_id"  # where the server's access log finds it
SHAPE = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


def init_app(app: Flask) -> None:
    """Number every request before anything else looks at it."""
    app.before_request(_number)
    app.after_request(_tell)
    app.jinja_env.globals["request_id"] = current


def current() -> str | None:
    """The number of the request that is being answered; None outside of one."""
    return g.get("request_id") if has_request_context() else None


def _number() -> None:
    # No secret, so it need not come from the system, whom to ask lets other threads have the interpreter.
    g.request_id = request.environ[ENVIRON] = _given() or f"{random.getrandbits(64):016x}"


def _given() -> str | None:
    """The proxy's number. Anybody can send the header, so without a proxy of ours it means nothing."""
    given = request.headers.get(HEADER, "") if config.current().proxy_count else ""
    return given if SHAPE.fullmatch(given) else None


def _tell(answer: Response) -> Response:
    answer.headers[HEADER] = g.request_id
    return answer
