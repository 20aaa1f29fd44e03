"""Requests for a new link, by people who opened one that is over. All of it runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Row, select, text, update

from .. import events
from ..accounts.models import User
from ..calendars.models import Calendar
from ..calendars.texts import one_line
from ..db import connection, db, upsert
from ..errors import Conflict
from .lookup import FoundLink
from .models import LinkRequest, OneTimeLink, RequestStatus
from .sending import replace_for, send

table = LinkRequest.__table__
# As words of the statement, not as a parameter: else the partial index stays unused.
IS_OPEN = text("link_request.status = 'open'")
MOST_SHOWN = 20
IS_OFF = "This calendar is switched off, so a new link would open for nobody. Switch it on, then answer the request."
SETTLED = {
    RequestStatus.ANSWERED: "This link was made for the request already.",
    RequestStatus.IGNORED: "This request was ignored. Create a replacement of the link instead.",
}


class Asker(NamedTuple):
    """Who asks, as typed: checked shapes, nothing else is known of them."""

    name: str
    email: str
    note: str


def ask(link: FoundLink, asker: Asker, now: datetime) -> None:
    """Keep the request for the owner. Asked again from the same address while one is open, nothing is added:
    the unique index decides, whatever the case it is written in."""
    row = upsert(table).values(
        account_id=link.account_id,
        calendar_id=link.calendar_id,
        link_id=link.id,
        status=RequestStatus.OPEN,
        asked_at=now,
        **asker._asdict(),
    )
    made = connection().execute(row.on_conflict_do_nothing().returning(table.c.id)).scalar_one_or_none()
    if made is not None:
        events.record(
            "link_request_created",
            account_id=link.account_id,
            calendar_id=link.calendar_id,
            link_id=link.id,
            at=now,
            data={"request_id": made},
        )


def answer(calendar: Calendar, request: LinkRequest, actor: User, now: datetime) -> OneTimeLink:
    """A new link for whoever asked, in place of the one they opened; it is sent to the address they gave.

    The duration is the old link's. Raises Conflict when the request is settled, or the calendar is off: then no link
    was made.
    """
    if not calendar.is_on:
        raise Conflict(IS_OFF)
    parent = db.session.get_one(OneTimeLink, request.link_id)
    link = replace_for(calendar, parent, request.name, request.email, _note_for(request, parent), actor, now)
    send(link, actor, now)
    _settle(request, RequestStatus.ANSWERED, actor, now, new_link_id=link.id)
    return link


def _note_for(request: LinkRequest, parent: OneTimeLink) -> str:
    """The old link's note is about whoever it was for: anybody else's link has what they wrote themselves."""
    is_same = request.email.lower() == parent.for_email.lower()
    return parent.note if is_same else one_line(request.note)


def ignore(request: LinkRequest, actor: User, now: datetime) -> None:
    """Put the request away; who asked is told nothing. Raises Conflict when it is settled."""
    _settle(request, RequestStatus.IGNORED, actor, now)


def open_of(calendar_id: int) -> Sequence[Row[tuple[LinkRequest, OneTimeLink]]]:
    """The calendar's open requests with the links they came by, oldest first."""
    found = select(LinkRequest, OneTimeLink).join(OneTimeLink, OneTimeLink.id == LinkRequest.link_id)
    mine = found.where(LinkRequest.calendar_id == calendar_id, IS_OPEN)
    return db.session.execute(mine.order_by(LinkRequest.id).limit(MOST_SHOWN)).all()


def of_link(link_id: int) -> Sequence[LinkRequest]:
    """All requests that came by the link, oldest first."""
    mine = select(LinkRequest).where(LinkRequest.link_id == link_id)
    return db.session.scalars(mine.order_by(LinkRequest.id)).all()


def status_now(request: LinkRequest) -> RequestStatus:
    """What has become of the request by now."""
    return connection().execute(select(table.c.status).where(table.c.id == request.id)).scalar_one()


def _settle(request: LinkRequest, status: RequestStatus, actor: User, now: datetime, **more: int) -> None:
    """Of all who settle a request at once this matches for one; the others wait for it, and then match nothing."""
    settled = connection().execute(
        update(table)
        .where(table.c.id == request.id, IS_OPEN)
        .values(status=status, settled_at=now, settled_by_id=actor.id, **more)
    )
    if not settled.rowcount:
        raise Conflict(SETTLED[status_now(request)])
    events.record(
        f"link_request_{status.value}",
        account_id=request.account_id,
        calendar_id=request.calendar_id,
        link_id=request.link_id,
        actor_id=actor.id,
        at=now,
        data={"request_id": request.id, **more},
    )
