"""A workflow in words, for its pages. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from .. import zones
from ..amounts import length_words, plural
from ..calendars.hours import clock_text
from ..localtime import Reader
from . import conditions
from .checks import Known
from .kinds import STEPS, TRIGGERS
from .models import RunState, StepState
from .steps import Definition, Step, Window

# State -> word and tone of its chip.
RUN_CHIPS = {
    RunState.WAITING: ("Under way", "used"),
    RunState.DONE: ("Done", "active"),
    RunState.FAILED: ("Failed", "danger"),
    RunState.STOPPED: ("Stopped", "neutral"),
}
STEP_CHIPS = {
    StepState.WAITING: ("Waiting", "used"),
    StepState.CALLING: ("Being called", "used"),
    StepState.DONE: ("Done", "active"),
    StepState.SKIPPED: ("Skipped", "neutral"),
    StepState.FAILED: ("Failed", "danger"),
}
SHORT_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
GONE = "(no longer there)"
MOST_SHOWN = 140  # letters of a message in a list of steps


def trigger_words(definition: Definition, known: Known) -> str:
    """ "Tag added: vip", "2 hours before a booking of Intro call"."""
    kind, filters = TRIGGERS.get(definition.trigger), definition.filters
    if kind is None:
        return "Nothing yet"
    about = [
        _filter_words(name, filters[name], known)
        for name in kind.filters
        if filters.get(name) and name != "minutes"
    ]
    title = kind.title
    if "minutes" in kind.filters and filters.get("minutes"):
        title = _timed_title(definition.trigger, length_words(filters["minutes"]))
    return f"{title}: {', '.join(about)}" if about else title


def started_words(kind: str) -> str:
    """What started a run: "Tag added", "Somebody, by hand"."""
    if kind == "by_hand":
        return "Somebody, by hand"
    return TRIGGERS[kind].title if kind in TRIGGERS else kind.replace("_", " ").capitalize()


def output_words(step: Step, row: Any) -> str:
    """What came of a step, beside the link and the message that stand as links."""
    if step.kind == "if" and row.state == StepState.DONE:
        return "It was so" if row.holds else "It was not so"
    return str(row.output.get("value", "")) if step.kind == "set_field" else ""


def title_of(step: Step) -> str:
    """ "Send e-mail"; for an `if` what it asks stands beside it."""
    return STEPS[step.kind].verb if step.kind in STEPS else step.kind.replace("_", " ").capitalize()


def summary_of(step: Step, known: Known, reader: Reader) -> str:
    """The step's options in one line."""
    say = _SUMMARIES.get(step.kind)
    return say(step.options, known, reader) if say else ""


def window_words(window: Window) -> str:
    """ "Mon, Tue 09:00 to 18:00, Berlin"."""
    days = ", ".join(SHORT_DAYS[day] for day in window.days)
    whose = f"{zones.city(window.tz)} time" + (", or the contact's own" if window.is_contacts else "")
    return f"{days} {clock_text(window.start)} to {clock_text(window.end)}, {whose}"


def settings_words(definition: Definition) -> list[str]:
    """What holds for runs, a sentence each."""
    settings = definition.settings
    said = ["A contact may come in again." if settings.reentry else "Each contact goes through it once."]
    if settings.stop_on_reply:
        said.append("A reply by SMS ends the run.")
    if settings.stop_on_booking:
        said.append("A booking ends the run.")
    if settings.supersede:
        said.append("A new link replaces older unused ones.")
    if settings.window:
        said.append(f"Messages go {window_words(settings.window)}.")
    return said


def count_words(counts: Mapping[StepState, int]) -> str:
    """ "3 waiting, 12 done, 1 failed"; empty when no run has come here."""
    named = (
        (StepState.WAITING, "waiting"),
        (StepState.CALLING, "being called"),
        (StepState.DONE, "done"),
        (StepState.SKIPPED, "skipped"),
        (StepState.FAILED, "failed"),
    )
    return ", ".join(f"{counts[state]:,} {word}" for state, word in named if counts.get(state))


def _timed_title(kind: str, length: str) -> str:
    return {
        "before_booking": f"{length} before a booking",
        "after_booking": f"{length} after a booking",
        "link_not_opened": f"Link not opened for {length}",
        "link_not_booked": f"Link opened, and not booked for {length}",
    }[kind]


def _filter_words(name: str, value: Any, known: Known) -> str:
    if name == "calendar_id":
        return known.calendars[value].name if value in known.calendars else GONE
    if name in ("form_id", "stage_id"):
        return {"form_id": known.forms, "stage_id": known.stages}[name].get(value, GONE)
    return str(value)


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
