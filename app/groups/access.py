"""Loads groups for the person who asks. They are the whole account's, so only its owners and admins change them."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload, selectinload

from ..accounts.sessions import SignedIn
from ..calendars.access import calendars_for
from ..calendars.models import Calendar
from ..db import db
from ..errors import NotFound
from .models import CalendarGroup, GroupPlace

_WITH_CALENDARS = selectinload(CalendarGroup.places).options(joinedload(GroupPlace.calendar))

MANAGERS_ONLY = "Calendar groups are managed by the owners and admins of the workspace."


def groups_for(signed_in: SignedIn) -> Sequence[CalendarGroup]:
    """The groups this person manages with their calendars, by name; a member manages none."""
    if not signed_in.manages_account:
        return []
    mine = select(CalendarGroup).where(CalendarGroup.account_id == signed_in.account.id)
    order = (CalendarGroup.switched_off_at.is_not(None), CalendarGroup.name, CalendarGroup.id)
    return db.session.scalars(mine.options(_WITH_CALENDARS).order_by(*order)).all()


def group_for(signed_in: SignedIn, group_id: int) -> CalendarGroup:
    """The group with its calendars. Raises NotAllowed for a member, NotFound for one of another account."""
    signed_in.require_manager(MANAGERS_ONLY)
    mine = select(CalendarGroup).where(
        CalendarGroup.account_id == signed_in.account.id, CalendarGroup.id == group_id
    )
    found = db.session.scalars(mine.options(_WITH_CALENDARS)).one_or_none()
    if found is None:
        raise NotFound("There is no such group.")
    return found


def ungrouped_for(signed_in: SignedIn) -> Sequence[Calendar]:
    """The calendars this person manages that are in no group yet, by name."""
    is_placed = exists().where(GroupPlace.calendar_id == Calendar.id)
    free = calendars_for(signed_in).where(~is_placed)
    return db.session.scalars(free.order_by(Calendar.name, Calendar.id)).all()
