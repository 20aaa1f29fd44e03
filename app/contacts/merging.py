"""Makes one contact of two. Everything here runs in the caller's transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from .. import events
from ..db import connection, db
from ..errors import Invalid
from . import belongings, fields
from .editing import LONGEST_NOTE
from .models import Contact, ContactNote, ContactTag
from .service import hold, loaded, table, write

FILLED = ("name", "email", "phone", "tz", "locale")

tag = ContactTag.__table__


def merge(kept: Contact, other: Contact, now: datetime, actor_id: int | None) -> None:
    """Give `kept` all that belongs to `other`, and take `other` away.

    What is empty about `kept` is filled in from `other`; where both say something, that of `kept` stays, and what is
    given up of addresses, numbers and fields is kept as a note. Raises Invalid for a contact with itself.
    """
    if kept.id == other.id or kept.account_id != other.account_id:
        raise Invalid("Choose another contact to merge with.", "other")
    rows = {each: hold(each) for each in sorted((kept.id, other.id))}
    mine, theirs = rows[kept.id], rows[other.id]
    for belonging in belongings.every():
        belonging.merge(mine, theirs, now)
    for each in belongings.tables():
        connection().execute(update(each).where(each.c.contact_id == theirs.id).values(contact_id=mine.id))
    if other in db.session:  # not where this is done again
        db.session.expunge(other)
    connection().execute(delete(table).where(table.c.id == theirs.id))
    write(mine.id, _together(mine, theirs))
    _note_given_up(mine, theirs, now, actor_id)
    events.record(
        "contact_merged",
        account_id=mine.account_id,
        contact_id=mine.id,
        actor_id=actor_id,
        at=now,
        data={"merged_id": theirs.id},
    )
    loaded(mine.id)


def given_up(kept: Any, other: Any) -> list[str]:
    """The addresses of `other` that `kept` does not take over, as it has its own."""
    return [
        getattr(other, field)
        for field in ("email", "phone")
        if getattr(other, field) and getattr(kept, field) not in ("", getattr(other, field))
    ]


def fields_given_up(kept: Any, other: Any) -> list[str]:
    """What stands in fields of `other` that `kept` has filled in otherwise, after their names."""
    labels = {each.key: each.label for each in fields.fields_of(kept.account_id)}
    return [
        f"{labels.get(key, key)}: {value}"
        for key, value in other.fields.items()
        if value and kept.fields.get(key) not in (None, "", value)
    ]


def _together(kept: Any, other: Any) -> dict[str, Any]:
    filled = {field: getattr(kept, field) or getattr(other, field) for field in FILLED}
    return {
        **filled,
        "fields": {**other.fields, **kept.fields},
        "created_at": min(kept.created_at, other.created_at),
    }


def _note_given_up(kept: Any, other: Any, now: datetime, actor_id: int | None) -> None:
    addresses, own = given_up(kept, other), fields_given_up(kept, other)
    if addresses or own:
        reached = f", who was reached at {' and '.join(addresses)}" if addresses else ""
        said = "\n".join([f"Merged with {other.name or 'another contact'}{reached}.", *own])
        text = said[:LONGEST_NOTE]
        db.session.add(
            ContactNote(
                account_id=kept.account_id, contact_id=kept.id, author_id=actor_id, text=text, created_at=now
            )
        )
        db.session.flush()


def _merge_tags(kept: Any, other: Any, _now: datetime) -> None:
    both = select(tag.c.tag).where(tag.c.contact_id == kept.id)
    connection().execute(delete(tag).where(tag.c.contact_id == other.id, tag.c.tag.in_(both)))


def _tags(contact: Any) -> list[dict[str, Any]]:
    mine = select(tag.c.tag).where(tag.c.contact_id == contact.id).order_by(tag.c.tag)
    return [{"tag": each} for each in connection().execute(mine).scalars()]


belongings.add(belongings.Belonging("tags", merge=_merge_tags, export=_tags))
