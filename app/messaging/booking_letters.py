"""Writes the mails about a booking: to the contact in the calendar's words, to the host in ours."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..accounts.models import User
from ..bookings import endings, manage
from ..bookings.models import Booking, BookingStatus, Party
from ..bookings.places import contacts_entry
from ..bookings.words import calendar_entry
from ..db import db
from ..localtime import Reader
from ..scheduling.ical import CalendarEntry, Method, Person, booking_ics
from . import hosting, notices, opt_outs, render
from .booking_values import (
    Told,
    contacts_facts,
    contacts_reader,
    deadline,
    hosts_facts,
    short_time,
    values_of,
)
from .letters import Action, CalendarFile, Fact, Letter, Overtaken
from .occasions import Occasion
from .texts import Text

GONE = "The booking is no longer there."
CHANGED = "The booking has changed since, and a later message says so."
CANCELLED = "The booking was cancelled before this could be sent."
ENDED = "The request had ended before this could be sent."
STOPPED = "The contact has asked for no more reminders."
BEGUN = "The booking had begun before this could be sent."
OVER = "The booking was over before this could be sent."


@dataclass(frozen=True)
class ContactMail:
    """Writes a kind of mail to the contact, in the words of the calendar.

    `live` ones are dropped once the booking is cancelled. `may_stop`: the contact can have no more of them.
    """

    title: str
    live: bool
    method: Method | None = None
    may_stop: bool = False

    def __call__(self, occasion: Occasion) -> Letter:
        """The letter of the occasion's message."""
        told = _told(occasion, live=self.live)
        if self.may_stop and occasion.is_sending and opt_outs.is_out(told.booking):
            raise Overtaken(STOPPED)
        kind = occasion.message.kind
        return self.letter(occasion, told, notices.setting_of(told.booking.calendar_id, kind).text(kind))

    def letter(self, occasion: Occasion, told: Told, text: Text) -> Letter:
        """The letter in these words."""
        booking, reader = told.booking, contacts_reader(told.booking)
        values = values_of(told, reader)
        entry = contacts_entry(booking, _person(told.host), told.manage_address)
        is_open = self.live and booking.ends_at > occasion.now and told.manage_address
        return Letter(
            subject=render.fill(text.subject, values),
            title=self.title,
            opening=render.fill(text.opening, values),
            facts=[
                *_was(occasion, told, reader),
                *contacts_facts(told),
                *deadline("Deadline", told, reader),
                *_ending(told, live=self.live),
            ],
            actions=[Action("Change or cancel", told.manage_address)] if is_open else [],
            reason=f"You get this because {booking.email} was given for a booking with {told.host.name}.",
            reply_to=_person(told.host),
            thread=booking.uid,
            calendar=_file(occasion, booking, entry, self.method) if self.method else None,
            unsubscribe=occasion.secret_address(*opt_outs.path_of(booking)) if self.may_stop else None,
        )


@dataclass(frozen=True)
class HostMail:
    """Writes the host's own copy, with its own calendar file."""

    subject: str
    title: str
    live: bool
    moved: tuple[str, str] | None = None  # subject and title once it has another time
    has_file: bool = True

    def __call__(self, occasion: Occasion) -> Letter:
        """The letter of the occasion's message."""
        return self.letter(occasion, _told(occasion, live=self.live))

    def letter(self, occasion: Occasion, told: Told) -> Letter:
        """The letter about this booking."""
        booking, reader = told.booking, told.hosts_reader
        entry = calendar_entry(booking, _person(told.host))
        is_moved = self.moved and occasion.message.data.get("was")
        subject, title = self.moved if is_moved else (self.subject, self.title)
        when = short_time(told.starts_at, reader)
        return Letter(
            subject=f"{subject}: {booking.name}, {booking.calendar.name}, {when}",
            title=title,
            facts=[
                *_was(occasion, told, reader),
                *hosts_facts(told),
                *deadline("Answer by", told, reader),
                *_ending(told, live=self.live),
            ],
            actions=[Action("Open the booking", occasion.address(f"/bookings/{booking.id}"))],
            reason=f"You get this because the calendar {booking.calendar.name} books you.",
            reply_to=Person(booking.name, booking.email),
            thread=booking.uid,
            calendar=_file(occasion, booking, entry, "PUBLISH") if self.has_file else None,
        )


def _told(occasion: Occasion, *, live: bool) -> Told:
    found = hosting.find(occasion.message.booking_id)
    if found is None:
        raise Overtaken(GONE)
    booking, host = found
    if occasion.is_sending:
        _require_true(booking, occasion, live=live)
    said = occasion.message.data.get("starts_at")
    return Told(
        booking=booking,
        host=host,
        starts_at=datetime.fromtimestamp(said, UTC) if said else booking.starts_at,
        manage_address=occasion.secret_address(*manage.parts_of(booking)),
        hosts_reader=hosting.reader_of(_host_told(occasion) or host, booking),
    )


def _host_told(occasion: Occasion) -> User | None:
    """Whom the message is to as a host; None when it is to the contact."""
    user_id = occasion.message.user_id
    return db.session.get(User, user_id, populate_existing=True) if user_id else None


def _require_true(booking: Booking, occasion: Occasion, *, live: bool) -> None:
    """A follow-up is about what is over; everything else that is live comes before it, a reminder before its start."""
    if live and booking.status == BookingStatus.CANCELLED:
        raise Overtaken(ENDED if booking.request_end else CANCELLED)
    if booking.sequence > occasion.message.data.get("sequence", booking.sequence):
        raise Overtaken(CHANGED)
    if occasion.message.kind in notices.REMINDERS and booking.starts_at <= occasion.now:
        raise Overtaken(BEGUN)
    if live and booking.ends_at <= occasion.now and occasion.message.kind != notices.FOLLOW_UP:
        raise Overtaken(OVER)


def _was(occasion: Occasion, told: Told, reader: Reader) -> list[Fact]:
    """The time that a moved booking had before."""
    before = occasion.message.data.get("was")
    if not before:
        return []
    return [Fact("Was", replace(told, starts_at=datetime.fromtimestamp(before, UTC)).when(reader))]


def _ending(told: Told, *, live: bool) -> list[Fact]:
    """Who cancelled, and why. Not in a mail that was about something else, when that is shown later."""
    booking = told.booking
    if live or not booking.cancelled_by:
        return []
    by = told.host.name if booking.cancelled_by == Party.HOST else booking.name
    why = [Fact("Reason", booking.cancel_reason)] if booking.cancel_reason else []
    return [Fact(f"{endings.verb(booking)} by", by), *why]


def _file(occasion: Occasion, booking: Booking, entry: CalendarEntry, method: Method) -> CalendarFile:
    content = booking_ics(
        entry, occasion.now, method=method, status=booking.status.value.upper(), sequence=booking.sequence
    )
    return CalendarFile(method, content)


def _person(host: User) -> Person:
    return Person(host.name, host.email)
