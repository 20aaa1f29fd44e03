"""Messages in tests: queued, handed to the delivery, read back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from app import clock, config
from app.db import db, transaction
from app.events import Event
from app.mail_server import MailServer
from app.messaging.delivery import deliver
from app.messaging.models import Message
from app.messaging.service import Recipient, queue_message
from app.worker.handlers import handlers_of

SAM = Recipient("Sam Lee", "sam@example.org")


@contextmanager
def mails_go_to(server: MailServer | None) -> Iterator[None]:
    """The running app has these settings MAIL_*."""
    before = config.current()
    current_app.extensions["slotkey.settings"] = replace(before, mail=server)
    try:
        yield
    finally:
        current_app.extensions["slotkey.settings"] = before


def queue(booking: Any, kind: str = "booking_confirmed", **changes: Any) -> int | None:
    """A message about the booking, to Sam."""
    values = {
        "account_id": booking.account_id,
        "effect": f"{booking.id}:contact",
        "at": clock.now(),
        "booking_id": booking.id,
        "calendar_id": booking.calendar_id,
    }
    with transaction():
        return queue_message(kind, changes.pop("to", SAM), **{**values, **changes})


def events_called(name: str) -> list[Event]:
    """The events of this name, oldest first."""
    found = db.session.scalars(select(Event).where(Event.name == name).order_by(Event.at, Event.id)).all()
    db.session.rollback()
    return list(found)


def deliver_all(now: datetime | None = None) -> None:
    """What a worker does with the events `message_queued`, old ones again too."""
    for event in events_called("message_queued"):
        deliver(event, now or clock.now())


def react_to(name: str, now: datetime | None = None) -> None:
    """What a worker does with the events of this name."""
    for event in events_called(name):
        for handler in handlers_of(name).values():
            handler(event, now or clock.now())


def messages() -> list[Message]:
    """All there are, oldest first, as they stand now."""
    db.session.rollback()
    return list(
        db.session.scalars(select(Message).order_by(Message.id).execution_options(populate_existing=True))
    )
