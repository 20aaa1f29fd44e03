"""Contacts as files: a list as CSV, and all that is kept of one as a zip of JSON and calendar files."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from .. import events, spreadsheets, zones
from ..accounts.models import User
from ..bookings import words as booking_words
from ..bookings.models import Booking
from ..db import db
from ..links.models import OneTimeLink
from ..scheduling.ical import Person, booking_ics
from . import belongings, editing, fields
from .models import Contact, ContactField
from .words import SOURCE_WORDS

HEAD = ["Number", "Name", "E-mail", "Phone", "Tags", "From", "Added", "Time zone"]
HELD = (
    "starts_at",
    "ends_at",
    "status",
    "name",
    "email",
    "phone",
    "tz",
    "answers",
    "location",
    "cancel_reason",
)


def lines(contacts: Iterable[tuple[Any, list[str]]], own: Sequence[ContactField], tz: str) -> Iterator[str]:
    """The list in pieces, for spreadsheets. Times are ISO 8601 in `tz` with their offset; no cell is a formula."""
    yield spreadsheets.BYTE_ORDER_MARK + spreadsheets.line([*HEAD, *(each.label for each in own)])
    for row, tags in contacts:
        yield spreadsheets.line(_cells(row, tags, own, tz))


def archive(contact: Contact, now: datetime) -> bytes:
    """Everything that is kept of the contact: contact.json, and a calendar file for each booking."""
    bookings = db.session.scalars(
        select(Booking).where(Booking.contact_id == contact.id).order_by(Booking.id)
    ).all()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as zipped:
        told = json.dumps(_told(contact, bookings, now), indent=2, ensure_ascii=False)
        zipped.writestr("contact.json", told)
        for booking in bookings:
            zipped.writestr(f"bookings/{booking.reference}.ics", _ics(booking, now))
    return written.getvalue()


def _cells(row: Any, tags: list[str], own: Sequence[ContactField], tz: str) -> list[object]:
    return [
        row.id,
        row.name,
        row.email,
        row.phone,
        ", ".join(tags),
        SOURCE_WORDS[row.source],
        row.created_at.astimezone(zones.zone(tz)).isoformat(timespec="minutes"),
        tz,
        *(row.fields.get(each.key, "") for each in own),
    ]


def _told(contact: Contact, bookings: Sequence[Booking], now: datetime) -> dict[str, Any]:
    links = db.session.scalars(select(OneTimeLink).where(OneTimeLink.contact_id == contact.id)).all()
    labels = {each.key: each.label for each in fields.fields_of(contact.account_id)}
    return {
        "exported_at": now.isoformat(),
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "time_zone": contact.tz,
        "language": contact.locale,
        "source": contact.source.value,
        "added_at": contact.created_at.isoformat(),
        "fields": {labels.get(key, key): value for key, value in contact.fields.items()},
        "notes": [
            {"at": each.created_at.isoformat(), "text": each.text} for each in editing.notes_of(contact.id)
        ],
        "bookings": [{name: _plain(getattr(each, name)) for name in HELD} for each in bookings],
        "one_time_links": [
            {
                "number": each.id,
                "status": each.status.value,
                "created_at": each.created_at.isoformat(),
                "note": each.note,
            }
            for each in links
        ],
        "events": [
            {"at": each.at.isoformat(), "name": each.name, "data": each.data}
            for each in events.of_contact(contact.id)
        ],
        **{each.name: each.export(contact) for each in belongings.every()},
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _ics(booking: Booking, now: datetime) -> bytes:
    host = db.session.get_one(User, booking.host_id)
    entry = booking_words.calendar_entry(booking, Person(host.name, host.email))
    return booking_ics(entry, now, status=booking.status.value.upper(), sequence=booking.sequence)
