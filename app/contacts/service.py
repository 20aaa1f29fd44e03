"""The rules of contacts. Everything here runs in the caller's transaction, and never commits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError

from .. import emails, events, phones
from ..calendars.texts import one_line
from ..db import connection, db, upsert
from ..errors import Invalid, NotFound, Overtaken
from .models import HAS_EMAIL, HAS_PHONE, Contact, ContactSource, ContactTag
from .search import kept_words

table, tag_table = Contact.__table__, ContactTag.__table__

LONGEST = {"name": 120, "email": 254, "phone": 32}
UNREACHABLE = "Enter an e-mail address or a phone number."
ATTEMPTS = 3


@dataclass(frozen=True)
class Details:
    """Who a contact is, as far as that is known. The phone number is E.164."""

    name: str = ""
    email: str = ""
    phone: str = ""


def find_or_create(
    account_id: int, details: Details, source: ContactSource, now: datetime, *, actor_id: int | None = None
) -> Contact:
    """The account's contact with this e-mail address, else with this phone number, else a new one.

    See `find_or_make`, which tells its number only.
    """
    return loaded(find_or_make(account_id, details, source, now, actor_id=actor_id)[0])


def find_or_make(
    account_id: int, details: Details, source: ContactSource, now: datetime, *, actor_id: int | None = None
) -> tuple[int, bool]:
    """The number of that contact, and whether it is new.

    What is empty about the one found is filled in, and nothing overwritten. A number that belongs to a contact with
    another address is not enough: people share phones, and mail for one of them must not reach the other. Of several
    who come at once with one address, one makes the contact. Raises Invalid without address and number.
    """
    details = checked(details)
    for _attempt in range(ATTEMPTS):
        found = _find(account_id, details)
        if found is not None:
            _fill_in(found, details, now, actor_id)
            return found.id, False
        made = _insert(account_id, details, source, now)
        if made is not None:
            events.record(
                "contact_created",
                account_id=account_id,
                contact_id=made,
                actor_id=actor_id,
                at=now,
                data={"source": source.value},
            )
            return made, True
    raise Overtaken("This contact was changed at the same moment.")


def contact_of(account_id: int, contact_id: int) -> Contact:
    """The account's contact of this number. Raises NotFound for any other."""
    mine = select(Contact).where(Contact.id == contact_id, Contact.account_id == account_id)
    found = db.session.scalars(mine).one_or_none()
    if found is None:
        raise NotFound("There is no such contact.")
    return found


def checked(details: Details) -> Details:
    """The details as they are stored. Raises Invalid, naming the field, for what is no address, number or name."""
    tidy = Details(one_line(details.name), one_line(details.email).lower(), details.phone.strip())
    for field, most in LONGEST.items():
        if len(getattr(tidy, field)) > most:
            raise Invalid(f"Use at most {most} characters.", field)
    if tidy.email and not emails.is_address(tidy.email):
        raise Invalid(emails.UNREADABLE, "email")
    if tidy.phone and phones.e164(tidy.phone, None) != tidy.phone:
        raise Invalid(phones.UNREADABLE, "phone")
    if not tidy.email and not tidy.phone:
        raise Invalid(UNREACHABLE, "email")
    return tidy


def hold(contact_id: int) -> Any:
    """The contact's row as it stands, which nobody else changes before the transaction ends."""
    found = (
        connection().execute(select(table).where(table.c.id == contact_id).with_for_update()).one_or_none()
    )
    if found is None:
        raise NotFound("There is no such contact.")
    return found


def write(contact_id: int, values: dict[str, Any]) -> None:
    """Change the contact's row, and what the search finds it by."""
    row = connection().execute(
        update(table).where(table.c.id == contact_id).values(values).returning(*table.c)
    )
    refresh_words(row.one())


def refresh_words(row: Any) -> None:
    """Have the search find the contact as it is now called, reached and tagged."""
    tags = connection().execute(select(tag_table.c.tag).where(tag_table.c.contact_id == row.id)).scalars()
    words = kept_words(row.account_id, row.name, row.email, row.phone, sorted(tags))
    if words != row.search_words:
        connection().execute(update(table).where(table.c.id == row.id).values(search_words=words))


def loaded(contact_id: int) -> Contact:
    """The contact as it is stored now."""
    return db.session.get_one(Contact, contact_id, populate_existing=True)


def _find(account_id: int, details: Details) -> Any | None:
    by_email = _by(account_id, (table.c.email == details.email) & HAS_EMAIL) if details.email else None
    if by_email or not details.phone:
        return by_email
    by_phone = _by(account_id, (table.c.phone == details.phone) & HAS_PHONE)
    is_other = by_phone and details.email and by_phone.email
    return None if is_other else by_phone


def _by(account_id: int, has_it: ColumnElement[bool]) -> Any | None:
    return connection().execute(select(table).where(table.c.account_id == account_id, has_it)).one_or_none()


def _insert(account_id: int, details: Details, source: ContactSource, now: datetime) -> int | None:
    """The number of the new contact; None when another was made with its address or number at the same moment."""
    is_taken = (
        details.email and details.phone and _by(account_id, (table.c.phone == details.phone) & HAS_PHONE)
    )
    phone = "" if is_taken else details.phone
    row = upsert(table).values(
        account_id=account_id,
        name=details.name,
        email=details.email,
        phone=phone,
        tz="",
        locale="",
        fields={},
        source=source,
        created_at=now,
        search_words=kept_words(account_id, details.name, details.email, phone, ()),
    )
    return connection().execute(row.on_conflict_do_nothing().returning(table.c.id)).scalar_one_or_none()


def _fill_in(row: Any, details: Details, now: datetime, actor_id: int | None) -> None:
    missing = {field: value for field, value in vars(details).items() if value and not getattr(row, field)}
    filled = [field for field, value in missing.items() if _fill(row.id, field, value)]
    if filled:
        refresh_words(hold(row.id))
        record_change(row, filled, now, actor_id)


def _fill(contact_id: int, field: str, value: str) -> bool:
    """Set what is still empty; not what another contact has, who may have got it at the same moment."""
    column = table.c[field]
    filling = update(table).where(table.c.id == contact_id, column == "").values({field: value})
    try:
        with connection().begin_nested():
            return connection().execute(filling).rowcount == 1
    except IntegrityError:
        return False


def record_change(contact: Any, changed: list[str], now: datetime, actor_id: int | None, **more: Any) -> None:
    """Note which of the contact's details were changed, not to what."""
    events.record(
        "contact_changed",
        account_id=contact.account_id,
        contact_id=contact.id,
        actor_id=actor_id,
        at=now,
        data={"changed": changed, **more},
    )
