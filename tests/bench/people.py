"""Contacts as an account gathers them, written in bulk; always the same ones."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from app import clock
from app.contacts.models import Contact, ContactSource, ContactTag
from app.contacts.search import kept_words
from app.db import connection, transaction

IN_A_BATCH = 10_000
GIVEN, FAMILY = (line.split() for line in (Path(__file__).parent / "names.txt").read_text().splitlines())


def name_of(number: int) -> str:
    """The name of the person of this number."""
    return f"{GIVEN[number % len(GIVEN)]} {FAMILY[number // len(GIVEN) % len(FAMILY)]}"


def email_of(number: int) -> str:
    """The person's address, which nobody else has."""
    return f"{name_of(number).replace(' ', '.')}.{number}@example.org".lower()


def add_contacts(account_id: int, amount: int, first: int = 0, tags: Sequence[str] = ()) -> list[int]:
    """So many contacts, from the person `first` on, each with one of `tags` if there are any; their ids."""
    ids: list[int] = []
    for at in range(first, first + amount, IN_A_BATCH):
        numbers = range(at, min(at + IN_A_BATCH, first + amount))
        with transaction():
            ids += _add(account_id, numbers, tags)
    return ids


def _add(account_id: int, numbers: range, tags: Sequence[str]) -> list[int]:
    tag_of = {number: tags[number % len(tags)] for number in numbers} if tags else {}
    connection().execute(insert(Contact.__table__), list(_rows(account_id, numbers, tag_of)))
    newest = select(Contact.id).where(Contact.account_id == account_id).order_by(Contact.id.desc())
    ids = list(connection().execute(newest.limit(len(numbers))).scalars())[::-1]
    if tags:
        tagged = [
            {"contact_id": id_, "account_id": account_id, "tag": tag_of[number]}
            for id_, number in zip(ids, numbers, strict=True)
        ]
        connection().execute(insert(ContactTag.__table__), tagged)
    return ids


def _rows(account_id: int, numbers: range, tag_of: dict[int, str]) -> Iterator[dict[str, Any]]:
    now = clock.now()
    for number in numbers:
        name, email = name_of(number), email_of(number)
        own_tags = [tag_of[number]] if tag_of else []
        yield {
            "account_id": account_id,
            "name": name,
            "email": email,
            "phone": "",
            "tz": "",
            "locale": "",
            "fields": {},
            "source": ContactSource.IMPORT,
            "created_at": now,
            "search_words": kept_words(account_id, name, email, "", own_tags),
        }
