"""Takes what bookings say of people away. The rows stay, with their times and states, so that counts stay true."""

from typing import Any

from sqlalchemy import select, update

from ..db import connection
from ..events import Event
from .models import Booking

NAME_REMOVED = "Name removed"
SAID = "reason"  # the one thing a person wrote that events keep
# The fingerprint goes too: who knows the rest of a form could try addresses against it.
BLANK = {
    "name": NAME_REMOVED,
    "email": "",
    "phone": "",
    "answers": [],
    "cancel_reason": "",
    "payload_hash": bytes(32),
}

table, event = Booking.__table__, Event.__table__


def blank_bookings(ids: list[Any]) -> None:
    """Forget who booked, in the caller's transaction."""
    connection().execute(update(table).where(table.c.id.in_(ids)).values(BLANK))


def blank_reasons(ids: list[Any]) -> None:
    """Forget the reasons that events of these ids keep."""
    found = connection().execute(select(event.c.id, event.c.data).where(event.c.id.in_(ids))).all()
    for event_id, data in found:
        kept = {**data, SAID: ""}
        connection().execute(update(event).where(event.c.id == event_id).values(data=kept))
