"""What a mail says, before it is put into templates and onto the wire. Pure."""

from dataclasses import dataclass, field
from typing import NamedTuple

from ..scheduling.ical import Method, Person


class Overtaken(Exception):
    """There is nothing to say any more; the text is a sentence that says why."""


class Fact(NamedTuple):
    """A line of the table. What people typed finds its own direction; `is_linked` makes addresses in it pressable."""

    label: str
    text: str
    is_linked: bool = False


class Action(NamedTuple):
    """Something to press: in plain text "label: address"."""

    label: str
    address: str


@dataclass(frozen=True)
class CalendarFile:
    """The invitation that goes along; `method` stands in the file too."""

    method: Method
    content: bytes


@dataclass(frozen=True)
class Letter:
    """One mail: subject, heading, opening paragraphs, a table of facts, what to press, a last word.

    `reason` says at the foot why somebody gets it. `template` names the pair email/<template>.txt and .html, for
    letters that are built otherwise.
    """

    subject: str
    title: str
    opening: str = ""
    facts: list[Fact] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    closing: str = ""
    reason: str = ""
    reply_to: Person | None = None
    thread: str | None = None  # a booking's uid: its mails stand together
    calendar: CalendarFile | None = None
    unsubscribe: str | None = None  # takes a one-click POST
    template: str = "letter"
