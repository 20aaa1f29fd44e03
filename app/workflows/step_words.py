"""A step in words: what it is, what it is set to, what came of it. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from .. import zones
from ..amounts import length_words, plural
from ..calendars.hours import clock_text
from ..localtime import Reader
from . import conditions
from .kinds import STEPS
from .known import GONE, Known
from .models import StepState
from .steps import Step

MOST_SHOWN = 140  # letters of a message in a list of steps


def title_of(step: Step) -> str:
    """ "Send e-mail"; for an `if` what it asks stands beside it."""
    return STEPS[step.kind].verb if step.kind in STEPS else step.kind.replace("_", " ").capitalize()


def summary_of(step: Step, known: Known, reader: Reader) -> str:
    """The step's options in one line."""
    say = _SUMMARIES.get(step.kind)
    return say(step.options, known, reader) if say else ""


def output_words(step: Step, row: Any) -> str:
    """What came of a step, beside the link and the message that stand as links."""
    if step.kind == "if" and row.state == StepState.DONE:
        return "It was so" if row.holds else "It was not so"
    return str(row.output.get("value", "")) if step.kind == "set_field" else ""


def _link(options: Mapping[str, Any], known: Known, _reader: Reader) -> str:
    days = options.get("expires_days")
    said = [
        _calendar(options, known) or "no calendar chosen",
        f"expires after {plural(days, 'day')}" if days else "",
        "with recipient check" if options.get("checks_recipient") else "",
    ]
    return ", ".join(filter(None, said))


def _message(options: Mapping[str, Any], known: Known, _reader: Reader) -> str:
    own = _calendar(options, known)
    said = _short(options.get("subject") or options.get("text")) or "nothing written yet"
    return f"{said} (with a link of {own})" if own else said


def _wait(options: Mapping[str, Any], _known: Known, reader: Reader) -> str:
    length = length_words(options.get("minutes") or 0)
    if options.get("until") == "date":
        if not options.get("on"):
            return "until a date"
        day = reader.day(date.fromisoformat(options["on"]), month="short", year=True)
        return f"until {day} {clock_text(options.get('at') or 0)} {zones.city(options['tz'])}"
    return {
        "before_booking": f"until {length} before the booking",
        "after_booking": f"until {length} after the booking",
        "link_used": f"until the link is used, at most {length}",
    }.get(options.get("until") or "", length)


def _if(options: Mapping[str, Any], known: Known, _reader: Reader) -> str:
    return conditions.words(options, known.fields)


def _tag(options: Mapping[str, Any], _known: Known, _reader: Reader) -> str:
    return options.get("tag") or "no tag chosen"


def _field(options: Mapping[str, Any], known: Known, _reader: Reader) -> str:
    name = known.fields.get(options.get("field") or "", GONE)
    return f"{name}: {options.get('value') or 'empty'}"


def _stage(options: Mapping[str, Any], known: Known, _reader: Reader) -> str:
    return known.stages.get(options.get("stage_id") or 0, "no stage chosen")


def _notify(options: Mapping[str, Any], known: Known, _reader: Reader) -> str:
    who = known.members.get(options.get("user_id") or 0, "nobody chosen")
    return f"{who}: {_short(options.get('text')) or 'nothing written yet'}"


def _webhook(options: Mapping[str, Any], _known: Known, _reader: Reader) -> str:
    return options.get("url") or "no address yet"


def _short(text: str | None) -> str:
    """As much of it as tells which one it is."""
    said = text or ""
    return said if len(said) <= MOST_SHOWN else f"{said[:MOST_SHOWN].rstrip()}…"


def _calendar(options: Mapping[str, Any], known: Known) -> str:
    chosen = options.get("calendar_id")
    if not chosen:
        return ""
    return known.calendars[chosen].name if chosen in known.calendars else GONE


_SUMMARIES = {
    "create_link": _link,
    "send_email": _message,
    "send_sms": _message,
    "wait": _wait,
    "if": _if,
    "add_tag": _tag,
    "remove_tag": _tag,
    "set_field": _field,
    "move_stage": _stage,
    "notify": _notify,
    "webhook": _webhook,
}
