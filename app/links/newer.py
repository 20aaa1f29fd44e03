"""The newer link of a contact whose older one was deleted, for whoever it was made for; nobody else learns of it.

As in bookings/finding.py, asking with the right address and with another costs the same and looks the same: only a
mail tells, and it goes to the contact.
"""

from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from sqlalchemy import func, or_, select

from .. import events
from ..db import connection
from ..events import Event
from .models import LinkStatus, OneTimeLink
from .sending import SEND

table, event = OneTimeLink.__table__, Event.__table__
REFUSED = "newer_link_refused"
MOST_MAILS = 3
WITHIN = timedelta(hours=1)


def seek(account_id: int, link_id: int, email: str, now: datetime) -> None:
    """Record that a newer link was asked for, in the caller's transaction; the mail follows from the event."""
    found = connection().execute(_newer_with_mails(link_id, now)).first()
    is_theirs = compare_digest(_folded(found.for_email if found else ""), _folded(email))
    is_mailed = found is not None and is_theirs and found.mails < MOST_MAILS
    events.record(
        SEND if is_mailed else REFUSED,
        account_id=account_id,
        calendar_id=found.calendar_id if is_mailed else None,
        link_id=found.id if is_mailed else link_id,
        contact_id=found.contact_id if is_mailed else None,
        at=now,
        data={} if is_mailed else {"because": "too many" if is_theirs else "address"},
    )


def _newer_with_mails(link_id: int, now: datetime) -> Any:
    """The newest link of the same contact and calendar that can be booked."""
    older = table.alias("older")
    mails = (
        select(func.count())
        .where(event.c.link_id == table.c.id, event.c.at > now - WITHIN, event.c.name == SEND)
        .scalar_subquery()
    )
    columns = (table.c.id, table.c.calendar_id, table.c.contact_id, table.c.for_email, mails.label("mails"))
    same = (older.c.contact_id == table.c.contact_id) & (older.c.calendar_id == table.c.calendar_id)
    return (
        select(*columns)
        .join(older, same)
        .where(
            older.c.id == link_id,
            table.c.status == LinkStatus.ACTIVE,
            table.c.for_email != "",
            or_(table.c.expires_at.is_(None), table.c.expires_at > now),
        )
        .order_by(table.c.id.desc())
        .limit(1)
    )


def _folded(email: str) -> bytes:
    return email.lower().encode()
