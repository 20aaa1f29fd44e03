"""What is wrong with a step, by its kind: sentences that go on from its name. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from . import conditions, values
from .kinds import BY_PHONE, OVER_LINKS, ROUND_BOOKING, knows
from .known import Known
from .path import makes_link
from .steps import LONGEST_MINUTES, Definition, Place, Step

NO_CALENDAR = "choose the calendar that the link books."


class Checked(NamedTuple):
    """A step where it stands, with the steps that a run may have done before it."""

    options: Mapping[str, Any]
    place: Place
    done: list[Step]
    definition: Definition
    known: Known

    @property
    def makes_link(self) -> bool:
        """A step before it does."""
        return any(makes_link(step) for step in self.done)

    @property
    def has_link(self) -> bool:
        """One is there when the run comes here."""
        return knows(self.definition.trigger, "link") or self.makes_link

    @property
    def has_over_link(self) -> bool:
        """The only one that is there books no more."""
        return self.definition.trigger in OVER_LINKS and not self.makes_link

    @property
    def has_booking(self) -> bool:
        """One is there, or may be by then."""
        return knows(self.definition.trigger, "booking") or self.has_link


def _link(checked: Checked) -> Iterator[str]:
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


def _email(checked: Checked) -> Iterator[str]:
    subject, text = checked.options.get("subject") or "", checked.options.get("text") or ""
    if not subject:
        yield "enter a subject."
    yield from _message(checked, subject, text)
    if not _has_email(checked):
        yield (
            "the e-mail address may be missing, as the contact has called or sent an SMS. "
            "Put this step in an If that asks whether E-mail is filled in."
        )


def _sms(checked: Checked) -> Iterator[str]:
    yield from _message(checked, checked.options.get("text") or "")


def _message(checked: Checked, *texts: str) -> Iterator[str]:
    if not texts[-1]:
        yield "enter what it says."
    yield from _values(checked, *texts)
    calendar_id = checked.options.get("calendar_id")
    if values.needs_link(*texts) and not calendar_id and checked.has_over_link:
        yield "the link that started this is over by then. Choose a calendar, so that this step makes a new one."
    elif _depends_on_calendar(checked, *texts):
        yield from _calendar(calendar_id, checked.known)


def _depends_on_calendar(checked: Checked, *texts: str) -> bool:
    """True when the message names a link or a calendar, which it has to choose, or has chosen."""
    needs_link = values.needs_link(*texts)
    has_one = checked.has_link if needs_link else checked.has_booking
    names_one = needs_link or values.needs_calendar(*texts)
    return names_one and bool(checked.options.get("calendar_id") or not has_one)


def _values(checked: Checked, *texts: str) -> Iterator[str]:
    for name in values.unknown(texts, checked.known.fields):
        if name in ("{{", "}}"):
            yield f"a value has to stand between {{{{ and }}}}; one half is missing ({name})."
        else:
            yield f"there is no value {{{{ {name} }}}}."
    if values.needs_booking(*texts) and not checked.has_booking:
        yield "it tells of a booking, and there is none when this workflow starts."


def _wait(checked: Checked) -> Iterator[str]:
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


def _if(checked: Checked) -> Iterator[str]:
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


def _tag(checked: Checked) -> Iterator[str]:
    if not checked.options.get("tag"):
        yield "enter the tag."


def _field(checked: Checked) -> Iterator[str]:
    if checked.options.get("field") not in checked.known.fields:
        yield "choose the field it sets."
    value = checked.options.get("value") or ""
    if values.uses(value, [values.ONE_TIME_LINK]):
        yield "the one-time link is for messages: its address is stored nowhere."
    yield from _values(checked, value)


def _stage(checked: Checked) -> Iterator[str]:
    if checked.options.get("stage_id") not in checked.known.stages:
        yield "choose the stage."


def _notify(checked: Checked) -> Iterator[str]:
    if checked.options.get("user_id") not in checked.known.members:
        yield "choose who is told."
    text = checked.options.get("text") or ""
    if not text:
        yield "enter what it says."
    if values.uses(text, [values.ONE_TIME_LINK]):
        yield "the one-time link is for the contact alone, so nobody else is sent it."
    yield from _values(checked, text)


def _webhook(checked: Checked) -> Iterator[str]:
    if not checked.options.get("url"):
        yield "enter the address that is called."


def _stop(_checked: Checked) -> Iterator[str]:
    yield from ()


def _has_email(checked: Checked) -> bool:
    """Known to be there when the run comes here: only a call or an SMS may come without."""
    asks = {"about": "field", "field": "email", "is": "is_filled"}
    is_asked = any(
        holds and all(step.options.get(name) == value for name, value in asks.items())
        for step, holds in checked.place.above
    )
    return checked.definition.trigger not in BY_PHONE or is_asked


CHECKS: dict[str, Callable[[Checked], Iterator[str]]] = {
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
