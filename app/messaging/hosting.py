"""A booking and its host, who may have left: then whoever has the calendar now answers for it."""

from typing import NamedTuple

from sqlalchemy import select

from ..accounts.models import User
from ..accounts.service import account_of
from ..bookings.models import Booking
from ..db import db
from ..localtime import Reader


class Parties(NamedTuple):
    """A booking and a person: whom it books, or who is told of it in their place."""

    booking: Booking
    host: User


def find(booking_id: int | None) -> Parties | None:
    """The booking as it stands now, and whom it books."""
    found = select(Booking, User).join(User, User.id == Booking.host_id).where(Booking.id == booking_id)
    row = db.session.execute(found.execution_options(populate_existing=True)).one_or_none()
    return Parties(*row) if row else None


def is_here(person: User, booking: Booking) -> bool:
    """False once they have left the workspace."""
    return account_of(person.id) == booking.account_id


def answering(booking: Booking, host: User) -> User:
    """Who is told of it as its host."""
    return host if is_here(host, booking) else booking.calendar.host


def reader_of(person: User, booking: Booking) -> Reader:
    """How a host reads times. The clocks of somebody who has left are nobody's any more: the calendar's count then."""
    return Reader(person.tz if is_here(person, booking) else booking.calendar.tz, person.locale)
