"""What the list of calendars shows of each, at a number of queries that does not grow with them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import selectinload

from ..accounts.sessions import SignedIn
from ..bookings.models import Booking
from ..bookings.next_times import next_open_times
from ..db import db
from ..links.models import LinkCount, LinkRequest, LinkStatus, OneTimeLink
from ..links.requests import IS_OPEN
from .access import calendars_for
from .models import Calendar


@dataclass(frozen=True)
class Row:
    """One calendar in the list. No `next_open_at`: it is off or has no open time. `is_empty`: it may be deleted."""

    calendar: Calendar
    active_links: int
    next_open_at: datetime | None
    is_empty: bool
    requests: int  # for a new link, not answered yet

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
    ids = [each.id for each in calendars]
    links, empty, requests = _active_links(ids), _empty(ids), _requests(ids)
    times = next_open_times([each for each in calendars if each.is_on], now)
    return [
        Row(each, links.get(each.id, 0), times.get(each.id), each.id in empty, requests.get(each.id, 0))
        for each in calendars
    ]


def is_empty(calendar: Calendar) -> bool:
    """True when nothing would be lost with the calendar: no links and no bookings, in whatever status."""
    return bool(_empty([calendar.id]))


def has_links(signed_in: SignedIn) -> bool:
    """Whether this person ever had a one-time link."""
    mine = calendars_for(signed_in).where(exists().where(OneTimeLink.calendar_id == Calendar.id))
    return bool(db.session.scalar(select(mine.exists())))


def _empty(calendars: Collection[int]) -> set[int]:
    has_link = exists().where(OneTimeLink.calendar_id == Calendar.id)
    has_booking = exists().where(Booking.calendar_id == Calendar.id)
    empty = select(Calendar.id).where(Calendar.id.in_(calendars), ~has_link, ~has_booking)
    return set(db.session.scalars(empty))


def _active_links(calendars: Collection[int]) -> dict[int, int]:
    counts = select(LinkCount.calendar_id, LinkCount.links).where(
        LinkCount.calendar_id.in_(calendars), LinkCount.status == LinkStatus.ACTIVE
    )
    return dict(db.session.execute(counts).all())


def _requests(calendars: Collection[int]) -> dict[int, int]:
    counts = select(LinkRequest.calendar_id, func.count()).where(
        LinkRequest.calendar_id.in_(calendars), IS_OPEN
    )
    return dict(db.session.execute(counts.group_by(LinkRequest.calendar_id)).all())
