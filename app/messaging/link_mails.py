"""Turns what happened round a link into messages: handlers of events, with keys made from the event's id."""

from datetime import datetime

from ..accounts.models import User
from ..bookings.models import Booking
from ..calendars.models import Calendar
from ..db import db, in_transaction
from ..events import Event
from ..links import recipient_check
from ..links.models import OneTimeLink, RecipientChallenge
from .service import Recipient, queue_message


def manage_link_asked(event: Event, now: datetime) -> None:
    """The way to the booking, to whoever made it."""
    booking = db.session.get(Booking, event.data["booking_id"])
    if booking:
        _queue(event, "manage_link", Recipient(booking.name, booking.email), now, booking_id=booking.id)


def link_send_asked(event: Event, now: datetime) -> None:
    """The link, to the person it was made for."""
    link = db.session.get(OneTimeLink, event.link_id)
    if link and link.for_email:
        _queue(event, "booking_link", Recipient(link.for_name, link.for_email), now)


def link_request_created(event: Event, now: datetime) -> None:
    """What somebody asks for, to the host of the calendar."""
    host = _host_of(event)
    request = {"request_id": event.data["request_id"]}
    _queue(event, "link_request_host", Recipient(host.name, host.email), now, user_id=host.id, data=request)


def recipient_code_asked(event: Event, now: datetime) -> None:
    """The code, to the address that the link was made for when it was asked."""
    challenge = db.session.get(RecipientChallenge, event.data["challenge_id"])
    if challenge:
        name = db.session.get_one(OneTimeLink, event.link_id).for_name
        to, asked = Recipient(name, challenge.email), {"challenge_id": challenge.id}
        _queue(event, "recipient_code", to, now, data=asked)


def forget_codes(now: datetime) -> None:
    """Periodic: delete the challenges of recipient checks that are long over."""
    in_transaction(lambda: recipient_check.forget_past(now))


def _queue(event: Event, kind: str, to: Recipient, now: datetime, **about: object) -> None:
    in_transaction(
        lambda: queue_message(
            kind,
            to,
            account_id=event.account_id,
            effect=f"{event.id}:{kind}",
            at=now,
            link_id=event.link_id,
            calendar_id=event.calendar_id,
            **about,
        )
    )


def _host_of(event: Event) -> User:
    return db.session.get_one(Calendar, event.calendar_id).host
