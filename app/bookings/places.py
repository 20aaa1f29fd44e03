"""Where a booking takes place, in each side's words, and how it stands in its contact's calendar. Pure."""

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
    """What a booking says to its contact, from its own copy of the location."""
    return _place(
        location,
        phone,
        video=f"Video call; {host_name} sends you the link",
        host_calls=f"{host_name} calls you",
        contact_calls=f"You call {host_name}",
        otherwise=f"As arranged with {host_name}",
    )


def place_of(booking: Booking, host_name: str) -> str:
    """What it says to its host, from the same copy: the calendar may have moved since."""
    return _place(
        booking.location,
        booking.phone,
        video="Video call",
        host_calls=f"{host_name} calls {booking.name}",
        contact_calls=f"{booking.name} calls {host_name}",
        otherwise="As arranged",
    )


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


def _place(
    location: dict[str, str], phone: str, *, video: str, host_calls: str, contact_calls: str, otherwise: str
) -> str:
    detail = location.get("detail", "")
    return {
        LocationKind.VIDEO: detail or video,
        LocationKind.HOST_CALLS: f"{host_calls} on {phone}" if phone else host_calls,
        LocationKind.CONTACT_CALLS: f"{contact_calls} on {detail}" if detail else contact_calls,
        LocationKind.IN_PERSON: detail or "In person",
        LocationKind.CUSTOM: detail or otherwise,
    }[LocationKind(location.get("kind", LocationKind.CUSTOM))]
