"""Whose data a message in the making is shown with, and how it looks then."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from ..contacts import listing
from ..contacts.choice import LONGEST_SEARCH, Choice
from ..contacts.models import Contact
from ..db import db
from ..messaging import compose
from ..messaging.letters import Letter
from . import samples, values

FOUND = 25


class Reader(NamedTuple):
    """The contact whose data is shown; None where nobody is found. `why` is a sentence about who it is."""

    contact: Contact | None
    why: str


def reader_of(account_id: int, who: str = "") -> Reader:
    """The newest contact of that name or address, of whom the whole address was typed first; else the newest of all."""
    page = listing.page_of(account_id, Choice(search=who[:LONGEST_SEARCH], per_page=FOUND))
    rows = [row for row, _ in page.rows]
    if not rows:
        return Reader(None, f"No contact is found by “{who}”." if who else "There is no contact yet.")
    chosen = next((row for row in rows if row.email == who.lower()), rows[0])
    contact = db.session.scalars(select(Contact).where(Contact.id == chosen.id)).one()
    return Reader(contact, _shown_with(contact, f"{FOUND}+" if page.has_older else str(len(rows)), who))


def html_of(account_id: int, words: samples.Words, who: str, names: dict[str, str], now: datetime) -> str:
    """The message as a page of its own. `names` are the account's fields, which the words may name."""
    reader = reader_of(account_id, who)
    if reader.contact is None:
        return compose.html_of(Letter(subject="", title="", opening=reader.why, template="workflow"))
    shown = samples.read_by(reader.contact, words, now)
    letter = Letter(
        subject=shown.subject, title="", opening=shown.text, reason=reader.why, template="workflow"
    )
    problem = values.problem(values.unknown((words.subject, words.text), names))
    return compose.html_of(letter, shows_subject=bool(shown.subject), problem=problem)


def _shown_with(contact: Contact, count: str, who: str) -> str:
    known_by = contact.email or contact.phone
    said = contact.title if known_by == contact.title else f"{contact.title}, {known_by}"
    others = f" {count} are found by “{who}”: type more to choose another." if who and count != "1" else ""
    return f"With the data of {said}.{others}"
