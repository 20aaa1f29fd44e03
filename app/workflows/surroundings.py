"""What a workspace has that its workflows may refer to. Everything here reads only."""

from sqlalchemy import select

from ..accounts.models import Membership, User
from ..calendars.models import Calendar
from ..contacts.fields import fields_of
from ..db import connection
from ..intake.models import IntakeForm
from ..pipelines.models import Pipeline, Stage
from .known import CalendarNow, Known

calendar, user, membership = Calendar.__table__, User.__table__, Membership.__table__
form, pipeline, stage = IntakeForm.__table__, Pipeline.__table__, Stage.__table__


def known_to(account_id: int) -> Known:
    """All of it, by id or key."""
    return Known(
        calendars=_calendars(account_id),
        fields={field.key: field.label for field in fields_of(account_id)},
        members=_members(account_id),
        forms=_forms(account_id),
        stages=_stages(account_id),
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


def _forms(account_id: int) -> dict[int, str]:
    mine = select(form.c.id, form.c.name).where(form.c.account_id == account_id)
    return {row.id: row.name for row in connection().execute(mine.order_by(form.c.name, form.c.id))}


def _stages(account_id: int) -> dict[int, str]:
    """ "Sales: Qualified"."""
    mine = (
        select(stage.c.id, stage.c.name, pipeline.c.name.label("pipeline_name"))
        .join(pipeline, pipeline.c.id == stage.c.pipeline_id)
        .where(pipeline.c.account_id == account_id)
        .order_by(pipeline.c.name, pipeline.c.id, stage.c.position)
    )
    return {row.id: f"{row.pipeline_name}: {row.name}" for row in connection().execute(mine)}
