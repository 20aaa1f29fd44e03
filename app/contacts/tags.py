"""Tags: short words that stand on contacts. Everything here runs in the caller's transaction."""

from datetime import datetime

from sqlalchemy import delete, select

from .. import events
from ..calendars.texts import one_line
from ..db import connection, upsert
from ..errors import Invalid
from .models import Contact, ContactTag
from .service import hold, refresh_words

table = ContactTag.__table__

LONGEST = 40
MOST = 50


def add(contact: Contact, tag: str, now: datetime, actor_id: int | None = None) -> bool:
    """Put the tag on the contact; False when it is there already. Raises Invalid for one that cannot be stored."""
    tag = checked(tag)
    row = hold(contact.id)
    if len(tags_of(contact.id)) >= MOST:
        raise Invalid(f"A contact has at most {MOST} tags.", "tag")
    made = upsert(table).values(contact_id=contact.id, account_id=contact.account_id, tag=tag)
    added = connection().execute(made.on_conflict_do_nothing().returning(table.c.tag)).scalar_one_or_none()
    if added is None:
        return False
    refresh_words(row)
    _record("tag_added", contact, tag, now, actor_id)
    return True


def remove(contact: Contact, tag: str, now: datetime, actor_id: int | None = None) -> bool:
    """Take the tag off the contact; False when it is not there."""
    row = hold(contact.id)
    mine = table.c.contact_id == contact.id, table.c.tag == checked(tag)
    if not connection().execute(delete(table).where(*mine)).rowcount:
        return False
    refresh_words(row)
    _record("tag_removed", contact, checked(tag), now, actor_id)
    return True


def tags_of(contact_id: int) -> list[str]:
    """The contact's tags, in order of the alphabet."""
    mine = select(table.c.tag).where(table.c.contact_id == contact_id)
    return list(connection().execute(mine.order_by(table.c.tag)).scalars())


def checked(tag: str) -> str:
    """The tag as it is stored: one line, lower case. Raises Invalid for one that is empty or too long."""
    tidy = one_line(tag.replace(",", " ")).lower()
    if not tidy:
        raise Invalid("Enter a tag.", "tag")
    if len(tidy) > LONGEST:
        raise Invalid(f"Use at most {LONGEST} characters.", "tag")
    return tidy


def _record(name: str, contact: Contact, tag: str, now: datetime, actor_id: int | None) -> None:
    events.record(
        name,
        account_id=contact.account_id,
        contact_id=contact.id,
        actor_id=actor_id,
        at=now,
        data={"tag": tag},
    )
