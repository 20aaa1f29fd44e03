"""What the pages of submissions read. Pages are cut by keyset, newest first, never by OFFSET."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from ..contacts.models import Contact
from ..db import connection
from .choice import Choice
from .models import Submission

EXPORTED_AT_ONCE = 500

submission, contact = Submission.__table__, Contact.__table__


class Page(NamedTuple):
    """Submissions with their contacts, newest first, and whether there are newer and older ones."""

    rows: Sequence[Any]
    has_newer: bool
    has_older: bool


def page_of(form_id: int, choice: Choice) -> Page:
    """The page of the form's submissions that `choice` asks for."""
    rows = _shown(form_id)
    if choice.newer_than:
        rows = rows.where(submission.c.id > choice.newer_than).order_by(submission.c.id)
    else:
        rows = _older(rows, choice.older_than)
    found = connection().execute(rows.limit(choice.per_page + 1)).all()
    more = len(found) > choice.per_page
    if choice.newer_than:
        return Page(found[: choice.per_page][::-1], has_newer=more, has_older=True)
    return Page(found[: choice.per_page], has_newer=bool(choice.older_than), has_older=more)


def every_submission(form_id: int) -> Iterator[Any]:
    """All of them, newest first, read a few hundred at a time."""
    last = None
    while found := connection().execute(_older(_shown(form_id), last).limit(EXPORTED_AT_ONCE)).all():
        yield from found
        last = found[-1].id


def _shown(form_id: int) -> Select[Any]:
    rows = select(
        submission,
        contact.c.name.label("contact_name"),
        contact.c.email.label("contact_email"),
        contact.c.phone.label("contact_phone"),
    )
    return rows.join(contact, contact.c.id == submission.c.contact_id).where(submission.c.form_id == form_id)


def _older(rows: Select[Any], than: int | None) -> Select[Any]:
    rows = rows.order_by(submission.c.id.desc())
    return rows.where(submission.c.id < than) if than else rows
