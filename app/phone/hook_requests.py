"""A hook's request: who has signed it, and what it holds. Asks no database, so that forgeries cost nothing."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from flask import request

from .. import config
from ..errors import Invalid, NotAllowed
from ..sms_gateway import Twilio
from .signing import is_genuine, is_timely, is_twilios

UNSIGNED = "The signature is missing, wrong or too old."


class Hook(NamedTuple):
    """A request that somebody has signed who may. `digest` is None where the scheme has no time in it."""

    is_twilios: bool
    hook_id: str
    said: Mapping[str, Any]
    digest: bytes | None


def genuine(keys: Sequence[bytes], now: datetime) -> Hook:
    """This request, if one of the keys has signed it, or Twilio has. Raises NotAllowed, and Invalid for no JSON."""
    if "X-Twilio-Signature" in request.headers:
        return _twilios()
    body, headers = request.get_data(), request.headers
    hook_id, given = headers.get("webhook-id", ""), headers.get("webhook-signature", "")
    seconds = _whole(headers.get("webhook-timestamp", ""))
    if not is_timely(seconds, now) or not is_genuine(keys, hook_id, seconds, body, given):
        raise NotAllowed(UNSIGNED)
    return Hook(False, hook_id, _json(), sha256(f"{hook_id}.{seconds}.".encode() + body).digest())


def _twilios() -> Hook:
    gateway, given = config.current().sms, request.headers["X-Twilio-Signature"]
    fields = list(request.form.items(multi=True))
    if not isinstance(gateway, Twilio) or not is_twilios(gateway.token, _address(), fields, given):
        raise NotAllowed(UNSIGNED)
    return Hook(True, "", dict(fields), None)


def _address() -> str:
    """What Twilio was told to call: under BASE_URL, whatever host the request names."""
    query = request.query_string.decode("ascii", "replace")
    return f"{config.current().base_url}{request.path}{'?' if query else ''}{query}"


def _json() -> Mapping[str, Any]:
    try:
        said = json.loads(request.get_data())
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Invalid('Send a JSON object, such as {"from": "+49 30 901820", "status": "no-answer"}.')
    return said


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0
