"""Texts that come in: kept, and what STOP and START ask for is done at once. In the caller's transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from .. import events
from ..contacts.models import Contact
from ..db import connection
from ..phone import inbound
from ..phone.formats import Text
from ..phone.models import Keyword
from ..phone.settings import Known
from . import opt_outs
from .service import Recipient, queue_sms


def take(known: Known, text: Text, now: datetime) -> bool:
    """Record a text and obey it; False when it is known already."""
    row = inbound.take_text(known, text, now)
    if row is not None and row.keyword:
        _obey(row, text, now)
    return row is not None


def stop_as_told(message: Any, now: datetime) -> None:
    """Send no more texts to whom this one was for: they have sent STOP, and only the provider got it."""
    if opt_outs.has_stopped(message.account_id, message.to_address):
        return
    opt_outs.stop(message.account_id, message.to_address, now)
    theirs = Contact.account_id == message.account_id, Contact.phone == message.to_address
    contact_id = connection().execute(select(Contact.id).where(*theirs)).scalar_one_or_none()
    about = {"contact_id": contact_id, "data": {"message_id": message.id}}
    events.record("sms_stopped", account_id=message.account_id, at=now, **about)


def _obey(row: Any, text: Text, now: datetime) -> None:
    """Answered where it changes something, and the provider has not answered by itself."""
    has_stopped = opt_outs.has_stopped(row.account_id, row.number)
    if row.keyword == Keyword.STOP:
        opt_outs.stop(row.account_id, row.number, now)
    else:
        opt_outs.start(row.account_id, row.number)
    if has_stopped != (row.keyword == Keyword.STOP) and not text.is_answered:
        kind = "sms_stopped" if row.keyword == Keyword.STOP else "sms_started"
        about = {"account_id": row.account_id, "contact_id": row.contact_id}
        queue_sms(kind, Recipient("", row.number), effect=f"sms:{row.id}:{kind}", at=now, **about)
