"""What becomes of somebody's calendars when they leave the workspace. Runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select

from .. import events
from ..accounts.models import Membership
from ..db import db
from ..errors import Invalid
from . import service
from .models import Calendar


def calendars_of(account_id: int, host_id: int) -> Sequence[Calendar]:
    """The calendars that book this person, by name."""
    theirs = select(Calendar).where(Calendar.account_id == account_id, Calendar.host_id == host_id)
    return db.session.scalars(theirs.order_by(Calendar.name, Calendar.id)).all()


def hand_over(account_id: int, host_id: int, to_id: int, *, actor_id: int, now: datetime) -> None:
    """Give somebody's calendars to another member, switched off until their hours are checked.

    Their links stay Active. Raises Invalid for somebody who is not of the account, or is the one who leaves.
    """
    theirs = calendars_of(account_id, host_id)
    is_member = exists().where(Membership.account_id == account_id, Membership.user_id == to_id)
    if theirs and (to_id == host_id or not db.session.scalar(select(is_member))):
        raise Invalid("Choose somebody of this workspace who stays.", "to_id")
    for calendar in theirs:
        service.switch(calendar, on=False, actor_id=actor_id, now=now)
        calendar.host_id = to_id
        db.session.flush()
        changed = {"section": "details", "fields": ["host_id"]}
        events.record(
            "calendar_changed",
            account_id=account_id,
            calendar_id=calendar.id,
            actor_id=actor_id,
            at=now,
            data=changed,
        )
