"""What somebody has promised."""

from datetime import datetime

from sqlalchemy import func, select

from ..db import connection
from .models import LIVE, Booking

booking = Booking.__table__


def coming_of(account_id: int, host_id: int, now: datetime) -> int:
    """How many bookings this person has before them."""
    theirs = select(func.count()).where(
        booking.c.account_id == account_id, booking.c.host_id == host_id, LIVE, booking.c.ends_at > now
    )
    return connection().execute(theirs).scalar_one()
