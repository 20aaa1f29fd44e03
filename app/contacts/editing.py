"""What people of the account do with a contact by hand. Everything here runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy import update as rewrite

from .. import events
from ..accounts.models import User
from ..calendars.texts import paragraphs
from ..db import connection, db
from ..errors import Conflict, Invalid, NotFound
from . import belongings
from .models import HAS_EMAIL, HAS_PHONE, Contact, ContactNote, ContactSource
from .service import Details, checked, find_or_create, hold, loaded, record_change, table, write

LONGEST_NOTE = 4_000
MOST_SHOWN = 100

note = ContactNote.__table__


class Known(Conflict):
    """Another contact has the address or number; `contact_id` says which, `field` of what it is one."""

    title = "There is such a contact already"

    def __init__(self, sentence: str, contact_id: int, field: str) -> None:
        super().__init__(sentence)
        self.contact_id, self.field = contact_id, field


def create(account_id: int, details: Details, actor: User, now: datetime) -> Contact:
    """A new contact. Raises Known for an address or number that another one has, Invalid as the service does."""
    _require_unknown(account_id, checked(details), None)
    return find_or_create(account_id, details, ContactSource.HAND, now, actor_id=actor.id)


def update(contact: Contact, details: Details, actor: User, now: datetime) -> list[str]:
    """Change who the contact is, and which of it changed. Raises Known and Invalid as `create` does."""
    details = checked(details)
    row = hold(contact.id)
    _require_unknown(contact.account_id, details, contact.id)
    changed = [field for field, value in vars(details).items() if getattr(row, field) != value]
    if changed:
        write(contact.id, vars(details))
        record_change(contact, changed, now, actor.id)
        is_now = loaded(contact.id)
        for belonging in belongings.every():
            belonging.change(is_now, row, now)
    return changed


def add_note(contact: Contact, text: str, actor: User, now: datetime) -> None:
    """Write something down about the contact. Raises Invalid for nothing, and for too much."""
    kept = ContactNote(
        account_id=contact.account_id,
        contact_id=contact.id,
        author_id=actor.id,
        text=_checked_note(text),
        created_at=now,
    )
    db.session.add(kept)
    db.session.flush()
    _record_note("contact_note_added", contact, kept.id, actor, now)


def note_of(contact: Contact, note_id: int) -> ContactNote:
    """The contact's note of this number. Raises NotFound for any other."""
    mine = select(ContactNote).where(ContactNote.id == note_id, ContactNote.contact_id == contact.id)
    found = db.session.scalars(mine).one_or_none()
    if found is None:
        raise NotFound("There is no such note.")
    return found


def change_note(contact: Contact, note_id: int, text: str, actor: User, now: datetime) -> None:
    """Write it differently; it stays its author's. Raises Invalid as `add_note` does, NotFound when it is gone."""
    tidy = _checked_note(text)
    mine = rewrite(note).where(note.c.id == note_id, note.c.contact_id == contact.id)
    if connection().execute(mine.where(note.c.text != tidy).values(text=tidy)).rowcount:
        _record_note("contact_note_changed", contact, note_id, actor, now)
    else:
        note_of(contact, note_id)


def remove_note(contact: Contact, note_id: int, actor: User, now: datetime) -> None:
    """Take a note away; nothing happens when it is gone already."""
    mine = note.c.id == note_id, note.c.contact_id == contact.id
    if connection().execute(delete(note).where(*mine)).rowcount:
        _record_note("contact_note_removed", contact, note_id, actor, now)


def notes_of(contact_id: int) -> Sequence[Any]:
    """The contact's notes with the names of who wrote them, newest first."""
    mine = select(note, User.name.label("author")).outerjoin(User, User.id == note.c.author_id)
    newest = mine.where(note.c.contact_id == contact_id).order_by(note.c.id.desc())
    return connection().execute(newest.limit(MOST_SHOWN)).all()


def choose_channel(contact: Contact, channel: str, is_out: bool, actor: User, now: datetime) -> None:
    """Note that the contact wants nothing more by this channel, or wants it again; the caller keeps the choice."""
    events.record(
        "contact_opted_out" if is_out else "contact_opted_in",
        account_id=contact.account_id,
        contact_id=contact.id,
        actor_id=actor.id,
        at=now,
        data={"channel": channel},
    )


def _require_unknown(account_id: int, details: Details, own_id: int | None) -> None:
    has_it = or_(
        (table.c.email == details.email) & HAS_EMAIL,
        (table.c.phone == details.phone) & HAS_PHONE,
    )
    others = select(table).where(
        table.c.account_id == account_id, has_it, table.c.id != func.coalesce(own_id, 0)
    )
    other = connection().execute(others.order_by(table.c.id).limit(1)).one_or_none()
    if other is None:
        return
    is_email = details.email and other.email == details.email
    what = "e-mail address" if is_email else "phone number"
    raise Known(f"Another contact has this {what}.", other.id, "email" if is_email else "phone")


def _checked_note(text: str) -> str:
    tidy = paragraphs(text)
    if not tidy:
        raise Invalid("Enter a note.", "text")
    if len(tidy) > LONGEST_NOTE:
        raise Invalid(f"Use at most {LONGEST_NOTE:,} characters.", "text")
    return tidy


def _record_note(name: str, contact: Contact, note_id: int, actor: User, now: datetime) -> None:
    events.record(
        name,
        account_id=contact.account_id,
        contact_id=contact.id,
        actor_id=actor.id,
        at=now,
        data={"note_id": note_id},
    )
