"""Erases a contact: who it was is gone, bookings and links stay as counts. In the caller's transaction.

What later features keep goes by what they have added to belongings.py.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, delete, func, or_, select, update

from .. import events
from ..accounts.models import User
from ..bookings.blanking import blank_bookings, blank_reasons
from ..bookings.models import LIVE, Booking
from ..db import connection, db
from ..errors import Conflict
from ..events import Event
from ..links.blanking import blank_links, blank_requests
from ..links.models import LinkRequest, LinkStatus, OneTimeLink
from ..links.service import delete_link
from . import belongings
from .models import Contact
from .service import hold, table

COMES = "This contact has a booking to come. Cancel it first, so that they are told."
SAYING = ("tag_added", "tag_removed")  # events whose data are words about the contact

booking, link, request, event = (model.__table__ for model in (Booking, OneTimeLink, LinkRequest, Event))


class Traces(NamedTuple):
    """The ids of rows that say something of the contact, found before the transaction, since some are sought long."""

    bookings: list[int]
    links: list[int]
    requests: list[int]


def traces_of(contact: Contact) -> Traces:
    """What belongs to the contact, and what names their e-mail address only."""
    account_id, email = contact.account_id, contact.email

    def named(column: Any) -> ColumnElement[bool]:
        return (func.lower(column) == email) & (column != "")

    bookings = _ids(booking, account_id, or_(booking.c.contact_id == contact.id, named(booking.c.email)))
    of_bookings = select(booking.c.link_id).where(booking.c.id.in_(bookings), booking.c.link_id.is_not(None))
    is_theirs = or_(link.c.contact_id == contact.id, named(link.c.for_email), link.c.id.in_(of_bookings))
    return Traces(
        bookings, _ids(link, account_id, is_theirs), _ids(request, account_id, named(request.c.email))
    )


def has_booking_to_come(traces: Traces, now: datetime) -> bool:
    """True while the contact is expected somewhere."""
    coming = select(booking.c.id).where(booking.c.id.in_(traces.bookings), LIVE, booking.c.ends_at > now)
    return connection().execute(coming.limit(1)).one_or_none() is not None


def erase(contact: Contact, traces: Traces, actor: User, now: datetime) -> None:
    """Take the contact away, and out of all that was kept of them. Raises Conflict while a booking is to come."""
    if has_booking_to_come(traces, now):
        raise Conflict(COMES)
    row = hold(contact.id)
    for belonging in belongings.every():
        belonging.erase(row, now)
    _close_links(traces, actor, now)
    blank_bookings(traces.bookings)
    blank_links(traces.links)
    blank_requests(traces.requests, now)
    _blank_events(row.id, traces)
    for each in belongings.tables():
        _let_go(each, row.id)
    if contact in db.session:  # not where this is done again
        db.session.expunge(contact)
    connection().execute(delete(table).where(table.c.id == row.id))
    events.record("contact_erased", account_id=row.account_id, actor_id=actor.id, at=now)


def _ids(rows: Table, account_id: int, which: ColumnElement[bool]) -> list[int]:
    mine = select(rows.c.id).where(rows.c.account_id == account_id, which)
    return list(connection().execute(mine.order_by(rows.c.id)).scalars())


def _close_links(traces: Traces, actor: User, now: datetime) -> None:
    """Nobody books by a link that was made for somebody who is gone."""
    active = select(OneTimeLink).where(
        OneTimeLink.id.in_(traces.links), OneTimeLink.status == LinkStatus.ACTIVE
    )
    for each in db.session.scalars(active).all():
        delete_link(each, actor, now)


def _blank_events(contact_id: int, traces: Traces) -> None:
    written = select(event.c.id).where(event.c.booking_id.in_(traces.bookings))
    blank_reasons(list(connection().execute(written).scalars()))
    saying = event.c.contact_id == contact_id, event.c.name.in_(SAYING)
    connection().execute(update(event).where(*saying).values(data={}))


def _let_go(rows: Table, contact_id: int) -> None:
    theirs = rows.c.contact_id == contact_id
    if rows.c.contact_id.nullable:
        connection().execute(update(rows).where(theirs).values(contact_id=None))
    else:
        connection().execute(delete(rows).where(theirs))
