"""Calls and texts of contacts: told in their timeline, part of their export, nobody's after an erasure."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, or_, select

from ..contacts import timeline
from ..contacts.belongings import Belonging, add
from ..db import connection
from . import lately
from .blanking import blank_calls, blank_texts, call, text
from .models import MissedWhy


def _theirs(rows: Table, contact: Any) -> ColumnElement[bool]:
    is_theirs = rows.c.contact_id == contact.id
    same_number = (rows.c.account_id == contact.account_id) & (rows.c.number == contact.phone)
    return or_(is_theirs, same_number) if contact.phone else is_theirs


def _rows(rows: Table, contact: Any) -> list[Any]:
    return list(connection().execute(select(rows).where(_theirs(rows, contact)).order_by(rows.c.id)))


def _export_calls(contact: Any) -> list[dict[str, Any]]:
    return [{"at": row.at.isoformat(), "why": row.why.value} for row in _rows(call, contact)]


def _export_texts(contact: Any) -> list[dict[str, Any]]:
    return [{"at": row.at.isoformat(), "text": row.text} for row in _rows(text, contact)]


def _erase_calls(contact: Any, _now: datetime) -> None:
    blank_calls([row.id for row in _rows(call, contact)])


def _erase_texts(contact: Any, _now: datetime) -> None:
    blank_texts([row.id for row in _rows(text, contact)])


def _how(event: Any) -> str:
    return lately.HOW[MissedWhy(event.data["why"])].capitalize()


def _said(event: Any) -> str:
    row = connection().execute(select(text.c.text).where(text.c.id == event.data["sms_id"])).one_or_none()
    return row.text if row else ""


add(Belonging("missed_calls", erase=_erase_calls, export=_export_calls))
add(Belonging("texts", erase=_erase_texts, export=_export_texts))
timeline.SAID |= {
    "call_missed": "Call missed",
    "sms_received": "Text received",
    "sms_stopped": "Wants no more texts",
    "sms_started": "Wants texts again",
}
timeline.TONES |= {"call_missed": "info", "sms_received": "info"}
timeline.DETAILS |= {"call_missed": _how, "sms_received": _said}
