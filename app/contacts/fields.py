"""Custom fields: what an account wants to know of its contacts besides name, e-mail and phone.

Everything here runs in the caller's transaction. A field's key is made from its first label and never changes, since
messages and workflows name the field by it.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from ..accounts.service import hold as hold_account
from ..calendars.texts import one_line
from ..db import connection, db
from ..errors import Invalid, NotFound
from ..links.search import words_of
from .models import Contact, ContactField
from .service import hold, loaded, record_change, table, write

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST_LABEL, LONGEST_VALUE = 80, 500
MOST = 30
# Columns of every list that is exported, and what an import asks for.
OF_EVERY_CONTACT = {
    "name", "first name", "last name", "e-mail", "email", "phone", "tags", "number", "from", "added", "time zone",
}  # fmt: skip


def fields_of(account_id: int) -> Sequence[ContactField]:
    """The account's fields, in the order in which they were made."""
    mine = select(ContactField).where(ContactField.account_id == account_id)
    return db.session.scalars(mine.order_by(ContactField.id)).all()


def create(account_id: int, label: str) -> ContactField:
    """A new field. Raises Invalid for a label that is empty, too long or there already, and for one field too many."""
    hold_account(account_id)
    there = fields_of(account_id)
    label = _checked_label(label, there)
    if len(there) >= MOST:
        raise Invalid(f"An account has at most {MOST} fields.", "label")
    field = ContactField(
        account_id=account_id, key=_new_key(label, {each.key for each in there}), label=label
    )
    db.session.add(field)
    db.session.flush()
    return field


def field_of(account_id: int, field_id: int) -> ContactField:
    """The account's field of this number. Raises NotFound for any other."""
    found = next((field for field in fields_of(account_id) if field.id == field_id), None)
    if found is None:
        raise NotFound("There is no such field.")
    return found


def rename(account_id: int, field_id: int, label: str) -> None:
    """Call it something else; its key stays. Raises Invalid as `create` does, NotFound when it is not there."""
    hold_account(account_id)
    others = [each for each in fields_of(account_id) if each.id != field_id]
    mine = update(ContactField).where(ContactField.account_id == account_id, ContactField.id == field_id)
    if not db.session.execute(mine.values(label=_checked_label(label, others))).rowcount:
        raise NotFound("There is no such field.")


def remove(account_id: int, field_id: int) -> None:
    """Take the field away; a field that gets the same key gets its values again. Raises NotFound when it is not
    there."""
    mine = ContactField.account_id == account_id, ContactField.id == field_id
    if not db.session.execute(delete(ContactField).where(*mine)).rowcount:
        raise NotFound("There is no such field.")


def set_value(contact: Contact, key: str, value: str, now: datetime, actor_id: int | None = None) -> bool:
    """Set what is known of the contact, empty for nothing; False when it said so already.

    Raises Invalid for a value that is too long, NotFound for a key that is no field of the account.
    """
    return bool(set_values(contact, {key: value}, now, actor_id))


def set_values(
    contact: Contact, values: dict[str, str], now: datetime, actor_id: int | None = None
) -> list[str]:
    """Set several at once, as `set_value` does; the keys that changed."""
    known = {field.key for field in fields_of(contact.account_id)}
    tidy = {_known(key, known): _checked_value(value, key) for key, value in values.items()}
    stored = hold(contact.id).fields
    changed = [key for key, value in tidy.items() if stored.get(key, "") != value]
    if changed:
        kept = {key: value for key, value in {**stored, **tidy}.items() if value}
        write(contact.id, {"fields": kept})
        loaded(contact.id)
        record_change(contact, [], now, actor_id, fields=changed)
    return changed


def checked_values(values: dict[str, str]) -> dict[str, str]:
    """What is said, as it is stored. Raises Invalid, naming the field's key, for a value that is too long."""
    tidy = {key: _checked_value(value, key) for key, value in values.items()}
    return {key: value for key, value in tidy.items() if value}


def fill_in(row: Any, values: dict[str, str], now: datetime, actor_id: int | None) -> None:
    """Set what is not known of the contact yet; `row` is as `service.hold` has it, the values are checked."""
    filled = {key: value for key, value in values.items() if not row.fields.get(key)}
    if filled:
        write(row.id, {"fields": {**row.fields, **filled}})
        record_change(row, [], now, actor_id, fields=list(filled))


def fill_in_from_outside(
    account_id: int, contact_id: int, values: dict[str, str], now: datetime, actor_id: int | None = None
) -> None:
    """Set what is not known of the contact yet, as far as there are such fields; what is too long is cut."""
    known = {field.key for field in fields_of(account_id)}
    tidy = {key: one_line(value)[:LONGEST_VALUE] for key, value in values.items() if key in known}
    fill_in(hold(contact_id), {key: value for key, value in tidy.items() if value}, now, actor_id)


def values_of(contact_id: int) -> dict[str, str]:
    """What is known of the contact, by the keys of fields."""
    return connection().execute(select(table.c.fields).where(table.c.id == contact_id)).scalar_one()


def _known(key: str, known: set[str]) -> str:
    if key not in known:
        raise NotFound("There is no such field.")
    return key


def _checked_value(value: str, key: str) -> str:
    tidy = one_line(value)
    if len(tidy) > LONGEST_VALUE:
        raise Invalid(f"Use at most {LONGEST_VALUE} characters.", key)
    return tidy


def _checked_label(label: str, others: Sequence[ContactField]) -> str:
    tidy = one_line(label)
    if not tidy:
        raise Invalid("Enter a name for the field.", "label")
    if len(tidy) > LONGEST_LABEL:
        raise Invalid(f"Use at most {LONGEST_LABEL} characters.", "label")
    if tidy.casefold() in OF_EVERY_CONTACT:
        raise Invalid("Every contact has this already. Choose another name.", "label")
    if tidy.casefold() in {field.label.casefold() for field in others}:
        raise Invalid("There is a field of this name already.", "label")
    return tidy


def _new_key(label: str, taken: set[str]) -> str:
    plain = "_".join(words_of(label)).encode("ascii", "ignore").decode().strip("_")[:30]
    stem = plain if KEY.fullmatch(plain) else f"field_{plain}".rstrip("_")
    return next(
        key for key in (stem, *(f"{stem}_{number}" for number in range(2, MOST + 2))) if key not in taken
    )
