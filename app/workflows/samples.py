"""How words that somebody is writing would read for a real contact, before there is a run. No link is made for it."""

from datetime import datetime
from types import SimpleNamespace
from typing import NamedTuple

from sqlalchemy import select

from ..bookings.models import Booking
from ..calendars.models import Calendar
from ..contacts.models import Contact
from ..db import db
from ..links.options import expires_at
from ..messaging import render
from . import filling, step_links, values

# In place of an address: nobody has a link by it.
NO_LINK_YET = "(here stands the contact's own link)"


class Words(NamedTuple):
    """A message in the making. `calendar_id` is the calendar that its link would book, for so many days."""

    subject: str
    text: str
    calendar_id: int | None = None
    expires_days: int | None = None


def read_by(contact: Contact, words: Words, now: datetime) -> Words:
    """The words as this contact would read them; what tells of a booking tells of their latest one."""
    known = _values_of(contact, words, now)
    return words._replace(subject=render.fill(words.subject, known), text=render.fill(words.text, known))


def _values_of(contact: Contact, words: Words, now: datetime) -> dict[str, str]:
    booking, calendar = _latest_booking(contact), _calendar(contact.account_id, words.calendar_id)
    ends = step_links.expires_on(words.expires_days, calendar, now) if calendar else None
    link = SimpleNamespace(expires_at=expires_at(ends, calendar.tz)) if calendar else None
    known = filling.values_of(contact, link, booking, NO_LINK_YET, calendar)
    if booking is None:
        known |= {name: f"({said})" for name, said in values.BOOKING.items()}
    return known


def _calendar(account_id: int, calendar_id: int | None) -> Calendar | None:
    found = db.session.get(Calendar, calendar_id) if calendar_id else None
    return found if found is not None and found.account_id == account_id else None


def _latest_booking(contact: Contact) -> Booking | None:
    mine = select(Booking).where(Booking.contact_id == contact.id)
    return db.session.scalars(mine.order_by(Booking.id.desc()).limit(1)).one_or_none()
