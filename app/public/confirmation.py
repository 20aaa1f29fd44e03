"""A booking as its contact sees it: what stands on the page, in calendar files and behind the calendar links."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ..amounts import length_words
from ..bookings.changeable import closes_at
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

    REQUESTED = "requested"  # the host has to answer first
    BOOKED = "booked"
    PAST = "past"
    DECLINED = "declined"
    EXPIRED = "expired"  # a request that was not answered in time
    WITHDRAWN = "withdrawn"  # a request, by its contact
    CANCELLED = "cancelled"

    @property
    def is_on(self) -> bool:
        """True while the time is the contact's, for certain or until it is answered."""
        return self in (State.REQUESTED, State.BOOKED)


@dataclass(frozen=True)
class Confirmation:
    """The page's values; `links` is empty unless there is something certain to put into a calendar.

    `may_change` is whether the contact may still change or cancel, `changes` the sentence that says until when, or
    why not.
    """

    state: State
    title: str
    slot: SlotView
    place: str
    reference: str
    links: list[CalendarLink]
    contact: tuple[str, str, str] | None
    may_change: bool
    changes: str


def confirmation(managed: Managed, reader: Reader, now: datetime) -> Confirmation:
    """The page of one booking, in the words of whoever reads it."""
    booking, state = managed.booking, state_of(managed.booking, now)
    host = Host(managed.host.name, managed.host.email, managed.host.tz)
    words = SlotWords(reader, host.tz, booking.ends_at - booking.starts_at)
    return Confirmation(
        state=state,
        title=_title(state, reader.day(booking.starts_at, weekday=None)),
        slot=words.slot(int(booking.starts_at.timestamp())),
        place=_place(managed),
        reference=booking.reference,
        links=calendar_links(_entry(managed)) if state == State.BOOKED else [],
        contact=contact_of(booking.calendar, host, host.name),
        may_change=may_change(booking, now),
        changes=_changes(booking, reader, now),
    )


def state_of(booking: Booking, now: datetime) -> State:
    """Cancelled stays cancelled after its time; a request ends with its last moment to be answered."""
    if booking.request_end:
        return State(booking.request_end.value)
    if booking.status == BookingStatus.CANCELLED:
        return State.CANCELLED
    if booking.status == BookingStatus.TENTATIVE:
        return State.REQUESTED if booking.is_waiting(now) else State.EXPIRED
    return State.PAST if booking.ends_at <= now else State.BOOKED


def may_change(booking: Booking, now: datetime) -> bool:
    """True while its contact may change or cancel it."""
    closes = closes_at(booking.starts_at, booking.calendar.cutoff_minutes)
    return now < closes and state_of(booking, now).is_on


def _changes(booking: Booking, reader: Reader, now: datetime) -> str:
    minutes = booking.calendar.cutoff_minutes
    until = reader.short(closes_at(booking.starts_at, minutes))
    before = f", {length_words(minutes)} before it begins" if minutes else ""
    if may_change(booking, now):
        return f"You can change or cancel it here until {until}{before}."
    if minutes and now < booking.starts_at:
        return f"It could be changed or cancelled here until {until}{before}."
    return "It has begun, so it can no longer be changed or cancelled here."


def calendar_file(managed: Managed, now: datetime) -> bytes:
    """The booking as an .ics file, TENTATIVE while it is a request."""
    booking = managed.booking
    return booking_ics(_entry(managed), now, status=booking.status.value.upper(), sequence=booking.sequence)


def _entry(managed: Managed) -> CalendarEntry:
    return contacts_entry(managed.booking, Person(managed.host.name, managed.host.email))


def _place(managed: Managed) -> str:
    return place_after(managed.booking.location, managed.host.name, managed.booking.phone)


def _title(state: State, day: str) -> str:
    return {
        State.REQUESTED: "Request sent",
        State.BOOKED: "You are booked",
        State.PAST: f"This booking was on {day}",
        State.DECLINED: "This request was declined",
        State.EXPIRED: "This request was not answered in time",
        State.WITHDRAWN: "This request was withdrawn",
        State.CANCELLED: "This booking was cancelled",
    }[state]
