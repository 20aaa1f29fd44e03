"""What the list of calendars shows of each, at a number of queries that does not grow with them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import selectinload

from ..accounts.sessions import SignedIn
from ..bookings.models import Booking
from ..bookings.next_times import next_open_times
from ..db import db
from ..links.models import LinkCount, LinkStatus, OneTimeLink
from .access import calendars_for
from .models import Calendar


@dataclass(frozen=True)
class Row:
    """One calendar in the list. `next_open_at` is empty when it is off or has no open time."""

    calendar: Calendar
    active_links: int
    next_open_at: datetime | None

    @property
    def has_hours(self) -> bool:
        """False when no weekday and no single date has any hours."""
        return any(self.calendar.weekly_hours) or any(each.ranges for each in self.calendar.overrides)


def rows_for(signed_in: SignedIn, now: datetime) -> list[Row]:
    """The calendars this person manages, by name."""
    calendars = db.session.scalars(
        calendars_for(signed_in)
        .options(selectinload(Calendar.overrides))
        .order_by(Calendar.switched_off_at.is_not(None), Calendar.name, Calendar.id)
    ).all()
    links = _active_links([each.id for each in calendars])
    times = next_open_times([each for each in calendars if each.is_on], now)
    return [Row(each, links.get(each.id, 0), times.get(each.id)) for each in calendars]


def has_links(calendars: Collection[int]) -> bool:
    """Whether any of the calendars ever had a one-time link."""
    return bool(db.session.scalar(select(exists().where(OneTimeLink.calendar_id.in_(calendars)))))


def is_empty(calendar: Calendar) -> bool:
    """True when nothing would be lost with the calendar: no links and no bookings, in whatever status."""
    links = exists().where(OneTimeLink.calendar_id == calendar.id)
    bookings = exists().where(Booking.calendar_id == calendar.id)
    return not db.session.scalar(select(links | bookings))


def _active_links(calendars: Collection[int]) -> dict[int, int]:
    counts = select(LinkCount.calendar_id, LinkCount.links).where(
        LinkCount.calendar_id.in_(calendars), LinkCount.status == LinkStatus.ACTIVE
    )
    return dict(db.session.execute(counts).all())
