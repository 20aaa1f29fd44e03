"""Requests for a new link in the owner's words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..calendars.models import Calendar
from ..localtime import Reader
from .requests import open_of
from .words import who_of


@dataclass(frozen=True)
class WaitingRow:
    """One open request, ready to print. `was_for` is whom the link was made for, empty where it names nobody.

    `is_other` is True when it names an address, and another than the one that asks.
    """

    id: int
    link_id: int
    name: str
    email: str
    note: str
    asked: str
    asked_at: datetime
    was_for: str
    is_other: bool


def waiting(calendar: Calendar, reader: Reader, now: datetime) -> list[WaitingRow]:
    """The calendar's open requests, oldest first."""
    return [row_of(request, link, reader, now) for request, link in open_of(calendar.id)]


def row_of(request: Any, link: Any, reader: Reader, now: datetime) -> WaitingRow:
    """The words for one request and the link it came by."""
    names = dict.fromkeys(filter(None, (who_of(link), link.for_email)))
    return WaitingRow(
        id=request.id,
        link_id=link.id,
        name=request.name,
        email=request.email,
        note=request.note,
        asked=reader.ago(request.asked_at, now),
        asked_at=request.asked_at,
        was_for=", ".join(names),
        is_other=bool(link.for_email) and link.for_email.lower() != request.email.lower(),
    )
