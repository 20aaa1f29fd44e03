"""What keeps a workflow from being published: each fault with the step it is in. Pure: what exists comes in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import conditions, values
from .kinds import BY_PHONE, OVER_LINKS, ROUND_BOOKING, STEPS, TRIGGERS, knows
from .path import before, makes_link
from .steps import DEEPEST, MOST_STEPS, Definition, Place, Step, places

A_DAY = 1440
LONGEST_MINUTES = 366 * A_DAY
NO_CALENDAR = "Choose the calendar that the link books."


class CalendarNow(NamedTuple):
    """A calendar as a workflow depends on it."""

    name: str
    is_on: bool


@dataclass(frozen=True)
class Known:
    """What the workspace has now, by id or key: names that steps may refer to."""

    calendars: Mapping[int, CalendarNow] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[int, str] = field(default_factory=dict)
    forms: Mapping[int, str] = field(default_factory=dict)
    stages: Mapping[int, str] = field(default_factory=dict)


class Fault(NamedTuple):
    """One thing to put right. Without a key it is about the trigger, or the workflow as a whole."""

    key: str
    sentence: str


def faults(definition: Definition, known: Known) -> list[Fault]:
    """All of them, in the order of the page; an empty list may be published."""
    every = list(places(definition.steps))
    found = [Fault("", sentence) for sentence in _of_trigger(definition, known)]
    if not every:
        found.append(Fault("", "There is no step yet. Add at least one."))
    if len(every) > MOST_STEPS:
        found.append(Fault("", f"There can be {MOST_STEPS} steps at most."))
    for at, place in enumerate(every):
        found += [
            Fault(place.step.key, f"Step {place.number} ({title_of(place.step)}): {sentence}")
            for sentence in _of_step(place, every[:at], definition, known)
        ]
    return found


def title_of(step: Step) -> str:
    """ "Send e-mail"."""
    return STEPS[step.kind].title if step.kind in STEPS else step.kind


def _of_trigger(definition: Definition, known: Known) -> Iterator[str]:
    kind, filters = TRIGGERS.get(definition.trigger), definition.filters
    if kind is None:
        yield "Choose what starts this workflow."
        return
    if "minutes" in kind.filters and not 0 < (filters.get("minutes") or 0) <= LONGEST_MINUTES:
        yield "Trigger: say after what time, or how long before."
    for name, there in (
        ("calendar_id", known.calendars),
        ("form_id", known.forms),
        ("stage_id", known.stages),
    ):
        if name in kind.filters and filters.get(name) and filters[name] not in there:
            yield f"Trigger: the {name.partition('_')[0]} that was chosen is no longer there."


def _of_step(place: Place, earlier: list[Place], definition: Definition, known: Known) -> Iterator[str]:
    if len(place.above) > DEEPEST:
        yield f"an If can stand in at most {DEEPEST} others."
    check = _CHECKS.get(place.step.kind)
    if check is None:
        yield "this version of Slotkey has no such step."
        return
    yield from check(_Checked(place.step.options, place, list(before(place, earlier)), definition, known))


class _Checked(NamedTuple):
    options: Mapping[str, Any]
    place: Place
    done: list[Step]
    definition: Definition
    known: Known

    @property
    def makes_link(self) -> bool:
        return any(makes_link(step) for step in self.done)

    @property
    def has_link(self) -> bool:
        return knows(self.definition.trigger, "link") or self.makes_link

    @property
    def has_over_link(self) -> bool:
        return self.definition.trigger in OVER_LINKS and not self.makes_link

    @property
    def has_booking(self) -> bool:
        return knows(self.definition.trigger, "booking") or self.has_link


def _link(checked: _Checked) -> Iterator[str]:
    yield from _calendar(checked.options.get("calendar_id"), checked.known)
    if checked.options.get("checks_recipient") and not _has_email(checked):
        yield "the recipient check needs an e-mail address, and a contact who calls may have none."


def _calendar(calendar_id: int | None, known: Known) -> Iterator[str]:
    if not calendar_id:
        yield NO_CALENDAR
    elif calendar_id not in known.calendars:
        yield "the calendar that was chosen is no longer there."
    elif not known.calendars[calendar_id].is_on:
        yield f"the calendar {known.calendars[calendar_id].name} is switched off, so its links open for nobody."


def _email(checked: _Checked) -> Iterator[str]:
    subject, text = checked.options.get("subject") or "", checked.options.get("text") or ""
    if not subject:
        yield "enter a subject."
    yield from _message(checked, subject, text)
    if not _has_email(checked):
        yield (
            "the e-mail address may be missing, as the contact has called or sent an SMS. "
            "Put this step in an If that asks whether E-mail is filled in."
        )


def _sms(checked: _Checked) -> Iterator[str]:
    yield from _message(checked, checked.options.get("text") or "")


def _message(checked: _Checked, *texts: str) -> Iterator[str]:
    if not texts[-1]:
        yield "enter what it says."
    yield from _values(checked, *texts)
    calendar_id = checked.options.get("calendar_id")
    if values.needs_link(*texts) and not calendar_id and checked.has_over_link:
        yield "the link that started this is over by then. Choose a calendar, so that this step makes a new one."
    elif _depends_on_calendar(checked, *texts):
        yield from _calendar(calendar_id, checked.known)


def _depends_on_calendar(checked: _Checked, *texts: str) -> bool:
    """True when the message names a link or a calendar, which it has to choose, or has chosen."""
    needs_link = values.needs_link(*texts)
    has_one = checked.has_link if needs_link else checked.has_booking
    names_one = needs_link or values.needs_calendar(*texts)
    return names_one and bool(checked.options.get("calendar_id") or not has_one)


def _values(checked: _Checked, *texts: str) -> Iterator[str]:
    for name in values.unknown(texts, checked.known.fields):
        if name in ("{{", "}}"):
            yield f"a value has to stand between {{{{ and }}}}; one half is missing ({name})."
        else:
            yield f"there is no value {{{{ {name} }}}}."
    if values.needs_booking(*texts) and not checked.has_booking:
        yield "it tells of a booking, and there is none when this workflow starts."


def _wait(checked: _Checked) -> Iterator[str]:
    options = checked.options
    kind, minutes = options.get("until"), options.get("minutes") or 0
    if kind == "date":
        if not options.get("on"):
            yield "enter the date."
        return
    if not 0 < minutes <= LONGEST_MINUTES:
        yield "enter how long, up to a year."
    if kind in ROUND_BOOKING and not checked.has_booking:
        yield "it waits for a booking, and there is none when this workflow starts."
    if kind == "link_used" and not checked.has_link:
        yield "it waits for a link, and no step before it makes one."


def _if(checked: _Checked) -> Iterator[str]:
    options, about, value = checked.options, checked.options.get("about"), checked.options.get("value")
    if about == "field":
        if options.get("field") not in {*conditions.OWN_FIELDS, *checked.known.fields}:
            yield "choose the field it looks at."
        if options.get("is") not in conditions.WITHOUT_VALUE and not value:
            yield "enter what the field is compared with."
    elif about == "tag" and not value:
        yield "enter the tag."
    elif about == "link" and not checked.has_link:
        yield "it looks at a link, and no step before it makes one."
    elif about == "booking" and not checked.has_booking:
        yield "it looks at a booking, and there is none when this workflow starts."
    if not checked.place.step.then and not checked.place.step.otherwise:
        yield "there is no step in it."


def _tag(checked: _Checked) -> Iterator[str]:
    if not checked.options.get("tag"):
        yield "enter the tag."


def _field(checked: _Checked) -> Iterator[str]:
    if checked.options.get("field") not in checked.known.fields:
        yield "choose the field it sets."
    value = checked.options.get("value") or ""
    if values.uses(value, [values.ONE_TIME_LINK]):
        yield "the one-time link is for messages: its address is stored nowhere."
    yield from _values(checked, value)


def _stage(checked: _Checked) -> Iterator[str]:
    if checked.options.get("stage_id") not in checked.known.stages:
        yield "choose the stage."


def _notify(checked: _Checked) -> Iterator[str]:
    if checked.options.get("user_id") not in checked.known.members:
        yield "choose who is told."
    text = checked.options.get("text") or ""
    if not text:
        yield "enter what it says."
    if values.uses(text, [values.ONE_TIME_LINK]):
        yield "the one-time link is for the contact alone, so nobody else is sent it."
    yield from _values(checked, text)


def _webhook(checked: _Checked) -> Iterator[str]:
    if not checked.options.get("url"):
        yield "enter the address that is called."


def _stop(_checked: _Checked) -> Iterator[str]:
    yield from ()


def _has_email(checked: _Checked) -> bool:
    """Known to be there when the run comes here: only a call or an SMS may come without."""
    asks = {"about": "field", "field": "email", "is": "is_filled"}
    is_asked = any(
        holds and all(step.options.get(name) == value for name, value in asks.items())
        for step, holds in checked.place.above
    )
    return checked.definition.trigger not in BY_PHONE or is_asked


_CHECKS: dict[str, Callable[[_Checked], Iterator[str]]] = {
    "create_link": _link,
    "send_email": _email,
    "send_sms": _sms,
    "wait": _wait,
    "if": _if,
    "add_tag": _tag,
    "remove_tag": _tag,
    "set_field": _field,
    "move_stage": _stage,
    "notify": _notify,
    "webhook": _webhook,
    "stop": _stop,
}
