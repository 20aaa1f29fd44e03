"""Turns what happened to a booking into messages: handlers of events, with keys made from the event's id."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from ..accounts.models import User
from ..accounts.service import account_of
from ..bookings.models import Booking, BookingStatus
from ..db import db, in_transaction
from ..events import Event
from . import notices
from .kinds import KINDS
from .service import Recipient, queue_message


class _Parties(NamedTuple):
    booking: Booking
    host: User


def booking_created(event: Event, now: datetime) -> None:
    """Confirmation to the contact and a copy of its own to the host, or a request where the host has to confirm."""
    in_transaction(lambda: _tell(event, now, "booking_confirmed", tentative="booking_requested"))


def booking_rescheduled(event: Event, now: datetime) -> None:
    """The new time to both; the old one stands beside it. Whoever moves a request, it still waits for its answer."""
    in_transaction(lambda: _tell(event, now, "booking_moved", tentative="booking_requested"))


def booking_cancelled(event: Event, now: datetime) -> None:
    """Cancellation to both."""
    in_transaction(lambda: _tell(event, now, "booking_cancelled"))


def booking_confirmed(event: Event, now: datetime) -> None:
    """The host has accepted a request: both get the calendar file as it stands now."""
    in_transaction(lambda: _tell(event, now, "booking_accepted"))


def booking_declined(event: Event, now: datetime) -> None:
    """The contact hears of it; the host has just said it."""
    in_transaction(lambda: _tell(event, now, "booking_declined"))


def booking_request_expired(event: Event, now: datetime) -> None:
    """Nobody has answered: both hear of it."""
    in_transaction(lambda: _tell(event, now, "booking_request_expired"))


def _tell(event: Event, now: datetime, kind: str, tentative: str | None = None) -> None:
    """Queue `kind` for the contact and `<kind>_host` for the host, as far as there is such a mail and it is on."""
    parties = _parties(event)
    if parties is None:
        return
    if tentative and parties.booking.status == BookingStatus.TENTATIVE:
        kind = tentative
    contact = Recipient(parties.booking.name, parties.booking.email)
    host = Recipient(parties.host.name, parties.host.email)
    for each, who, to in ((kind, "contact", contact), (f"{kind}_host", "host", host)):
        if each in KINDS and notices.setting_of(parties.booking.calendar_id, each).is_on:
            _queue(event, parties, each, who, to, now)


def _queue(event: Event, parties: _Parties, kind: str, who: str, to: Recipient, now: datetime) -> None:
    booking = parties.booking
    queue_message(
        kind,
        to,
        account_id=booking.account_id,
        effect=f"{event.id}:{who}",
        at=now,
        booking_id=booking.id,
        link_id=booking.link_id,
        calendar_id=booking.calendar_id,
        user_id=parties.host.id if who == "host" else None,
        data=_said(event, booking),
    )


def _said(event: Event, booking: Booking) -> dict[str, int]:
    """What the message tells, whatever becomes of the booking: its time then, and which change this was."""
    said = {"sequence": event.data.get("sequence", 0)}
    starts_at = event.data.get("to") or event.data.get("starts_at") or int(booking.starts_at.timestamp())
    was = {"was": event.data["from"]} if "from" in event.data else {}
    return {**said, "starts_at": starts_at, **was}


def _parties(event: Event) -> _Parties | None:
    """Who is to hear of it. For a host who has left, that is whoever has their calendar now."""
    found = db.session.execute(
        select(Booking, User).join(User, User.id == Booking.host_id).where(Booking.id == event.booking_id)
    ).one_or_none()
    if found is None:
        return None
    booking, host = found
    is_here = account_of(host.id) == booking.account_id
    return _Parties(booking, host if is_here else booking.calendar.host)
