"""What happened to a contact, in order: events of the contact, of their bookings and links, and the messages to them.

Pure but for the reading. Features below this one put the names of their events into `SAID` and `TONES`, what stands
beside them into `DETAILS`, and what says nothing to people into `UNTOLD`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..links import timeline as links
from .models import ContactSource
from .words import SOURCE_WORDS

FIELDS = {"name": "name", "email": "e-mail", "phone": "phone"}
SAID = {
    **links.SAID,
    "link_created": "One-time link created",
    "link_changed": "One-time link changed",
    "link_deleted": "One-time link deleted",
    "contact_created": "Added",
    "contact_changed": "Details changed",
    "contact_merged": "Merged with another contact",
    "contact_opted_out": "Wants no more messages",
    "contact_opted_in": "Wants messages again",
    "contact_note_added": "Note added",
    "contact_note_changed": "Note changed",
    "contact_note_removed": "Note removed",
    "tag_added": "Tag added",
    "tag_removed": "Tag removed",
}
UNTOLD: set[str] = set()  # names of events that are the machinery's own
TONES = {**links.TONES, "contact_created": "good"}
Describe = Callable[[Any], str]


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `detail` may be empty; `address` leads to what it is about."""

    at: datetime
    text: str
    detail: str = ""
    tone: str = ""
    address: str | None = None


def entry_of(
    event: Any, names: Mapping[int, str], calendars: Mapping[int, str], address: str | None
) -> Entry:
    """The line of one event. `names` are the people who may have acted, by id."""
    text = SAID.get(event.name, event.name.replace("_", " ").capitalize())
    if event.name == "booking_created" and event.data.get("status") == "tentative":
        text = "Asked for a time"
    if links.is_withdrawal(event):
        text = links.WITHDRAWN
    by = f" by {names[event.actor_id]}" if event.actor_id in names else ""
    calendar = calendars.get(event.calendar_id, "")
    detail = " · ".join(filter(None, (calendar, _detail(event))))
    return Entry(event.at, f"{text}{by}", detail, TONES.get(event.name, ""), address)


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Newest first."""
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _detail(event: Any) -> str:
    describe = DETAILS.get(event.name)
    return describe(event) if describe else event.data.get("reason", "")


def _source(event: Any) -> str:
    said = event.data.get("source", "")
    return SOURCE_WORDS[ContactSource(said)] if said in set(ContactSource) else ""


def _changed(event: Any) -> str:
    own = [f"“{key}”" for key in event.data.get("fields", ())]
    return ", ".join([FIELDS.get(name, name) for name in event.data.get("changed", ())] + own)


DETAILS: dict[str, Describe] = {
    "contact_created": _source,
    "contact_changed": _changed,
    "contact_opted_out": lambda event: event.data.get("channel", ""),
    "contact_opted_in": lambda event: event.data.get("channel", ""),
    "tag_added": lambda event: event.data.get("tag", ""),
    "tag_removed": lambda event: event.data.get("tag", ""),
}
