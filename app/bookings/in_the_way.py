"""Which bookings keep a time from being offered."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from ..calendars.models import Calendar
from ..calendars.terms import rules_of
from ..db import db
from .models import Booking, BookingStatus


def bookings_in_the_way(calendar: Calendar, start: int) -> Sequence[Booking]:
    """The host's bookings, in any calendar, that a booking of this calendar at `start` (epoch seconds) would meet."""
    rules = rules_of(calendar)
    begins = datetime.fromtimestamp(start, UTC)
    return db.session.scalars(
        select(Booking)
        .where(
            Booking.host_id == calendar.host_id,
            Booking.status != BookingStatus.CANCELLED,
            Booking.blocked_from < begins + rules.duration + rules.after,
            Booking.blocked_until > begins - rules.before,
        )
        .order_by(Booking.starts_at)
    ).all()
