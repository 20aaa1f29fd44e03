"""What may be done with calendars. Everything here runs in the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from .. import events
from ..accounts.models import Membership
from ..db import db
from ..errors import Conflict, Invalid, NotFound
from . import checks, slugged
from .models import Calendar, DateOverride
from .sections import SECTIONS, stamp, values_of

WORKING_WEEK = [[[540, 1020]]] * 5 + [[], []]  # Monday to Friday, 09:00 to 17:00
CHANGED_MEANWHILE = (
    "Somebody else has saved this section since you opened it. What you typed is kept below and not saved yet: "
    "save again to replace what they stored."
)
SLUG_TAKEN = "Another calendar already has this address. Choose another one."
NOT_EMPTY = "This calendar has links or bookings, which would be lost with it. Switch it off instead."


def create_calendar(
    *,
    account_id: int,
    host_id: int,
    name: str,
    tz: str,
    now: datetime,
    actor_id: int | None = None,
    duration_minutes: int = 30,
    **settings: Any,
) -> Calendar:
    """A new calendar of the account, stored and switched on; `settings` are further columns of Calendar.

    Without others it takes working hours from Monday to Friday, a step as long as the duration (an hour at most)
    and a slug made of its name.
    """
    settings.setdefault("weekly_hours", WORKING_WEEK)
    settings.setdefault("step_minutes", min(duration_minutes, 60))
    settings.setdefault("slug", slugged.free_slug(Calendar, name, "calendar"))
    calendar = Calendar(
        account_id=account_id,
        host_id=host_id,
        name=name,
        tz=tz,
        duration_minutes=duration_minutes,
        created_at=now,
        **settings,
    )
    db.session.add(calendar)
    slugged.flush(SLUG_TAKEN)
    _record("calendar_created", calendar, actor_id, now)
    return calendar


def change(
    calendar: Calendar, section: str, changes: Mapping[str, Any], *, seen: str, actor_id: int, now: datetime
) -> None:
    """Store one section's values; `seen` is the `stamp` of the section that the person looked at.

    Raises Conflict when somebody has saved other values since, Invalid for values that break a rule.
    """
    lock(calendar)
    if seen != stamp(calendar, section):
        raise Conflict(CHANGED_MEANWHILE)
    before = values_of(calendar, section)
    with db.session.no_autoflush:  # a question on the way must not store what is still to be checked
        for name in SECTIONS[section]:
            if name in changes:
                setattr(calendar, name, changes[name])
        checks.check(calendar, section, now)
        if calendar.host_id != before.get("host_id", calendar.host_id):
            _require_member(calendar)
    changed = [name for name, value in values_of(calendar, section).items() if value != before[name]]
    slugged.flush(SLUG_TAKEN)
    if changed:
        _record("calendar_changed", calendar, actor_id, now, section=section, fields=changed)


def add_override(calendar: Calendar, override: DateOverride, *, actor_id: int, now: datetime) -> None:
    """Give the calendar other hours on some dates. Raises Invalid when one of them already has its own."""
    lock(calendar)
    for other in calendar.overrides:
        if other.from_on <= override.until_on and override.from_on <= other.until_on:
            raise Invalid("One of these dates already has its own hours. Remove those first.", "from_on")
    calendar.overrides.append(override)
    _touched(calendar, actor_id, now)


def remove_override(calendar: Calendar, override_id: int, *, actor_id: int, now: datetime) -> None:
    """Return some dates to the weekly hours; nothing happens when they have already been."""
    lock(calendar)
    kept = [override for override in calendar.overrides if override.id != override_id]
    if len(kept) < len(calendar.overrides):
        calendar.overrides = kept
        _touched(calendar, actor_id, now)


def duplicate(calendar: Calendar, *, actor_id: int, now: datetime) -> Calendar:
    """A copy with the same settings and date overrides and an address of its own, without links and bookings."""
    own = {"id", "version", "name", "slug", "created_at", "switched_off_at"}
    columns = {name: getattr(calendar, name) for name in set(Calendar.__table__.c.keys()) - own}
    copy = create_calendar(name=_copy_name(calendar.name), actor_id=actor_id, now=now, **columns)
    copy.overrides = [
        DateOverride(from_on=each.from_on, until_on=each.until_on, ranges=each.ranges, note=each.note)
        for each in calendar.overrides
    ]
    slugged.flush(SLUG_TAKEN)
    return copy


def switch(calendar: Calendar, *, on: bool, actor_id: int, now: datetime) -> None:
    """Take bookings, or none; links and bookings stay as they are. Nothing happens when it already is so."""
    lock(calendar)
    if calendar.is_on == on:
        return
    calendar.switched_off_at = None if on else now
    slugged.flush(SLUG_TAKEN)
    _record("calendar_switched_on" if on else "calendar_switched_off", calendar, actor_id, now)


def delete_calendar(calendar: Calendar, *, actor_id: int, now: datetime) -> None:
    """Delete a calendar that has neither links nor bookings. Raises Conflict for any other."""
    _record("calendar_deleted", calendar, actor_id, now, name=calendar.name)
    db.session.delete(calendar)
    try:
        # The foreign keys of links and bookings decide: a check of ours would miss one made this moment.
        db.session.flush()
    except IntegrityError as refused:
        raise Conflict(NOT_EMPTY) from refused


def lock(calendar: Calendar) -> None:
    """Read the row again and hold it until the transaction ends, so that nothing is decided on old values.

    Raises NotFound when somebody has deleted it meanwhile.
    """
    try:
        db.session.refresh(calendar, with_for_update={"of": Calendar})
    except InvalidRequestError as gone:
        raise NotFound("There is no such calendar.") from gone


def _touched(calendar: Calendar, actor_id: int, now: datetime) -> None:
    calendar.touch()
    slugged.flush(SLUG_TAKEN)
    _record("calendar_changed", calendar, actor_id, now, section="availability", fields=["overrides"])


def _require_member(calendar: Calendar) -> None:
    mine = exists().where(
        Membership.account_id == calendar.account_id, Membership.user_id == calendar.host_id
    )
    if not db.session.scalar(select(mine)):
        raise Invalid("Choose one of the people of this account.", "host_id")


def _record(event: str, calendar: Calendar, actor_id: int | None, now: datetime, /, **data: Any) -> None:
    events.record(
        event,
        account_id=calendar.account_id,
        calendar_id=calendar.id,
        actor_id=actor_id,
        at=now,
        data=data,
    )


def _copy_name(name: str) -> str:
    longest = Calendar.name.type.length
    return f"Copy of {name}"[:longest]
