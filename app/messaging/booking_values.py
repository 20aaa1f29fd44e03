"""A booking as the values that texts may name, and as the facts of a mail. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .. import zones
from ..accounts.models import User
from ..amounts import length_words
from ..bookings.models import Booking, BookingStatus
from ..bookings.places import place_after, place_of
from ..localtime import Reader
from .letters import Fact


@dataclass(frozen=True)
class Told:
    """A booking as one message tells of it: at `starts_at`, which may not be where it stands now."""

    booking: Booking
    host: User
    starts_at: datetime
    manage_address: str | None
    hosts_reader: Reader  # of `host`, or of who is told in their place

    @property
    def duration(self) -> timedelta:
        """How long it lasts; a move keeps it."""
        return self.booking.ends_at - self.booking.starts_at

    def when(self, reader: Reader) -> str:
        """ "Wednesday 9 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)"."""
        return reader.when(self.starts_at, self.duration)


def contacts_reader(booking: Booking) -> Reader:
    """How the contact reads times."""
    return Reader(booking.tz, booking.locale)


def values_of(told: Told, reader: Reader) -> dict[str, str]:
    """What each name of texts.VALUES stands for."""
    booking = told.booking
    return {
        "contact.first_name": booking.name.split()[0] if booking.name.split() else "",
        "contact.name": booking.name,
        "contact.email": booking.email,
        "contact.phone": booking.phone,
        "host.name": told.host.name,
        "calendar.name": booking.calendar.name,
        "booking.start_time": told.when(reader),
        "booking.short_time": short_time(told.starts_at, reader),
        "booking.duration": length_words(told.duration // timedelta(minutes=1)),
        "booking.place": place_after(booking.location, told.host.name, booking.phone),
        "booking.reference": booking.reference,
        "booking.manage_link": told.manage_address or "",
    }


def short_time(instant: datetime, reader: Reader) -> str:
    """For a subject: "Wed 9 Dec 09:00 (Berlin)"."""
    return f"{reader.day(instant, month='short')} {reader.time(instant)} ({zones.city(reader.tz)})"


def contacts_facts(told: Told) -> list[Fact]:
    """What the contact needs to know."""
    booking, reader = told.booking, contacts_reader(told.booking)
    return [
        Fact("When", told.when(reader)),
        *_elsewhere(told, reader, Reader(told.hosts_reader.tz, reader.locale), f"For {told.host.name}"),
        Fact("What", booking.calendar.name),
        Fact("With", told.host.name),
        Fact("Where", place_after(booking.location, told.host.name, booking.phone), is_linked=True),
        Fact("Reference", booking.reference),
    ]


def hosts_facts(told: Told) -> list[Fact]:
    """What the host needs to know."""
    booking, reader = told.booking, told.hosts_reader
    return [
        Fact("When", told.when(reader)),
        *_elsewhere(told, reader, Reader(booking.tz, reader.locale), "For the contact"),
        Fact("Contact", "\n".join(filter(None, (booking.name, booking.email, booking.phone)))),
        Fact("Calendar", booking.calendar.name),
        Fact("Where", place_of(booking, told.host.name)),
        *(Fact(said["label"], str(said["answer"])) for said in booking.answers),
        Fact("Booked by", "A one-time link" if booking.link_id else "The public page"),
        Fact("Reference", booking.reference),
    ]


def deadline(label: str, told: Told, reader: Reader) -> list[Fact]:
    """Until when a request waits for its answer; nothing for what is no request, or none any more."""
    booking = told.booking
    is_open = booking.status == BookingStatus.TENTATIVE and booking.answer_by
    return [Fact(label, reader.short(booking.answer_by))] if is_open else []


def _elsewhere(told: Told, here: Reader, there: Reader, label: str) -> list[Fact]:
    if here.local(told.starts_at).utcoffset() == there.local(told.starts_at).utcoffset():
        return []
    return [Fact(label, told.when(there))]
