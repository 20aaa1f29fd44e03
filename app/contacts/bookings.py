"""Who booked: each booking belongs to a contact, found or made once the booking stands.

The booking's own transaction knows nothing of it: it would be slower, and could fail for a reason that is none of the
booking's. Whoever needs the contact first asks here.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from .. import events, phones
from ..bookings.models import Booking
from ..db import connection, in_transaction
from ..errors import NotFound
from ..events import Event
from ..links.models import OneTimeLink
from .models import HAS_EMAIL, ContactSource
from .service import Details, find_or_create, hold, table

AT_ONCE = 200
SOON = timedelta(hours=1)  # by then the worker has come to it

booking, link = Booking.__table__, OneTimeLink.__table__


def booking_created(event: Event, now: datetime) -> None:
    """Find the contact who booked."""
    in_transaction(lambda: contact_of_booking(event.booking_id, now))


def catch_up(now: datetime) -> None:
    """Find the contacts of bookings that were made before there were contacts. Nobody reacts to those."""
    left = select(booking.c.id).where(
        booking.c.contact_id.is_(None), booking.c.email != "", booking.c.created_at < now - SOON
    )
    while ids := connection().execute(left.limit(AT_ONCE)).scalars().all():
        for booking_id in ids:
            with events.untold():
                in_transaction(lambda booking_id=booking_id: contact_of_booking(booking_id, now))


def contact_of_booking(booking_id: int, now: datetime) -> int | None:
    """The number of the contact who booked, in the caller's transaction; asked again, the same.

    It is the contact with the booking's e-mail address. The address that was typed for a link made for somebody known
    by phone only becomes that contact's, unless another contact has it. None when whoever booked has been forgotten.
    """
    row = connection().execute(select(booking).where(booking.c.id == booking_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such booking.")
    if row.contact_id is not None or not row.email:
        return row.contact_id
    contact_id = (
        _invited(row, now) or find_or_create(row.account_id, _details(row), ContactSource.BOOKING, now).id
    )
    _note_zone(contact_id, row)
    mine = booking.c.id == booking_id, booking.c.contact_id.is_(None)
    connection().execute(update(booking).where(*mine).values(contact_id=contact_id))
    return contact_id


def _details(row: Any) -> Details:
    return Details(row.name, row.email, phones.e164(row.phone, None) or "" if row.phone else "")


def _invited(row: Any, now: datetime) -> int | None:
    """The contact whom the booking's link was made for, if they are known by phone only and nobody has the address."""
    wanted = select(link.c.contact_id).where(link.c.id == row.link_id, link.c.contact_id.is_not(None))
    contact_id = connection().execute(wanted).scalar_one_or_none()
    if contact_id is None:
        return None
    invited, email = hold(contact_id), row.email.lower()
    if invited.email or _has(row.account_id, email):
        return None
    typed = Details(row.name, email, invited.phone)
    return find_or_create(row.account_id, typed, ContactSource.BOOKING, now).id


def _has(account_id: int, email: str) -> bool:
    others = select(table.c.id).where(table.c.account_id == account_id, table.c.email == email, HAS_EMAIL)
    return connection().execute(others).one_or_none() is not None


def _note_zone(contact_id: int, row: Any) -> None:
    """The latest zone and language in which the contact has looked at times."""
    newest = {"tz": row.tz, "locale": row.locale}
    connection().execute(update(table).where(table.c.id == contact_id).values(newest))
