"""What a workspace has that its workflows may refer to. Everything here reads only."""

from sqlalchemy import select

from ..accounts.models import Membership, User
from ..calendars.models import Calendar
from ..contacts.fields import fields_of
from ..db import connection
from .checks import CalendarNow, Known

calendar, user, membership = Calendar.__table__, User.__table__, Membership.__table__


def known_to(account_id: int) -> Known:
    """All of it, by id or key."""
    return Known(
        calendars=_calendars(account_id),
        fields={field.key: field.label for field in fields_of(account_id)},
        members=_members(account_id),
    )


def _calendars(account_id: int) -> dict[int, CalendarNow]:
    mine = select(calendar.c.id, calendar.c.name, calendar.c.switched_off_at).where(
        calendar.c.account_id == account_id
    )
    rows = connection().execute(mine.order_by(calendar.c.name, calendar.c.id))
    return {row.id: CalendarNow(row.name, row.switched_off_at is None) for row in rows}


def _members(account_id: int) -> dict[int, str]:
    mine = select(user.c.id, user.c.name).join(membership, membership.c.user_id == user.c.id)
    rows = connection().execute(
        mine.where(membership.c.account_id == account_id).order_by(user.c.name, user.c.id)
    )
    return {row.id: row.name for row in rows}
