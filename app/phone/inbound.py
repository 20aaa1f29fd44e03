"""Takes calls and texts that come in, each once, and tells whose they are. Runs in the caller's transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from .. import events, logs, phones
from ..contacts.models import Contact, ContactSource
from ..contacts.service import Details, find_or_create
from ..db import connection, upsert
from .formats import Call, Text
from .models import Keyword, MissedCall, MissedWhy, ReceivedText
from .settings import Known

# STOP and START are no replies, so that nothing follows from them that follows from a reply.
TEXT_EVENTS = {None: "sms_received", Keyword.STOP: "sms_stopped", Keyword.START: "sms_started"}

call_table, text_table = MissedCall.__table__, ReceivedText.__table__


def take_call(known: Known, call: Call, now: datetime) -> int | None:
    """Record a call that nobody took: its number, or None when somebody did, or when it is known already."""
    if not _is_missed(known, call):
        return None
    number = phones.e164(call.number, known.setting.region) or ""
    row = _new(
        call_table,
        account_id=known.account_id,
        provider_id=call.provider_id,
        number=number,
        called=phones.e164(call.called, known.setting.region) or "",
        why=MissedWhy(call.missed),
        at=now,
    )
    if row is None:
        return None
    contact_id = _whose(known, call_table, row, ContactSource.CALL, now)
    _record("call_missed", known, contact_id, now, call_id=row.id, why=call.missed)
    return row.id


def take_text(known: Known, text: Text, now: datetime) -> Any | None:
    """Record a text: its row, or None when it is known already."""
    row = _new(
        text_table,
        account_id=known.account_id,
        provider_id=text.provider_id,
        number=phones.e164(text.number, known.setting.region) or text.number[:32],
        text=logs.blotted(text.text),
        keyword=Keyword(text.keyword) if text.keyword else None,
        at=now,
    )
    if row is None:
        return None
    contact_id = _whose(known, text_table, row, ContactSource.SMS, now)
    _record(TEXT_EVENTS[row.keyword], known, contact_id, now, sms_id=row.id)
    return row


def _is_missed(known: Known, call: Call) -> bool:
    is_short = call.missed == MissedWhy.VOICEMAIL and call.seconds < known.setting.voicemail_seconds
    return bool(call.missed) and not is_short


def _new(table: Any, **values: Any) -> Any | None:
    row = upsert(table).values(contact_id=None, **values)
    return connection().execute(row.on_conflict_do_nothing().returning(*table.c)).one_or_none()


def _whose(known: Known, table: Any, row: Any, source: ContactSource, now: datetime) -> int | None:
    """The contact with that number; of a number that is nobody's a new one, if the owner wants that."""
    if not phones.e164(row.number, None):
        return None
    mine = Contact.account_id == known.account_id, Contact.phone == row.number
    contact_id = connection().execute(select(Contact.id).where(*mine)).scalar_one_or_none()
    if contact_id is None and known.setting.makes_contacts:
        contact_id = find_or_create(known.account_id, Details(phone=row.number), source, now).id
    if contact_id is not None:
        connection().execute(update(table).where(table.c.id == row.id).values(contact_id=contact_id))
    return contact_id


def _record(name: str, known: Known, contact_id: int | None, now: datetime, **data: Any) -> None:
    events.record(name, account_id=known.account_id, contact_id=contact_id, at=now, data=data)
