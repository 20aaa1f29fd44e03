"""Writes the mails about a booking: to the contact in the calendar's words, to the host in ours."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import select

from ..accounts.models import User
from ..bookings import manage
from ..bookings.models import Booking, BookingStatus, Party
from ..bookings.places import contacts_entry
from ..bookings.words import calendar_entry
from ..db import db
from ..localtime import Reader
from ..scheduling.ical import CalendarEntry, Method, Person, booking_ics
from . import render
from .booking_values import (
    Told,
    contacts_facts,
    contacts_reader,
    hosts_facts,
    hosts_reader,
    short_time,
    values_of,
)
from .letters import Action, CalendarFile, Fact, Letter, Overtaken
from .occasions import Occasion
from .texts import TEXTS, Text

GONE = "The booking is no longer there."
CHANGED = "The booking has changed since, and a later message says so."
CANCELLED = "The booking was cancelled before this could be sent."
OVER = "The booking was over before this could be sent."


def for_contact(title: str, *, live: bool, method: Method | None) -> Callable[[Occasion], Letter]:
    """A builder of mails to the contact; `live` ones are dropped once the booking is cancelled or over."""
    return partial(_for_contact, title=title, live=live, method=method)


def for_host(title: str, subject: str, *, live: bool, with_file: bool = True) -> Callable[[Occasion], Letter]:
    """A builder of the host's own copy."""
    return partial(_for_host, title=title, subject=subject, live=live, with_file=with_file)


def _for_contact(occasion: Occasion, *, title: str, live: bool, method: Method | None) -> Letter:
    told = _told(occasion, live=live)
    values = values_of(told, contacts_reader(told.booking))
    text = text_for(told.booking.calendar_id, occasion.message.kind)
    entry = contacts_entry(told.booking, _person(told.host), told.manage_address)
    return Letter(
        subject=render.fill(text.subject, values),
        title=title,
        opening=render.fill(text.opening, values),
        facts=[*_was(occasion, told, contacts_reader(told.booking)), *contacts_facts(told), *_reason(told)],
        actions=[Action("Change or cancel", told.manage_address)] if live and told.manage_address else [],
        reason=f"You get this because {told.booking.email} was given for a booking with {told.host.name}.",
        reply_to=_person(told.host),
        thread=told.booking.uid,
        calendar=_file(occasion, told, entry, method) if method else None,
    )


def _for_host(occasion: Occasion, *, title: str, subject: str, live: bool, with_file: bool) -> Letter:
    told = _told(occasion, live=live)
    booking, reader = told.booking, hosts_reader(told.host)
    entry = calendar_entry(booking, _person(told.host))
    return Letter(
        subject=f"{subject}: {booking.calendar.name}, {booking.name}, {short_time(told.starts_at, reader)}",
        title=title.format(name=booking.name),
        facts=[*_was(occasion, told, reader), *hosts_facts(told), *_reason(told)],
        actions=[Action("Open the booking", occasion.address(f"/bookings/{booking.id}"))],
        reason=f"You get this because you are booked by the calendar {booking.calendar.name}.",
        reply_to=Person(booking.name, booking.email),
        thread=booking.uid,
        calendar=_file(occasion, told, entry, "PUBLISH") if with_file else None,
    )


def text_for(_calendar_id: int, kind: str) -> Text:
    """The words of a kind in a calendar."""
    return TEXTS[kind]


def _told(occasion: Occasion, *, live: bool) -> Told:
    found = db.session.execute(
        select(Booking, User)
        .join(User, User.id == Booking.host_id)
        .where(Booking.id == occasion.message.booking_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise Overtaken(GONE)
    booking, host = found
    if occasion.is_sending:
        _require_true(booking, occasion, live=live)
    token = manage.token_of(booking.manage_nonce, booking.key_id)
    said = occasion.message.data.get("starts_at")
    return Told(
        booking=booking,
        host=host,
        starts_at=datetime.fromtimestamp(said, UTC) if said else booking.starts_at,
        manage_address=occasion.secret_address("/m/", token),
    )


def _require_true(booking: Booking, occasion: Occasion, *, live: bool) -> None:
    if live and booking.status == BookingStatus.CANCELLED:
        raise Overtaken(CANCELLED)
    if booking.sequence > occasion.message.data.get("sequence", booking.sequence):
        raise Overtaken(CHANGED)
    if live and booking.ends_at <= occasion.now:
        raise Overtaken(OVER)


def _was(occasion: Occasion, told: Told, reader: Reader) -> list[Fact]:
    """The time that a moved booking had before."""
    before = occasion.message.data.get("was")
    if not before:
        return []
    return [Fact("Was", replace(told, starts_at=datetime.fromtimestamp(before, UTC)).when(reader))]


def _reason(told: Told) -> list[Fact]:
    booking = told.booking
    if not booking.cancelled_by:
        return []
    by = told.host.name if booking.cancelled_by == Party.HOST else booking.name
    return [
        Fact("Cancelled by", by),
        *([Fact("Reason", booking.cancel_reason)] if booking.cancel_reason else []),
    ]


def _file(occasion: Occasion, told: Told, entry: CalendarEntry, method: Method) -> CalendarFile:
    booking = told.booking
    content = booking_ics(
        entry,
        occasion.now,
        method=method,
        status=booking.status.value.upper(),
        sequence=booking.sequence,
    )
    return CalendarFile(method, content)


def _person(host: User) -> Person:
    return Person(host.name, host.email)
