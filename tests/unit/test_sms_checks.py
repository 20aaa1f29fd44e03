"""What the doctor says of the SMS provider; the one that is asked is a real HTTP server on this machine."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.config import Settings
from app.operating.findings import Finding, State
from app.operating.sms_checks import of_sms
from app.phone.signing import secret_of
from app.sms_gateway import TWILIO, Gateway, Twilio, Webhook

from ..services.http_server import Answering, http_server
from ..services.server import free_port

SECRET = secret_of(b"0123456789abcdef01234567")
SID = f"AC{'0' * 32}"


def said(gateway: Gateway | None) -> list[Finding]:
    settings = Settings(
        secrets=("0123456789abcdef" * 4,),
        base_url="https://book.example.org",
        data_dir=Path(),
        database_url="sqlite://",
    )
    return list(of_sms(replace(settings, sms=gateway)))


def test_no_provider_is_well_and_says_what_that_means() -> None:
    (finding,) = said(None)
    assert finding.state is State.OK
    assert "go nowhere" in finding.words


@pytest.mark.parametrize(
    ("account", "sender", "named"),
    [
        ("SK123", "+4930901820", "Account SID"),
        (SID, "030 901820", "country code"),
        (SID, "+49 30 901820", "+49"),
    ],
)
def test_settings_that_cannot_be_right_are_told_without_asking(account: str, sender: str, named: str) -> None:
    (finding,) = said(Twilio(account, sender, "token", TWILIO))
    assert finding.state is State.FAIL
    assert named in str(finding)


@pytest.mark.parametrize("sender", ["+4930901820", "MG123", "Practice", "12345"])
def test_a_provider_that_lets_us_in_gets_no_text(sender: str) -> None:
    with http_server(Answering(body=b'{"sid": "AC1", "status": "active"}')) as server:
        (finding,) = said(Twilio("AC1", sender, "token", server.address))
    assert (finding.state, [each.path for each in server.sent]) == (
        State.OK,
        ["/2010-04-01/Accounts/AC1.json"],
    )


def test_a_provider_that_refuses_us_or_is_not_there() -> None:
    with http_server(Answering(status=401, body=b'{"message": "Authenticate"}')) as server:
        (refused,) = said(Twilio("AC1", "+4930901820", "swordfish", server.address))
    (away,) = said(Twilio("AC1", "+4930901820", "swordfish", f"http://127.0.0.1:{free_port()}"))
    assert {refused.state, away.state} == {State.FAIL}
    assert "401 Authenticate" in refused.words
    assert "was not reached" in away.words
    assert "swordfish" not in f"{refused} {away}"


def test_a_webhook_is_not_tried_and_should_be_encrypted() -> None:
    (secure,) = said(Webhook("https://sms.example.org/send", SECRET))
    bare, same = said(Webhook("http://sms.example.org/send", SECRET))
    assert (secure.state, bare.state, same.state) == (State.OK, State.WARN, State.OK)
    assert SECRET not in f"{secure} {bare} {same}"
