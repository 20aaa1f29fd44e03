"""The statements of the booking step, built once: building them anew cost more than running them."""

from sqlalchemy import Date, bindparam, insert, select, text, update

from ..calendars.models import Calendar
from ..db import UtcDateTime
from ..links.models import LinkStatus, OneTimeLink
from ..links.openness import opens_at
from .models import LIVE, Booking

link = OneTimeLink.__table__
calendar = Calendar.__table__
booking = Booking.__table__

NO_LIMIT = 1_000_000_000
CALENDAR_VERSION = select(calendar.c.version).where(calendar.c.id == bindparam("calendar_id"))

# Of all who try at once this matches for exactly one; the others wait for it to commit, and then match nothing.
USE_UP_LINK = (
    update(link)
    .where(
        link.c.id == bindparam("link"),
        opens_at(bindparam("now", type_=UtcDateTime)),
    )
    .values(status=LinkStatus.USED, used_at=bindparam("now", type_=UtcDateTime))
    .returning(
        select(calendar.c.version)
        .where(calendar.c.id == link.c.calendar_id)
        .scalar_subquery()
        .label("version"),
        link.c.duration_minutes,
        link.c.offered_from_on,
        link.c.offered_until_on,
        link.c.offered_times,
    )
)

# One row for the day and one for the week, always in this order; a row moves only while it is below its limit.
COUNT_WITHIN_LIMITS = text(
    """
    INSERT INTO booking_count (calendar_id, period, starts_on, bookings)
    VALUES (:calendar_id, 'day', :day, 1), (:calendar_id, 'week', :week, 1)
    ON CONFLICT (calendar_id, period, starts_on) DO UPDATE SET bookings = booking_count.bookings + 1
    WHERE booking_count.bookings < CASE booking_count.period WHEN 'day' THEN :day_limit ELSE :week_limit END
    RETURNING period
    """
).bindparams(bindparam("day", type_=Date), bindparam("week", type_=Date))

# Run for the day, then for the week: the order in which a booking takes the same rows. Two who cancel at once both
# come here; the one that finds the booking cancelled rolls back.
GIVE_BACK_COUNT = text(
    """
    UPDATE booking_count SET bookings = bookings - 1
    WHERE calendar_id = :calendar_id AND period = :period AND starts_on = :starts_on AND bookings > 0
    """
).bindparams(bindparam("starts_on", type_=Date))

INSERT_BOOKING = insert(booking).returning(booking.c.id)

FIND_BY_FORM_KEY = select(
    booking.c.id, booking.c.manage_nonce, booking.c.key_id, booking.c.payload_hash
).where(booking.c.form_key_hash == bindparam("form_key_hash"))

# A booking with all that decides whether and how it may be changed.
FIND_BOOKING = (
    select(
        booking,
        calendar.c.version,
        calendar.c.cutoff_minutes,
        link.c.offered_from_on,
        link.c.offered_until_on,
        link.c.offered_times,
    )
    .join_from(booking, calendar, calendar.c.id == booking.c.calendar_id)
    .outerjoin(link, link.c.id == booking.c.link_id)
    .where(booking.c.id == bindparam("booking_id"))
)

# One row of COUNT_WITHIN_LIMITS: a booking that moves takes only those it did not have.
TAKE_COUNT = text(
    """
    INSERT INTO booking_count (calendar_id, period, starts_on, bookings) VALUES (:calendar_id, :period, :starts_on, 1)
    ON CONFLICT (calendar_id, period, starts_on) DO UPDATE SET bookings = booking_count.bookings + 1
    WHERE booking_count.bookings < :most
    RETURNING period
    """
).bindparams(bindparam("starts_on", type_=Date))

# Of two who change one booking at once this matches for the first; the other waits for it, and then matches nothing.
MOVE_BOOKING = (
    update(booking)
    .where(
        booking.c.id == bindparam("booking_id"),
        LIVE,
        booking.c.sequence == bindparam("seen"),
        booking.c.ends_at > bindparam("now"),
        booking.c.starts_at > bindparam("after"),
    )
    .values(
        starts_at=bindparam("new_starts_at"),
        ends_at=bindparam("new_ends_at"),
        blocked_from=bindparam("new_blocked_from"),
        blocked_until=bindparam("new_blocked_until"),
        counted_day=bindparam("new_day"),
        counted_week=bindparam("new_week"),
        status=bindparam("new_status"),
        answer_by=bindparam("new_answer_by"),
        no_show_at=None,
        sequence=booking.c.sequence + 1,
    )
    .returning(*booking.c)
)
