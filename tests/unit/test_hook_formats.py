"""What requests of phone providers say, in Twilio's words and in ours."""

from typing import Any

import pytest

from app.errors import Invalid
from app.phone.formats import (
    Call,
    Text,
    call_of,
    keyword_of,
    report_of,
    text_of,
    twilio_call,
    twilio_report,
    twilio_text,
)

FROM = {"from": "+49 30 901820"}
TWILIO = {"CallSid": "CA1", "From": "+4930901820", "To": "+4930123456"}


@pytest.mark.parametrize(
    ("fields", "missed", "seconds"),
    [
        ({"CallStatus": "no-answer"}, "no-answer", 0),
        ({"CallStatus": "busy"}, "busy", 0),
        ({"CallStatus": "failed"}, "failed", 0),
        ({"CallStatus": "completed", "CallDuration": "30"}, "", 30),
        ({"CallStatus": "ringing"}, "", 0),
        ({"CallStatus": "completed", "DialCallStatus": "no-answer", "CallDuration": "20"}, "no-answer", 20),
        ({"CallStatus": "in-progress", "DialCallStatus": "completed", "DialCallDuration": "60"}, "", 60),
        ({"CallStatus": "completed", "AnsweredBy": "machine_end_beep", "CallDuration": "9"}, "voicemail", 9),
        ({"CallStatus": "completed", "AnsweredBy": "human", "CallDuration": "9"}, "", 9),
        ({}, "", 0),
    ],
)
def test_twilio_s_calls(fields: dict[str, str], missed: str, seconds: int) -> None:
    assert twilio_call({**TWILIO, **fields}) == Call("CA1", "+4930901820", "+4930123456", missed, seconds)


@pytest.mark.parametrize(
    ("said", "missed"),
    [
        ("no-answer", "no-answer"),
        ("No_Answer", "no-answer"),
        ("missed", "no-answer"),
        ("busy", "busy"),
        ("voicemail", "voicemail"),
        ("answered", ""),
        ("whatever", ""),
    ],
)
def test_our_own_calls(said: str, missed: str) -> None:
    assert call_of({**FROM, "status": said}, "msg-1") == Call("msg-1", "+49 30 901820", "", missed, 0)
    named = call_of({**FROM, "status": said, "id": "call-7", "to": "030 1", "seconds": 12}, "msg-1")
    assert (named.provider_id, named.called, named.seconds) == ("call-7", "030 1", 12)


@pytest.mark.parametrize(
    "said",
    [
        {}, FROM, {"status": "busy"}, {**FROM, "status": 5}, {**FROM, "status": ""}, {"from": None, "status": "busy"},
        {"from": ["+49"], "status": "busy"}, {**FROM, "status": "busy", "id": 5},
        {**FROM, "status": "busy", "id": "a b"}, {**FROM, "status": "busy", "id": "x" * 121},
        {**FROM, "status": "busy", "id": "\x00"}, {**FROM, "status": "busy", "seconds": "soon"},
        {**FROM, "status": "busy", "seconds": -1}, {**FROM, "status": "busy", "seconds": True},
        {**FROM, "status": "busy", "seconds": 1e9}, {**FROM, "status": "busy", "seconds": "٣"},
    ],
)  # fmt: skip
def test_what_is_no_call_is_refused_with_a_sentence(said: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="has to be"):
        call_of(said, "msg-1")


def test_a_text_is_kept_as_it_reads() -> None:
    assert text_of({**FROM, "text": "Hi\r\nthere\x00\x1b \ud800!"}, "m") == Text(
        "m", FROM["from"], "Hi\nthere !", ""
    )
    assert len(text_of({**FROM, "text": "x" * 5000}, "m").text) == 2000
    twilio = {"MessageSid": "SM1", "From": "+4930901820", "Body": "Hello"}
    assert twilio_text(twilio) == Text("SM1", "+4930901820", "Hello", "")
    assert twilio_text({**twilio, "Body": ""}).text == ""


STOPS = (
    "STOP",
    "stop",
    " Stop. ",
    "Stop!",
    "stop all",
    "STOPALL",
    "unsubscribe",
    "END",
    "Cancel",
    "opt out",
    '"stop"',
)
REPLIES = ("", "stop it", "Please stop by at 9", "don't stop", "yes", "started", "no", "non-stop")


@pytest.mark.parametrize("said", STOPS)
def test_stop_is_understood(said: str) -> None:
    assert keyword_of(said) == "stop"


@pytest.mark.parametrize("said", ["START", "start", "unstop", " Start!"])
def test_start_is_understood(said: str) -> None:
    assert keyword_of(said) == "start"


@pytest.mark.parametrize(
    "said", ["", "stop it", "Please stop by at 9", "don't stop", "yes", "started", "no", "non-stop"]
)
def test_a_reply_is_a_reply(said: str) -> None:
    assert keyword_of(said) == ""


def test_twilio_says_when_it_has_obeyed_by_itself() -> None:
    fields = {"MessageSid": "SM1", "From": "+4930901820", "Body": "arrêt", "OptOutType": "STOP"}
    assert twilio_text(fields)[3:] == ("stop", True)
    assert twilio_text({**fields, "OptOutType": "HELP", "Body": "help"})[3:] == ("", True)


@pytest.mark.parametrize(
    ("status", "is_delivered"),
    [
        ("delivered", True),
        ("undelivered", False),
        ("failed", False),
        ("sent", None),
        ("queued", None),
        ("", None),
    ],
)
def test_reports(status: str, is_delivered: bool | None) -> None:
    fields = {"MessageStatus": status, "MessageSid": "SM1", "ErrorCode": "30003"}
    told = twilio_report(fields)
    assert told.is_delivered is is_delivered
    if is_delivered is not None:
        assert told.provider_id == "SM1"
        assert ("error 30003" in told.why) is not is_delivered
    if status:
        assert report_of({"status": status, "error": "no such phone"}).is_delivered is is_delivered
