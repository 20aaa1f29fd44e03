"""A booking in its contact's words: where it takes place, and how it stands in their calendar. Pure."""

from ..calendars.models import LocationKind
from ..scheduling.ical import CalendarEntry, Person
from . import endings
from .models import Booking


def place_before(kind: LocationKind, detail: str, host_name: str) -> str:
    """What the picker says: enough to decide by, nothing that is only for those who booked."""
    return {
        LocationKind.VIDEO: "Video call, with the link after you book",
        LocationKind.HOST_CALLS: f"Phone: {host_name} calls you",
        LocationKind.CONTACT_CALLS: f"Phone: you call {host_name}",
        LocationKind.IN_PERSON: detail or "In person",
        LocationKind.CUSTOM: detail or f"As arranged with {host_name}",
    }[kind]


def place_after(location: dict[str, str], host_name: str, phone: str) -> str:
    """What a booking says, from its own copy of the location."""
    detail = location.get("detail", "")
    kind = LocationKind(location.get("kind", LocationKind.CUSTOM))
    return {
        LocationKind.VIDEO: detail or f"Video call; {host_name} sends you the link",
        LocationKind.HOST_CALLS: f"{host_name} calls you on {phone}".removesuffix(" on "),
        LocationKind.CONTACT_CALLS: f"You call {host_name}{f' on {detail}' if detail else ''}",
        LocationKind.IN_PERSON: detail or "In person",
        LocationKind.CUSTOM: detail or f"As arranged with {host_name}",
    }[kind]


def contacts_entry(booking: Booking, host: Person, manage_url: str | None = None) -> CalendarEntry:
    """The booking as its contact's calendar shows it; `manage_url` only for a copy that goes to the contact alone."""
    return CalendarEntry(
        uid=booking.uid,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary=f"{booking.calendar.name} with {host.name}",
        organizer=host,
        attendee=Person(booking.name, booking.email),
        location=place_after(booking.location, host.name, booking.phone),
        description=f"Reference: {booking.reference}",
        manage_url=manage_url,
        comment=endings.remark(booking, host.name),
    )
