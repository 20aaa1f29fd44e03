"""Turns what happened to a booking into messages: handlers of events, with keys made from the event's id."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from ..accounts.models import User
from ..bookings.models import Booking
from ..db import db, in_transaction
from ..events import Event
from .service import Recipient, queue_message


class _Parties(NamedTuple):
    booking: Booking
    host: User


def booking_created(event: Event, now: datetime) -> None:
    """Confirmation to the contact, and a copy of its own to the host."""
    in_transaction(lambda: _tell_both(event, "booking_confirmed", now))


def booking_cancelled(event: Event, now: datetime) -> None:
    """Cancellation to both."""
    in_transaction(lambda: _tell_both(event, "booking_cancelled", now))


def _tell_both(event: Event, kind: str, now: datetime) -> None:
    parties = _parties(event)
    if parties:
        contact = Recipient(parties.booking.name, parties.booking.email)
        host = Recipient(parties.host.name, parties.host.email)
        _queue(event, parties, kind, "contact", contact, now)
        _queue(event, parties, f"{kind}_host", "host", host, now)


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
        user_id=booking.host_id if who == "host" else None,
        data=_said(event, booking),
    )


def _said(event: Event, booking: Booking) -> dict[str, int]:
    """What the message tells, whatever becomes of the booking: its time then, and which change this was."""
    said = {"sequence": event.data.get("sequence", 0)}
    starts_at = event.data.get("to") or event.data.get("starts_at") or int(booking.starts_at.timestamp())
    was = {"was": event.data["from"]} if "from" in event.data else {}
    return {**said, "starts_at": starts_at, **was}


def _parties(event: Event) -> _Parties | None:
    found = db.session.execute(
        select(Booking, User).join(User, User.id == Booking.host_id).where(Booking.id == event.booking_id)
    ).one_or_none()
    return _Parties(*found) if found else None
