"""Handing a text to a provider, which is a real HTTP server on this machine: what is sent, and how it can end."""

import json
from base64 import b64decode
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from app.delivery_errors import Permanent, Temporary, Unclear
from app.phone.providers import Outgoing, send
from app.phone.signing import is_genuine, key_of, secret_of
from app.sms_gateway import Twilio, Webhook

from ..services.http_server import Answering, http_server
from ..services.server import free_port

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
REPORTS = "https://book.example.org/hooks/sms-reports?message=abc"
TEXT = Outgoing("+4915112345678", "Grüße & more", "abc", REPORTS)
SECRET = secret_of(b"0123456789abcdef01234567")


def twilio(address: str, sender: str = "+493012345") -> Twilio:
    return Twilio("AC123", sender, "token", address)


@pytest.mark.parametrize(("sender", "name"), [("+493012345", "From"), ("MG123", "MessagingServiceSid")])
def test_twilio_gets_the_form_it_knows(sender: str, name: str) -> None:
    with http_server(Answering(status=201, body=b'{"sid": "SM1", "status": "queued"}')) as server:
        assert send(TEXT, twilio(server.address, sender), NOW) == "SM1"
    (sent,) = server.sent
    assert sent.path == "/2010-04-01/Accounts/AC123/Messages.json"
    assert b64decode(sent.headers["Authorization"].removeprefix("Basic ")) == b"AC123:token"
    assert dict(parse_qsl(sent.body.decode())) == {
        "To": "+4915112345678",
        name: sender,
        "Body": "Grüße & more",
        "StatusCallback": REPORTS,
    }


def test_a_webhook_gets_json_that_is_signed_and_the_same_id_at_each_try() -> None:
    with http_server(Answering(body=b'{"id": "42"}')) as server:
        gateway = Webhook(f"{server.address}/send", SECRET)
        assert [send(TEXT, gateway, NOW), send(TEXT, gateway, NOW)] == ["42", "42"]
    first, second = server.sent
    assert json.loads(first.body) == {
        "id": "abc",
        "to": "+4915112345678",
        "text": "Grüße & more",
        "report_to": REPORTS,
    }
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == "abc"
    seconds, given = int(first.headers["webhook-timestamp"]), first.headers["webhook-signature"]
    assert is_genuine([key_of(SECRET)], "abc", seconds, first.body, given)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, Permanent), (422, Permanent), (401, Temporary), (403, Temporary), (404, Temporary), (429, Temporary),
        (302, Temporary), (500, Temporary), (503, Temporary),
    ],
)  # fmt: skip
def test_refusals_of_the_text_are_told_from_those_that_may_pass(
    status: int, outcome: type[Exception]
) -> None:
    said = b'{"code": 21211, "message": "The \'To\' number is not a valid phone number."}'
    why = f"answered: {status} The 'To' number is not a valid"
    with http_server(Answering(status=status, body=said)) as server, pytest.raises(outcome, match=why):
        send(TEXT, twilio(server.address), NOW)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"sid": null}', b"\xff\xfe"])
def test_an_answer_that_says_nothing_is_taken_for_what_its_status_says(body: bytes) -> None:
    with http_server(Answering(status=200, body=body)) as server:
        assert send(TEXT, twilio(server.address), NOW) == ""


def test_a_lost_answer_is_unclear_and_nobody_there_may_pass() -> None:
    with (
        http_server(Answering(drops=True)) as server,
        pytest.raises(Unclear, match="It may have arrived"),
    ):
        send(TEXT, twilio(server.address), NOW)
    with pytest.raises(Temporary, match="was not reached"):
        send(TEXT, twilio(f"http://127.0.0.1:{free_port()}"), NOW)
