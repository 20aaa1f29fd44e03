"""What may be done with calendar groups. Everything here runs in the caller's transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from .. import events
from ..calendars import slugged, slugs
from ..calendars.models import Calendar
from ..db import db
from ..errors import Conflict, Invalid, NotFound
from .models import CalendarGroup, GroupPlace

NO_LINKS = "One-time links are made from a group's calendars. Choose one of its calendars."
SLUG_TAKEN = "Another group already has this address. Choose another one."
SLUG_SHAPE = "Use small letters, digits and single hyphens between them, such as consultations."
IN_A_GROUP = "This calendar is in a group already. Remove it there first: a calendar is in one group at most."
CHANGED_MEANWHILE = (
    "Somebody else has changed this group since you opened it. What you typed is kept below and not saved yet: "
    "save again to replace what they stored."
)


def require_calendar(source: Calendar | CalendarGroup) -> None:
    """Raise Invalid when a one-time link is asked of a group. Whatever makes links asks here first."""
    if isinstance(source, CalendarGroup):
        raise Invalid(NO_LINKS)


def create_group(
    *, account_id: int, name: str, description: str = "", actor_id: int | None, now: datetime
) -> CalendarGroup:
    """A new group without calendars, switched on, with an address made of its name."""
    group = CalendarGroup(
        account_id=account_id,
        name=name,
        description=description,
        slug=slugged.free_slug(CalendarGroup, name, "group"),
        created_at=now,
    )
    db.session.add(group)
    slugged.flush(SLUG_TAKEN)
    _record("group_created", group, actor_id, now)
    return group


def change(
    group: CalendarGroup, *, name: str, slug: str, description: str, seen: int, actor_id: int, now: datetime
) -> None:
    """Another name, address or text; `seen` is the version that the person looked at.

    Raises Conflict when somebody has changed the group since, Invalid for an address that is taken or unreadable.
    """
    _lock(group)
    if seen != group.version:
        raise Conflict(CHANGED_MEANWHILE)
    if not slugs.is_slug(slug):
        raise Invalid(SLUG_SHAPE, "slug")
    group.name, group.slug, group.description = name, slug, description
    if db.session.is_modified(group):
        slugged.flush(SLUG_TAKEN)
        _record("group_changed", group, actor_id, now)


def add_calendar(group: CalendarGroup, calendar: Calendar, *, actor_id: int | None, now: datetime) -> None:
    """Put the calendar last in the group. Raises Conflict when it is in a group already."""
    _lock(group)
    if calendar.account_id != group.account_id:
        raise NotFound("There is no such calendar.")
    position = max((place.position for place in group.places), default=0) + 1
    place = {"calendar_id": calendar.id, "group_id": group.id, "position": position}
    try:
        db.session.execute(insert(GroupPlace).values(place))
    except IntegrityError as refused:  # the key decides: a check of ours would miss one added this moment
        raise Conflict(IN_A_GROUP) from refused
    db.session.expire(group, ["places"])
    _record("group_calendar_added", group, actor_id, now, calendar.id)


def remove_calendar(group: CalendarGroup, calendar_id: int, *, actor_id: int, now: datetime) -> None:
    """Take the calendar out of the group; nothing happens when it has already left."""
    _lock(group)
    kept = [place for place in group.places if place.calendar_id != calendar_id]
    if len(kept) < len(group.places):
        group.places = kept
        db.session.flush()
        _record("group_calendar_removed", group, actor_id, now, calendar_id)


def move(group: CalendarGroup, calendar_id: int, by: int) -> None:
    """Let the calendar change places with the one before it (`by` -1) or after it (1), if there is one."""
    _lock(group)
    order = list(group.places)
    at = next((at for at, place in enumerate(order) if place.calendar_id == calendar_id), None)
    if at is None or not 0 <= at + by < len(order):
        return
    order[at], order[at + by] = order[at + by], order[at]
    for position, place in enumerate(order, 1):
        place.position = position
    db.session.flush()


def switch(group: CalendarGroup, *, on: bool, actor_id: int, now: datetime) -> None:
    """Show the group's page or not; its calendars stay as they are. Nothing happens when it already is so."""
    _lock(group)
    if group.is_on == on:
        return
    group.switched_off_at = None if on else now
    slugged.flush(SLUG_TAKEN)
    _record("group_switched_on" if on else "group_switched_off", group, actor_id, now)


def delete_group(group: CalendarGroup, *, actor_id: int, now: datetime) -> None:
    """Delete the group and its page. Its calendars stay, with their links and bookings."""
    _lock(group)
    _record("group_deleted", group, actor_id, now)
    db.session.delete(group)
    db.session.flush()


def _lock(group: CalendarGroup) -> None:
    """Read the row and its places again and hold them until the transaction ends: of two moves, one follows the other.

    Raises NotFound when somebody has deleted the group meanwhile.
    """
    try:
        db.session.refresh(group, with_for_update={"of": CalendarGroup})
        db.session.refresh(group, ["places"])
    except InvalidRequestError as gone:
        raise NotFound("There is no such group.") from gone


def _record(
    name: str, group: CalendarGroup, actor_id: int | None, now: datetime, calendar_id: int | None = None
) -> None:
    data: dict[str, Any] = {"group_id": group.id, "name": group.name}
    events.record(
        name, account_id=group.account_id, at=now, calendar_id=calendar_id, actor_id=actor_id, data=data
    )
