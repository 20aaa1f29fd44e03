"""What a hook's request says, in Twilio's words or in ours, as a call, a text or a report. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import Invalid
from ..sms_gateway import TWILIO_OPTED_OUT

LONGEST_TEXT = 2_000
LONGEST_NUMBER = 64
PROVIDER_ID = re.compile(r"[\x21-\x7e]{1,120}")
# How a call ended that nobody took, in all spellings that providers have.
MISSED = {
    "no-answer": "no-answer",
    "noanswer": "no-answer",
    "missed": "no-answer",
    "busy": "busy",
    "failed": "failed",
    "voicemail": "voicemail",
}
STOP = frozenset(
    (
        "stop",
        "stopp",
        "stopall",
        "stop all",
        "unsubscribe",
        "quit",
        "end",
        "cancel",
        "revoke",
        "opt out",
        "optout",
    )
)
START = frozenset(("start", "unstop"))
UNDELIVERED = ("failed", "undelivered")


class Call(NamedTuple):
    """A call as it was told of. `missed` is how it ended if nobody took it, else empty."""

    provider_id: str
    number: str
    called: str
    missed: str
    seconds: int


class Text(NamedTuple):
    """A text as it came in. `keyword` is stop, start or empty; `is_answered` when the provider has replied to that."""

    provider_id: str
    number: str
    text: str
    keyword: str
    is_answered: bool = False


class Report(NamedTuple):
    """What became of a text of ours: None where that is not settled yet."""

    is_delivered: bool | None
    why: str
    provider_id: str
    has_opted_out: bool = False


def twilio_call(fields: Mapping[str, str]) -> Call:
    """A status callback, or the end of a <Dial>, which knows better whether somebody took the call."""
    status = fields.get("DialCallStatus") or fields.get("CallStatus", "")
    if fields.get("AnsweredBy", "").startswith("machine"):
        status = "voicemail"
    seconds = fields.get("DialCallDuration") or fields.get("CallDuration", "")
    return Call(
        _id(fields.get("CallSid"), "CallSid"),
        _short(fields.get("From")),
        _short(fields.get("To")),
        _missed(status),
        _seconds(seconds, "CallDuration"),
    )


def call_of(said: Mapping[str, Any], hook_id: str) -> Call:
    """{"from", "to", "status", "seconds", "id"}: all but "from" and "status" may be left out."""
    return Call(
        _id(said.get("id") or hook_id, "id"),
        _short(_needed(said, "from")),
        _short(said.get("to")),
        _missed(_needed(said, "status")),
        _seconds(said.get("seconds"), "seconds"),
    )


def twilio_text(fields: Mapping[str, str]) -> Text:
    """An incoming message; Twilio answers STOP and START by itself where it says so."""
    text, opted = _text(fields.get("Body", "")), fields.get("OptOutType", "").lower()
    keyword = opted if opted in ("stop", "start") else keyword_of(text)
    return Text(
        _id(fields.get("MessageSid"), "MessageSid"), _short(fields.get("From")), text, keyword, bool(opted)
    )


def text_of(said: Mapping[str, Any], hook_id: str) -> Text:
    """{"from", "text", "id"}: "id" may be left out."""
    text = _text(_needed(said, "text"))
    return Text(_id(said.get("id") or hook_id, "id"), _short(_needed(said, "from")), text, keyword_of(text))


def twilio_report(fields: Mapping[str, str]) -> Report:
    """A status callback of a message."""
    code = _short(fields.get("ErrorCode"))
    status, why = fields.get("MessageStatus", ""), f"error {code}" if code else ""
    report = _report(status, why, fields.get("MessageSid"))
    return report._replace(has_opted_out=code == str(TWILIO_OPTED_OUT))


def report_of(said: Mapping[str, Any]) -> Report:
    """{"status", "error", "id"}: "status" is delivered or failed, all else is no news."""
    return _report(_needed(said, "status"), said.get("error"), said.get("id"))


def keyword_of(text: str) -> str:
    """ "stop" or "start" where the whole text says so."""
    said = " ".join(text.strip(" \n.!\"'").casefold().split())
    return "stop" if said in STOP else "start" if said in START else ""


def _report(status: str, why: Any, provider_id: Any) -> Report:
    said = status.lower()
    if said not in ("delivered", *UNDELIVERED):
        return Report(None, "", "")
    reason = f": {_short(why, 300)}" if why else ""
    sentence = "" if said == "delivered" else f"The provider could not deliver it{reason}."
    return Report(said == "delivered", sentence, _short(provider_id))


def _missed(status: Any) -> str:
    return MISSED.get(_short(status).lower().replace("_", "-"), "")


def _needed(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Invalid(f'"{name}" has to be a text, and may not be empty.', name)
    return value


def _id(value: Any, name: str) -> str:
    if not isinstance(value, str) or not PROVIDER_ID.fullmatch(value):
        raise Invalid(f'"{name}" has to be a text of at most 120 letters, digits and signs.', name)
    return value


def _seconds(value: Any, name: str) -> int:
    text = str(value) if value not in (None, "") else "0"
    if isinstance(value, bool) or not text.isascii() or not text.isdecimal() or len(text) > 6:
        raise Invalid(f'"{name}" has to be a whole number.', name)
    return int(text)


def _short(value: Any, most: int = LONGEST_NUMBER) -> str:
    return " ".join(_text(value).split())[:most] if isinstance(value, str) else ""


def _text(value: str) -> str:
    """Without what no database stores: control characters, and halves of letters."""
    whole = value.encode("utf-8", "ignore").decode()
    lines = whole.replace("\r\n", "\n")
    return "".join(each for each in lines if each == "\n" or unicodedata.category(each) != "Cc")[
        :LONGEST_TEXT
    ]
