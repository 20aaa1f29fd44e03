"""A booking as its contact sees it: what stands on the page, in calendar files and behind the calendar links. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ..bookings.manage import Managed
from ..bookings.models import Booking, BookingStatus
from ..bookings.places import contacts_entry, place_after
from ..calendar_links import CalendarLink, calendar_links
from ..localtime import Reader
from ..scheduling.ical import CalendarEntry, Person, booking_ics
from .doors import Host
from .expired import contact_of
from .slot_words import SlotView, SlotWords


class State(Enum):
    """What the page is about."""

    BOOKED = "booked"
    PAST = "past"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Confirmation:
    """The page's values; `links` is empty once there is nothing to put into a calendar."""

    state: State
    title: str
    slot: SlotView
    place: str
    reference: str
    links: list[CalendarLink]
    contact: tuple[str, str, str] | None


def confirmation(managed: Managed, reader: Reader, now: datetime) -> Confirmation:
    """The page of one booking, in the words of whoever reads it."""
    booking, state = managed.booking, state_of(managed.booking, now)
    words = SlotWords(reader, booking.calendar.tz, booking.ends_at - booking.starts_at)
    return Confirmation(
        state=state,
        title=_title(state, reader.day(booking.starts_at, weekday=None)),
        slot=words.slot(int(booking.starts_at.timestamp())),
        place=_place(managed),
        reference=booking.reference,
        links=calendar_links(_entry(managed)) if state == State.BOOKED else [],
        contact=contact_of(booking.calendar, Host(managed.host.name, managed.host.email), managed.host.name),
    )


def state_of(booking: Booking, now: datetime) -> State:
    """Cancelled stays cancelled after its time."""
    if booking.status == BookingStatus.CANCELLED:
        return State.CANCELLED
    return State.PAST if booking.ends_at <= now else State.BOOKED


def calendar_file(managed: Managed, now: datetime) -> bytes:
    """The booking as an .ics file."""
    is_off = managed.booking.status == BookingStatus.CANCELLED
    return booking_ics(
        _entry(managed),
        now,
        status="CANCELLED" if is_off else "CONFIRMED",
        sequence=managed.booking.sequence,
    )


def _entry(managed: Managed) -> CalendarEntry:
    return contacts_entry(managed.booking, Person(managed.host.name, managed.host.email))


def _place(managed: Managed) -> str:
    return place_after(managed.booking.location, managed.host.name, managed.booking.phone)


def _title(state: State, day: str) -> str:
    return {
        State.BOOKED: "You are booked",
        State.PAST: f"This booking was on {day}",
        State.CANCELLED: "This booking was cancelled",
    }[state]
