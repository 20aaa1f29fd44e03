"""What the public page of a calendar group shows: its calendars that anyone may book, each with its next open time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..amounts import length_words
from ..bookings.next_times import next_open_times
from ..calendars.models import Calendar
from ..db import db
from ..groups.models import CalendarGroup, GroupPlace


@dataclass(frozen=True)
class Offered:
    """One calendar of the page. No `next_open_at`: it has no open time just now."""

    name: str
    description: str
    slug: str
    host: str
    length: str
    next_open_at: datetime | None


def group_by_slug(slug: str) -> CalendarGroup | None:
    """The group that goes by this name, on or off."""
    return db.session.scalars(select(CalendarGroup).where(CalendarGroup.slug == slug)).one_or_none()


def bookable_of(group: CalendarGroup) -> Sequence[Calendar]:
    """Its calendars whose standard link takes bookings, in the group's order; none while the group is off."""
    if not group.is_on:
        return []
    placed = select(Calendar).join(GroupPlace, GroupPlace.calendar_id == Calendar.id)
    open_ones = placed.where(
        GroupPlace.group_id == group.id, Calendar.switched_off_at.is_(None), Calendar.is_public
    )
    return db.session.scalars(
        open_ones.options(selectinload(Calendar.overrides)).order_by(GroupPlace.position)
    ).all()


def offered(calendars: Sequence[Calendar], now: datetime) -> list[Offered]:
    """What the page says of each of them, at a number of queries that does not grow with them."""
    times = next_open_times(calendars, now) if calendars else {}
    return [
        Offered(
            name=each.name,
            description=each.description,
            slug=each.slug,
            host=each.host.name,
            length=length_words(each.duration_minutes),
            next_open_at=times.get(each.id),
        )
        for each in calendars
    ]
