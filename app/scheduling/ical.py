"""Bookings as iCalendar files (RFC 5545), and as iTIP messages (RFC 5546) for mails."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

if TYPE_CHECKING:
    from icalendar import Calendar, Event, vCalAddress

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]
Status = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]

_PRODUCT = "-//Slotkey//Slotkey//EN"
# Everything some parser takes for the end of a line, so that no text can begin a line of its own.
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# A parameter cannot hold a double quote, and programs differ in what these two do to the next character there.
_PARAMETER = re.compile(r"[\\^]")


@dataclass(frozen=True)
class Person:
    """Whom a booking brings together."""

    name: str
    email: str


@dataclass(frozen=True)
class CalendarEntry:
    """One booking as calendars show it to one reader. Instants are aware; texts may hold anything.

    `uid` stays for life. `manage_url` is that reader's own secret: None in the other's copy.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    organizer: Person
    attendee: Person
    location: str = ""
    description: str = ""
    manage_url: str | None = None
    comment: str = ""


def booking_ics(
    entry: CalendarEntry,
    stamped_at: datetime,
    *,
    method: Method = "PUBLISH",
    status: Status = "CONFIRMED",
    sequence: int = 0,
) -> bytes:
    """The whole file: UTF-8, CRLF, folded at 75 octets.

    `stamped_at` is when this text is made. The attendee stands in REQUEST and CANCEL only: RFC 5546 3.2.1
    allows none in PUBLISH, and calendars that see one offer to answer an invitation.
    """
    # Loading it would add a tenth to the app's start, and few requests need it.
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    event = _event(entry, stamped_at, status, sequence)
    if method != "PUBLISH":
        event.add("attendee", _invited(entry.attendee))
    return _written(calendar, event)


def one_line(text: str) -> str:
    """The text without control characters, all white space as single blanks."""
    return " ".join(plain(text).split())


def plain(text: str) -> str:
    """The text with newlines as its only line ends, and without control characters and lone surrogates."""
    return _NOT_TEXT.sub("", _LINE_ENDS.sub("\n", text))


def _event(entry: CalendarEntry, stamped_at: datetime, status: Status, sequence: int) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", one_line(entry.uid))
    event.add("sequence", sequence)
    event.add("dtstamp", _utc(stamped_at))
    event.add("dtstart", _utc(entry.starts_at))
    event.add("dtend", _utc(entry.ends_at))
    event.add("summary", one_line(entry.summary))
    event.add("status", status)
    event.add("transp", "OPAQUE")
    event.add("organizer", _address(entry.organizer))
    for name, text in _texts(entry):
        if text:
            event.add(name, text)
    if entry.manage_url:
        event.add("url", _printable(entry.manage_url))
    return event


def _texts(entry: CalendarEntry) -> tuple[tuple[str, str], ...]:
    return (
        ("location", one_line(entry.location)),
        ("description", _description(entry)),
        ("comment", one_line(entry.comment)),
    )


def _description(entry: CalendarEntry) -> str:
    manage = f"Change or cancel: {_printable(entry.manage_url)}" if entry.manage_url else ""
    return "\n\n".join(part for part in (plain(entry.description).strip(), manage) if part)


def _invited(attendee: Person) -> "vCalAddress":
    address = _address(attendee)
    # They have booked already, and nobody would read an answer.
    address.params.update(CUTYPE="INDIVIDUAL", ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED", RSVP="FALSE")
    return address


def _address(person: Person) -> "vCalAddress":
    from icalendar import vCalAddress

    address = vCalAddress(f"mailto:{_printable(person.email)}")
    address.params["CN"] = _PARAMETER.sub("", one_line(person.name).replace('"', "'")) or one_line(
        person.email
    )
    return address


def _printable(address: str) -> str:
    """Addresses are written as they stand, so whatever could end a line or a value is percent-encoded."""
    return quote(address.encode("utf-8", "replace"), safe="!#$%&'*+-./:=?@^_`{|}~")


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return instant.astimezone(UTC)


def _written(calendar: "Calendar", event: "Event") -> bytes:
    calendar.add_component(event)
    return calendar.to_ical()
