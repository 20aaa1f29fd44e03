"""What the contact's own page says of the mail about their booking."""

from datetime import datetime, timedelta

from sqlalchemy import select

from ..bookings.models import Booking, BookingStatus
from ..db import connection
from . import notices
from .addresses import masked
from .models import Message
from .models import MessageState as State

message = Message.__table__
ABOUT_IT = (
    "booking_confirmed",
    "booking_moved",
    "booking_requested",
    "booking_accepted",
    "booking_cancelled",
)
A_MOMENT = timedelta(minutes=5)  # in which the worker has got to a booking that was just made


def mail_sentence(booking: Booking, now: datetime) -> str:
    """ "We sent it to s***@example.org.", or what else became of the latest mail; empty where none is sent."""
    to = masked(booking.email)
    return {
        State.QUEUED: f"A mail with it is on its way to {to}.",
        State.SENDING: f"A mail with it is on its way to {to}.",
        State.SENT: f"We sent it to {to}.",
        State.FAILED: f"Our mail to {to} was not delivered, so keep the address of this page.",
        State.UNCLEAR: f"We sent it to {to}, and do not know whether it arrived.",
    }.get(_state(booking, now), "")


def _state(booking: Booking, now: datetime) -> State | None:
    latest = select(message.c.state).where(message.c.booking_id == booking.id, message.c.kind.in_(ABOUT_IT))
    state = connection().execute(latest.order_by(message.c.id.desc()).limit(1)).scalar_one_or_none()
    is_new = now - booking.created_at < A_MOMENT
    first = "booking_requested" if booking.status == BookingStatus.TENTATIVE else "booking_confirmed"
    if state is None and is_new and notices.is_sent(booking.calendar_id, first):
        return State.QUEUED
    return state
