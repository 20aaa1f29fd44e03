"""What the demo's people know of their contacts; who those are follows from bookings, the form and calls."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ..accounts.models import User
from ..accounts.service import account_of
from ..contacts import editing, fields, tags
from ..contacts.models import ContactSource
from ..contacts.service import Details, find_or_create
from ..db import in_transaction
from .diary import Entry

ONE_DAY = timedelta(days=1)
FIELDS = ("Company", "Project")
# Days ago, name, e-mail, phone, tags, company, project, note.
KNOWN = (
    (30, "Priya Raman", "priya@example.org", "+442079460123", ("fair", "newsletter"), "Raman & Sons", "Loft",
     "Met at the fair. Likes mornings."),
    (26, "Jonas Weber", "jonas@example.org", "", ("fair",), "Weber Holzbau", "", ""),
    (12, "Nora Lind", "nora@example.org", "+4684700001", ("school",), "Lindskolan", "School hall",
     "Decides with the board in January."),
    (3, "", "", "+33142685300", (), "", "", "Called twice, and left no name."),
)  # fmt: skip


def entries(dana: User, began_at: datetime, now: datetime) -> Iterator[Entry]:
    """When each of them was written down; those who are there already are found again."""
    yield began_at, lambda _at: in_transaction(lambda: _make_fields(account_of(dana.id)))
    for days_ago, *known in KNOWN:
        yield now - days_ago * ONE_DAY, partial(_introduce, dana, known)


def _make_fields(account_id: int) -> None:
    for label in FIELDS:
        fields.create(account_id, label)


def _introduce(dana: User, known: list[Any], at: datetime) -> None:
    in_transaction(lambda: _write_down(dana, at, *known))


def _write_down(
    dana: User,
    at: datetime,
    name: str,
    email: str,
    phone: str,
    tagged: tuple[str, ...],
    company: str,
    project: str,
    note: str,
) -> None:
    details = Details(name, email, phone)
    contact = find_or_create(account_of(dana.id), details, ContactSource.HAND, at, actor_id=dana.id)
    for tag in tagged:
        tags.add(contact, tag, at, dana.id)
    fields.set_values(contact, {"company": company, "project": project}, at, dana.id)
    if note:
        editing.add_note(contact, note, dana, at)
