"""Turns what happened round a link into messages: handlers of events, with keys made from the event's id."""

from datetime import datetime

from ..accounts.models import User
from ..bookings.models import Booking
from ..calendars.models import Calendar
from ..db import db, in_transaction
from ..events import Event
from ..links import recipient_check
from ..links.models import OneTimeLink, RecipientChallenge
from .service import Recipient, queue_from


def manage_link_asked(event: Event, now: datetime) -> None:
    """The way to the booking, to whoever made it."""
    booking = db.session.get(Booking, event.data["booking_id"])
    if booking:
        to = Recipient(booking.name, booking.email)
        in_transaction(lambda: queue_from(event, "manage_link", to, now, booking_id=booking.id))


def link_send_asked(event: Event, now: datetime) -> None:
    """The link, to the person it was made for."""
    link = db.session.get(OneTimeLink, event.link_id)
    if link and link.for_email:
        to = Recipient(link.for_name, link.for_email)
        in_transaction(lambda: queue_from(event, "booking_link", to, now))


def link_request_created(event: Event, now: datetime) -> None:
    """What somebody asks for, to the host of the calendar."""
    host = _host_of(event)
    to = Recipient(host.name, host.email)
    about = {"user_id": host.id, "data": {"request_id": event.data["request_id"]}}
    in_transaction(lambda: queue_from(event, "link_request_host", to, now, **about))


def recipient_code_asked(event: Event, now: datetime) -> None:
    """The code, to the address that the link was made for when it was asked."""
    challenge = db.session.get(RecipientChallenge, event.data["challenge_id"])
    if challenge:
        name = db.session.get_one(OneTimeLink, event.link_id).for_name
        to, asked = Recipient(name, challenge.email), {"challenge_id": challenge.id}
        in_transaction(lambda: queue_from(event, "recipient_code", to, now, data=asked))


def forget_codes(now: datetime) -> None:
    """Periodic: delete the challenges of recipient checks that are long over."""
    in_transaction(lambda: recipient_check.forget_past(now))


def _host_of(event: Event) -> User:
    return db.session.get_one(Calendar, event.calendar_id).host
