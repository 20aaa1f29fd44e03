"""Hands one text to the provider, or says what became of it. Without a provider texts are kept, and go nowhere."""

import json
from base64 import b64encode
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from ..delivery_errors import Permanent, Stopped, Temporary, Unclear
from ..sms_gateway import TWILIO_OPTED_OUT, Gateway, Twilio, Webhook
from . import outbound
from .public_addresses import EVERYWHERE
from .signing import signed_headers

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
# Refusals of this very text. All else that is refused may be put right: a password, an address, an empty account.
OF_THE_TEXT = (400, 410, 422)
LONGEST_ID = 64
NO_MORE_TEXTS = "The SMS provider says that this number has asked for no texts. It gets none from now on."


class Outgoing(NamedTuple):
    """One text. `reference` is ours, the same at every try; `report_to` is where to say what became of it."""

    number: str
    text: str
    reference: str
    report_to: str


def send(text: Outgoing, gateway: Gateway, now: datetime) -> str:
    """The provider's own number of the text, "" if it gives none. Raises Temporary, Permanent, Stopped or Unclear."""
    if isinstance(gateway, Twilio):
        return _by_twilio(text, gateway)
    return _by_webhook(text, gateway, now)


def greet(gateway: Twilio, seconds: float) -> None:
    """Ask for the account, which changes nothing and sends nothing. Raises Temporary or Permanent."""
    address, headers = f"{_account_of(gateway)}.json", {"Authorization": _authorization(gateway)}
    try:
        answer = outbound.get(address, headers, allowed=EVERYWHERE, seconds=seconds)
    except (outbound.Refused, outbound.Unreachable) as failed:
        raise Temporary(f"The SMS provider was not reached. {failed}") from failed
    except outbound.NoAnswer as lost:
        raise Temporary("The SMS provider did not answer.") from lost
    _taken(answer, name="sid", reason="message")


def _by_twilio(text: Outgoing, gateway: Twilio) -> str:
    sender = "MessagingServiceSid" if gateway.sender.startswith("MG") else "From"
    fields = {"To": text.number, sender: gateway.sender, "Body": text.text, "StatusCallback": text.report_to}
    headers = {**FORM, "Authorization": _authorization(gateway)}
    answer = _post(f"{_account_of(gateway)}/Messages.json", urlencode(fields).encode(), headers)
    if answer.status in OF_THE_TEXT and _json(answer.body).get("code") == TWILIO_OPTED_OUT:
        raise Stopped(NO_MORE_TEXTS)
    return _taken(answer, name="sid", reason="message")


def _account_of(gateway: Twilio) -> str:
    return f"{gateway.address}/2010-04-01/Accounts/{gateway.account}"


def _authorization(gateway: Twilio) -> str:
    return f"Basic {b64encode(f'{gateway.account}:{gateway.token}'.encode()).decode()}"


def _by_webhook(text: Outgoing, gateway: Webhook, now: datetime) -> str:
    """A repeat has the same webhook-id, so that whoever takes it can tell."""
    said = {"id": text.reference, "to": text.number, "text": text.text, "report_to": text.report_to}
    body = json.dumps(said).encode()
    answer = _post(
        gateway.address, body, {**JSON, **signed_headers(gateway.secret, text.reference, now, body)}
    )
    return _taken(answer, name="id", reason="error")


def _post(address: str, body: bytes, headers: dict[str, str]) -> outbound.Answer:
    """The operator has set the address, so it may well be one inside."""
    try:
        return outbound.post(address, body, headers, allowed=EVERYWHERE)
    except (outbound.Refused, outbound.Unreachable) as failed:
        raise Temporary(f"The SMS provider was not reached. {failed}") from failed
    except outbound.NoAnswer as lost:
        raise Unclear(f"The SMS provider got the text. {lost} It may have arrived.") from lost


def _taken(answer: outbound.Answer, name: str, reason: str) -> str:
    said = _json(answer.body)
    if 200 <= answer.status < 300:
        return str(said.get(name) or "")[:LONGEST_ID]
    why = " ".join(str(said.get(reason) or "").split())[:300]
    sentence = f"The SMS provider answered: {answer.status} {why}".strip()
    raise Permanent(sentence) if answer.status in OF_THE_TEXT else Temporary(sentence)


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
