"""Links that are sent by mail. Everything here runs in the caller's transaction; the mail follows from the event."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from .. import events
from ..accounts.models import User
from ..calendars.models import Calendar
from ..db import connection, db
from ..errors import Conflict
from ..events import Event
from .models import LinkStatus, OneTimeLink
from .openness import is_open
from .options import taken_over
from .service import create_link

link_table, event = OneTimeLink.__table__, Event.__table__
SEND = "link_send_asked"
MOST_SHOWN = 5
SENT_ONCE = timedelta(minutes=2)  # a second press within this is the same one


def send(link: OneTimeLink, actor: User | None, now: datetime) -> None:
    """Send the link to the address it was made for. Raises Conflict when it opens nothing, or has no address."""
    _hold(link.id)
    if not is_sendable(link, now):
        raise Conflict("Only an Active link that has an e-mail address can be sent.")
    if _was_just_sent(link.id, now):
        return
    events.record(
        SEND,
        account_id=link.account_id,
        calendar_id=link.calendar_id,
        link_id=link.id,
        actor_id=actor.id if actor else None,
        at=now,
    )


def send_replacement(
    calendar: Calendar, parent: OneTimeLink, name: str, email: str, actor: User, now: datetime
) -> OneTimeLink:
    """A link in place of one that is over, for this person, on its way to them.

    While they have one that they have not used, it is sent again: however often this is pressed, one is open.
    """
    _hold(parent.id)
    link = _open_replacement(parent, email, now)
    if link is None:
        link = replace_for(calendar, parent, name, email, parent.note, actor, now)
    send(link, actor, now)
    return link


def replace_for(
    calendar: Calendar, parent: OneTimeLink, name: str, email: str, note: str, actor: User, now: datetime
) -> OneTimeLink:
    """A new link with the duration of `parent`, whatever its status, for another person or the same."""
    options = taken_over(parent, name, email, note)
    is_same = email.lower() == parent.for_email.lower()
    contact_id = parent.contact_id if is_same else None
    return create_link(calendar, options, actor=actor, now=now, parent=parent, contact_id=contact_id)


def replacements_of(link_id: int) -> Sequence[OneTimeLink]:
    """The latest links that were made in place of this one, newest first."""
    newer = select(OneTimeLink).where(OneTimeLink.parent_id == link_id)
    return db.session.scalars(newer.order_by(OneTimeLink.id.desc()).limit(MOST_SHOWN)).all()


def is_sendable(link: Any, now: datetime) -> bool:
    """True for a link with an address, which can still be booked."""
    return is_open(link, now) and bool(link.for_email)


def _hold(link_id: int) -> None:
    """Let two presses at once come one after the other; on SQLite all writers do."""
    connection().execute(select(link_table.c.id).where(link_table.c.id == link_id).with_for_update())


def _was_just_sent(link_id: int, now: datetime) -> bool:
    sent = select(event.c.id).where(
        event.c.link_id == link_id, event.c.at > now - SENT_ONCE, event.c.name == SEND
    )
    return connection().execute(sent.limit(1)).one_or_none() is not None


def _open_replacement(parent: OneTimeLink, email: str, now: datetime) -> OneTimeLink | None:
    children = select(OneTimeLink).where(
        OneTimeLink.parent_id == parent.id,
        OneTimeLink.status == LinkStatus.ACTIVE,
        func.lower(OneTimeLink.for_email) == func.lower(email),
    )
    found = db.session.scalars(children.order_by(OneTimeLink.id.desc()))
    return next((link for link in found if is_sendable(link, now)), None)
