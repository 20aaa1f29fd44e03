"""A form that was sent: its contact, the submission and the event, in the caller's transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select, update

from .. import events
from ..contacts.fields import fill_in_from_outside
from ..contacts.models import ContactSource
from ..contacts.service import Details, find_or_create
from ..db import connection
from ..errors import Conflict
from .models import IntakeForm, Submission

SWITCHED_OFF = "This form is closed at the moment. Nothing was sent."
WINDOW_SECONDS = 600  # in which the same words from another site are the same press of a button

form_table, submission_table = IntakeForm.__table__, Submission.__table__


@dataclass(frozen=True)
class Sent:
    """What one person sent with a form. `once` is its form key's hash, or what stands in for it."""

    form_id: int
    account_id: int
    answers: Sequence[dict[str, Any]]
    once: bytes
    origin: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)  # for fields of the contact, by key

    @property
    def details(self) -> Details:
        """The contact's own name, address and number among the answers."""
        said = {each["kind"]: each["answer"] for each in self.answers}
        return Details(said.get("name", ""), said.get("email", ""), said.get("phone", ""))

    @property
    def fingerprint(self) -> bytes:
        """The same for the same form with the same words; after a correction another."""
        said = json.dumps([self.form_id, self.origin, list(self.answers)], sort_keys=True)
        return sha256(self.once + said.encode()).digest()


def stand_in(now: datetime) -> bytes:
    """In place of a form key, for a form on another site: alike for ten minutes."""
    return b"%d" % (int(now.timestamp()) // WINDOW_SECONDS)


def submit(sent: Sent, now: datetime) -> int:
    """The submission's id; of a repeat the first one's. Finds or makes the contact, and records form_submitted.

    Raises Conflict when the form was switched off meanwhile.
    """
    before = connection().execute(_by_fingerprint(sent)).scalar()
    if before:
        return before
    contact = find_or_create(sent.account_id, sent.details, ContactSource.FORM, now)
    if sent.kept:
        fill_in_from_outside(sent.account_id, contact.id, dict(sent.kept), now)
    made = connection().execute(_insert(sent, contact.id, now)).scalar_one()
    data = {"form_id": sent.form_id, "submission_id": made}
    events.record("form_submitted", account_id=sent.account_id, at=now, contact_id=contact.id, data=data)
    _count(sent, now)
    return made


def is_repeat(sent: Sent) -> bool:
    """True when exactly this is stored already: of two at once the second is refused by the database."""
    return connection().execute(_by_fingerprint(sent)).scalar() is not None


def _by_fingerprint(sent: Sent) -> Any:
    return select(submission_table.c.id).where(submission_table.c.fingerprint == sent.fingerprint)


def _insert(sent: Sent, contact_id: int, now: datetime) -> Any:
    row = {
        "account_id": sent.account_id,
        "form_id": sent.form_id,
        "contact_id": contact_id,
        "answers": list(sent.answers),
        "origin": sent.origin,
        "fingerprint": sent.fingerprint,
        "submitted_at": now,
    }
    return insert(submission_table).values(row).returning(submission_table.c.id)


def _count(sent: Sent, now: datetime) -> None:
    """Last of all: it holds the form's row until the commit, and everybody who sends it needs that one."""
    mine = update(form_table).where(form_table.c.id == sent.form_id, form_table.c.switched_off_at.is_(None))
    counted = mine.values(submissions=form_table.c.submissions + 1, last_submitted_at=now)
    if connection().execute(counted).rowcount == 0:
        raise Conflict(SWITCHED_OFF)
