"""The demo's phone: numbers are German, whoever calls becomes a contact, and a call and a text have come in."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from ..accounts.models import User
from ..db import in_transaction
from ..messaging import replies
from ..phone import inbound, settings
from ..phone.formats import Call, Text
from ..phone.settings import Setting
from .diary import Entry

NUMBER = "+49 30 901820"


def set_up(account_id: int, dana: User, at: datetime) -> None:
    """In the caller's transaction."""
    chosen = Setting("DE", makes_contacts=True)
    settings.change(account_id, chosen, actor_id=dana.id, now=at)
    settings.renew_hooks(account_id, actor_id=dana.id, now=at)


def entries(account_id: int, now: datetime) -> Iterator[Entry]:
    """A missed call, and what its caller wrote then."""
    called_at = now - timedelta(days=3, hours=2)
    yield called_at, partial(_miss, account_id)
    yield called_at + timedelta(minutes=20), partial(_hear, account_id)


def _miss(account_id: int, at: datetime) -> None:
    known = settings.of_account(account_id)
    in_transaction(lambda: inbound.take_call(known, Call("demo-call", NUMBER, "", "no-answer", 0), at))


def _hear(account_id: int, at: datetime) -> None:
    known, text = settings.of_account(account_id), "Hello, I tried to call you. Do you have time next week?"
    in_transaction(lambda: replies.take(known, Text("demo-text", NUMBER, text, ""), at))
