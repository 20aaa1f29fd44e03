"""The calls and texts that came in last, for the page that shows whether the hooks work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from .. import phones
from ..contacts.models import Contact
from ..db import connection
from .models import Keyword, MissedCall, MissedWhy, ReceivedText

SHOWN = 20
NO_NUMBER = "Number withheld"
ERASED = "Erased"  # no text comes without a number
HOW = {
    MissedWhy.NO_ANSWER: "nobody answered",
    MissedWhy.BUSY: "busy",
    MissedWhy.FAILED: "it failed",
    MissedWhy.VOICEMAIL: "voicemail",
}
KEYWORDS = {Keyword.STOP: "Wants no more texts", Keyword.START: "Wants texts again"}

call, text, contact = MissedCall.__table__, ReceivedText.__table__, Contact.__table__


class Incoming(NamedTuple):
    """A call or a text in words. `said` is what a text says."""

    what: str
    said: str
    number: str
    name: str
    contact_id: int | None
    at: datetime


def came_in(account_id: int) -> Sequence[Incoming]:
    """The newest first."""
    rows = [*_newest(call, account_id), *_newest(text, account_id)]
    return [_in_words(row) for row in sorted(rows, key=lambda row: row.at, reverse=True)[:SHOWN]]


def _newest(table: Any, account_id: int) -> Sequence[Any]:
    named = select(table, contact.c.name.label("contact_name")).outerjoin(
        contact, contact.c.id == table.c.contact_id
    )
    mine = named.where(table.c.account_id == account_id)
    return connection().execute(mine.order_by(table.c.id.desc()).limit(SHOWN)).all()


def _in_words(row: Any) -> Incoming:
    is_call = hasattr(row, "why")
    what = f"Missed call: {HOW[row.why]}" if is_call else KEYWORDS.get(row.keyword, "Text")
    number = phones.international(row.number) or row.number or (NO_NUMBER if is_call else ERASED)
    return Incoming(what, "" if is_call else row.text, number, row.contact_name or "", row.contact_id, row.at)
