"""What messages are to contacts: they go along in a merge, into an export, and lose their recipient in an erasure.

That somebody wants no more messages stays when they are erased, or they would be written to again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from ..contacts.belongings import Belonging, add
from ..db import connection
from . import opt_outs
from .blanking import blank_messages
from .models import Message

table = Message.__table__


def _theirs(contact: Any) -> ColumnElement[bool]:
    addresses = [address for address in (contact.email, contact.phone) if address]
    to_them = (table.c.account_id == contact.account_id) & table.c.to_address.in_(addresses)
    return or_(table.c.contact_id == contact.id, to_them)


def _erase(contact: Any, _now: datetime) -> None:
    """Messages to hosts and members stay: they are people of the house."""
    ids = select(table.c.id).where(_theirs(contact), table.c.user_id.is_(None))
    blank_messages(list(connection().execute(ids).scalars()))


def _export(contact: Any) -> list[dict[str, Any]]:
    rows = connection().execute(select(table).where(_theirs(contact)).order_by(table.c.id)).all()
    return [
        {
            "kind": row.kind,
            "channel": row.channel.value,
            "to": row.to_address,
            "state": row.state.value,
            "queued_at": row.created_at.isoformat(),
        }
        for row in rows
    ]


def _carry_over(kept: Any, other: Any, now: datetime) -> None:
    """Who has said stop is not written to at another address either, of two contacts that become one or of one's own
    that is changed."""
    for field in ("email", "phone"):
        theirs, mine = getattr(other, field), getattr(kept, field)
        if theirs and mine and opt_outs.has_stopped(other.account_id, theirs):
            opt_outs.stop(kept.account_id, mine, now)


add(Belonging("messages", merge=_carry_over, change=_carry_over, erase=_erase, export=_export))
