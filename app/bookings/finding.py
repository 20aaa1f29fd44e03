"""Finds the booking of a used link for whoever made it, and tells nobody else whether they named the right address."""

from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from sqlalchemy import func, select

from .. import events
from ..db import connection
from ..events import Event
from .models import Booking

table, event = Booking.__table__, Event.__table__
ASKED, REFUSED = "manage_link_asked", "manage_link_refused"
MOST_MAILS = 3
WITHIN = timedelta(hours=1)


def seek(account_id: int, link_id: int, email: str, now: datetime) -> None:
    """Record that the way to the link's booking was asked for, in the caller's transaction.

    The event says whether it was the booker's address, and the mail follows from it. Both cost the same: a reader of
    clocks learns nothing either. Who knows the address cannot flood it: after a few mails an hour none follows.
    """
    found = connection().execute(_booking_with_mails(link_id, now - WITHIN)).one_or_none()
    is_theirs = compare_digest(_folded(found.email if found else ""), _folded(email))
    is_mailed = is_theirs and found is not None and found.mails < MOST_MAILS
    events.record(
        ASKED if is_mailed else REFUSED,
        account_id=account_id,
        calendar_id=found.calendar_id if found else None,
        link_id=link_id,
        booking_id=found.id if is_mailed else None,
        at=now,
        data={"booking_id": found.id} if is_mailed else {"because": "too many" if is_theirs else "address"},
    )


def _booking_with_mails(link_id: int, since: datetime) -> Any:
    mails = (
        select(func.count())
        .where(event.c.link_id == link_id, event.c.at > since, event.c.name == ASKED)
        .scalar_subquery()
    )
    columns = (table.c.id, table.c.calendar_id, table.c.email, mails.label("mails"))
    return select(*columns).where(table.c.link_id == link_id)


def _folded(email: str) -> bytes:
    # Not casefold(): to it "ß" is "ss", and two mailboxes would be one.
    return email.lower().encode()
