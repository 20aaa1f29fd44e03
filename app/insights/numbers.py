"""The numbers themselves, each from one query over the links that were made in a span of time.

A link is counted where it was made, whenever the rest happened: of the links of May so many have been booked by now.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.sql import FromClause

from ..accounts.sessions import SignedIn
from ..bookings.models import LIVE, Booking
from ..calendars.access import calendars_for
from ..calendars.models import Calendar
from ..db import connection, epoch_seconds
from ..links.models import LinkSighting, LinkStatus, OneTimeLink, SightingKind
from ..messaging.models import Message, MessageState
from ..workflows.models import WorkflowRun, WorkflowRunLink
from ..zones import zone
from .choice import By, Choice
from .funnel import Funnel

ONE_DAY = timedelta(days=1)
# The messages that bring a link to somebody, and where they stand once it has left.
CARRIERS = ("booking_link", "workflow_email", "workflow_sms")
GONE_OUT = (MessageState.SENT, MessageState.UNCLEAR)

link, booking, calendar = OneTimeLink.__table__, Booking.__table__, Calendar.__table__
message, sighting = Message.__table__, LinkSighting.__table__
run, run_link = WorkflowRun.__table__, WorkflowRunLink.__table__


def funnels(signed_in: SignedIn, choice: Choice, now: datetime) -> Mapping[Any, Funnel]:
    """The links of `choice`, those that this person may see, by calendar id, workflow id (or None) or source."""
    facts = _facts(signed_in, choice, now).subquery()
    sums = [func.count(), *(func.sum(facts.c[name]) for name in Funnel._fields[1:])]
    found = connection().execute(select(facts.c.key, *sums).group_by(facts.c.key))
    return {key: Funnel(*(int(number) for number in numbers)) for key, *numbers in found}


def median_seconds(signed_in: SignedIn, choice: Choice) -> float | None:
    """How long it took from making a link to booking by it, in the middle of those that were booked."""
    took = epoch_seconds(link.c.used_at) - epoch_seconds(link.c.created_at)
    ranked = (
        select(
            took.label("took"),
            func.row_number().over(order_by=took).label("rank"),
            func.count().over().label("links"),
        )
        .where(_made_in(signed_in, choice), link.c.status == LinkStatus.USED)
        .subquery()
    )
    # One in the middle, or the two about it.
    middle = or_(ranked.c.rank == (ranked.c.links + 1) // 2, ranked.c.rank == (ranked.c.links + 2) // 2)
    found = connection().execute(select(func.avg(ranked.c.took)).where(middle)).scalar()
    return None if found is None else float(found)


def bookings_by_week(signed_in: SignedIn, choice: Choice) -> dict[date, int]:
    """How many bookings that stand begin in each week, named by its Monday in the calendar's zone."""
    start, end = _span(signed_in, choice)
    mine = calendars_for(signed_in).with_only_columns(calendar.c.id)
    wanted = [
        booking.c.account_id == signed_in.account.id,
        booking.c.starts_at >= start,
        booking.c.starts_at < end,
        LIVE,
        booking.c.calendar_id.in_(mine),
    ]
    if choice.calendar_id:
        wanted.append(booking.c.calendar_id == choice.calendar_id)
    week = booking.c.counted_week
    found = connection().execute(select(week, func.count()).where(*wanted).group_by(week))
    return dict(map(tuple, found))


def _facts(signed_in: SignedIn, choice: Choice, now: datetime) -> Any:
    seen = {kind: sighting.alias(kind.value) for kind in SightingKind if kind != SightingKind.BARRED}
    return (
        select(*_columns({kind: table.c.times for kind, table in seen.items()}, choice.by, now))
        .select_from(_with_sightings(seen))
        .where(_made_in(signed_in, choice))
    )


def _with_sightings(seen: Mapping[SightingKind, Any]) -> FromClause:
    joined: FromClause = link
    for kind, table in seen.items():
        joined = joined.outerjoin(table, and_(table.c.link_id == link.c.id, table.c.kind == kind))
    return joined


def _columns(times: Mapping[SightingKind, Any], by: By, now: datetime) -> list[Any]:
    is_active, is_used = link.c.status == LinkStatus.ACTIVE, link.c.status == LinkStatus.USED
    is_over = and_(link.c.expires_at.is_not(None), link.c.expires_at <= now)
    # Who has booked has looked, even where that was not noted.
    looked_at = or_(is_used, times[SightingKind.LOOKED].is_not(None))
    only_fetched = and_(
        ~is_used, times[SightingKind.LOOKED].is_(None), times[SightingKind.FETCHED].is_not(None)
    )
    facts = {
        "sent": _was_sent(),
        "looked_at": looked_at,
        "booked": is_used,
        "open": and_(is_active, ~is_over),
        "expired": and_(is_active, is_over),
        "deleted": link.c.status == LinkStatus.DELETED,
        "fetched": only_fetched,
    }
    counted = [case((fact, 1), else_=0).label(name) for name, fact in facts.items()]
    refused = func.coalesce(times[SightingKind.REFUSED], 0).label("refused")
    return [_key(by).label("key"), *counted, refused]


def _was_sent() -> ColumnElement[bool]:
    return exists().where(
        message.c.link_id == link.c.id, message.c.kind.in_(CARRIERS), message.c.state.in_(GONE_OUT)
    )


def _key(by: By) -> Any:
    if by == By.WORKFLOW:
        of_link = select(run.c.workflow_id).join_from(run_link, run, run.c.id == run_link.c.run_id)
        first = of_link.where(run_link.c.link_id == link.c.id).order_by(run.c.id).limit(1)
        return first.scalar_subquery()
    return link.c.calendar_id if by == By.CALENDAR else link.c.source


def _made_in(signed_in: SignedIn, choice: Choice) -> ColumnElement[bool]:
    start, end = _span(signed_in, choice)
    made = and_(
        link.c.account_id == signed_in.account.id, link.c.created_at >= start, link.c.created_at < end
    )
    if choice.calendar_id:
        made = and_(made, link.c.calendar_id == choice.calendar_id)
    if signed_in.manages_account:
        return made
    return and_(made, link.c.calendar_id.in_(calendars_for(signed_in).with_only_columns(calendar.c.id)))


def _span(signed_in: SignedIn, choice: Choice) -> tuple[datetime, datetime]:
    here = zone(signed_in.user.tz)
    return (
        datetime.combine(choice.from_on, time(), here),
        datetime.combine(choice.until_on + ONE_DAY, time(), here),
    )
