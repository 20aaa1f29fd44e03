"""A workflow in words, for its pages. Pure."""

from collections.abc import Mapping
from typing import Any

from .. import zones
from ..amounts import length_words
from ..calendars.hours import clock_text
from .kinds import TRIGGERS
from .known import GONE, Known
from .models import RunState, StepState
from .steps import Definition, Window

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
