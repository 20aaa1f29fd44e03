"""Turns what happened to a booking into messages: handlers of events, with keys made from the event's id."""

from datetime import datetime

from ..bookings.models import Booking, BookingStatus, RequestEnd
from ..db import in_transaction
from ..events import Event
from . import hosting, notices
from .kinds import KINDS
from .service import Recipient, queue_from


def booking_created(event: Event, now: datetime) -> None:
    """Confirmation to the contact and a copy of its own to the host, or a request where the host has to confirm."""
    in_transaction(lambda: _tell(event, now, "booking_confirmed", tentative="booking_requested"))


def booking_rescheduled(event: Event, now: datetime) -> None:
    """The new time to both; the old one stands beside it. Whoever moves a request, it still waits for its answer."""
    in_transaction(lambda: _tell(event, now, "booking_moved", tentative="booking_requested"))


def booking_cancelled(event: Event, now: datetime) -> None:
    """Cancellation to both, or that a request was withdrawn."""
    is_withdrawn = event.data.get("request_end") == RequestEnd.WITHDRAWN
    kind = "booking_withdrawn" if is_withdrawn else "booking_cancelled"
    in_transaction(lambda: _tell(event, now, kind))


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
    found = hosting.find(event.booking_id)
    if found is None:
        return
    booking, host = found.booking, hosting.answering(*found)
    if tentative and booking.status == BookingStatus.TENTATIVE:
        kind = tentative
    told = {"booking_id": booking.id, "data": _said(event, booking)}
    if notices.setting_of(booking.calendar_id, kind).is_on:
        queue_from(event, kind, Recipient(booking.name, booking.email), now, part="contact", **told)
    kind = f"{kind}_host"
    if kind in KINDS and notices.setting_of(booking.calendar_id, kind).is_on:
        to = Recipient(host.name, host.email)
        queue_from(event, kind, to, now, part="host", user_id=host.id, **told)


def _said(event: Event, booking: Booking) -> dict[str, int]:
    """What the message tells, whatever becomes of the booking: its time then, and which change this was."""
    said = {"sequence": event.data.get("sequence", 0)}
    starts_at = event.data.get("to") or event.data.get("starts_at") or int(booking.starts_at.timestamp())
    was = {"was": event.data["from"]} if "from" in event.data else {}
    return {**said, "starts_at": starts_at, **was}
