"""The demo's form, and who has sent it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ..accounts.models import User
from ..accounts.service import account_of
from ..db import in_transaction
from ..intake.models import IntakeForm
from ..intake.sending import Sent, submit
from ..intake.service import create_form
from .diary import Entry

ONE_DAY = timedelta(days=1)
ASK: dict[str, Any] = {
    "name": "Ask for a call",
    "slug": "ask",
    "description": "Tell us what it is about, and we send you a link to a time that suits you.",
    "thanks": "Thank you. Look into your e-mail in a moment: there is a link to choose a time for our call.",
    "fields": [
        {"id": "name", "label": "Your name", "kind": "name", "required": True, "choices": []},
        {"id": "email", "label": "E-mail", "kind": "email", "required": True, "choices": []},
        {"id": "phone", "label": "Phone", "kind": "phone", "required": False, "choices": []},
        {"id": "q1", "label": "What is it about?", "kind": "long_text", "required": True, "choices": []},
        {
            "id": "q2",
            "label": "How soon?",
            "kind": "choice",
            "required": False,
            "choices": ["This week", "This month", "Some day"],
        },
        {
            "id": "q3",
            "label": "You may keep what I write here to answer me.",
            "kind": "consent",
            "required": True,
            "choices": [],
        },
    ],
}
SENT = (
    (12, "Nora Lind", "nora@example.org", "", "A new roof for our school hall.", "This month"),
    (5, "Tomás Vega", "tomas@example.org", "+34910000106", "Two flats out of one house.", "Some day"),
    (1, "Sam Lee", "sam@example.org", "", "The second half of what we spoke about.", "This week"),
)


def make_ask(dana: User, began_at: datetime) -> IntakeForm:
    """Ask for a call, at /f/ask, in the caller's transaction."""
    return create_form(account_id=account_of(dana.id), actor_id=dana.id, now=began_at, **ASK)


def entries(form: IntakeForm, now: datetime) -> Iterator[Entry]:
    """When each of them sent it."""
    for days_ago, *said in SENT:
        yield now - days_ago * ONE_DAY, partial(_send, form, said)


def _send(form: IntakeForm, said: list[str], now: datetime) -> None:
    answers = [
        {"id": each["id"], "label": each["label"], "kind": each["kind"], "answer": answer}
        for each, answer in zip(form.fields, (*said, "Yes"), strict=True)
        if answer
    ]
    sent = Sent(form.id, form.account_id, answers, now.isoformat().encode())
    in_transaction(partial(submit, sent, now))
