"""How words that somebody is writing would read for a real contact, before there is a run. No link is made for it."""

from typing import NamedTuple

from sqlalchemy import select

from ..bookings.models import Booking
from ..calendars.models import Calendar
from ..contacts.models import Contact
from ..db import db
from ..messaging import render
from . import filling, values

# In place of an address: nobody has a link by it.
NO_LINK_YET = "(here stands the contact's own link)"


class Words(NamedTuple):
    """A message in the making. `calendar_id` is the calendar that its link would book."""

    subject: str
    text: str
    calendar_id: int | None = None


def read_by(contact: Contact, words: Words) -> Words:
    """The words as this contact would read them; what tells of a booking tells of their latest one."""
    known = _values_of(contact, words.calendar_id)
    return words._replace(subject=render.fill(words.subject, known), text=render.fill(words.text, known))


def _values_of(contact: Contact, calendar_id: int | None) -> dict[str, str]:
    booking = _latest_booking(contact)
    calendar = db.session.get(Calendar, calendar_id) if calendar_id else None
    if calendar is not None and calendar.account_id != contact.account_id:
        calendar = None
    known = filling.values_of(contact, None, booking, NO_LINK_YET, calendar)
    if booking is None:
        known |= {name: f"({words})" for name, words in values.BOOKING.items()}
    return known


def _latest_booking(contact: Contact) -> Booking | None:
    mine = select(Booking).where(Booking.contact_id == contact.id)
    return db.session.scalars(mine.order_by(Booking.id.desc()).limit(1)).one_or_none()
