"""Sends a message in the making to whoever writes it, in the words typed so far. No contact gets it, and no link is
made for it."""

import secrets
from datetime import datetime

from sqlalchemy import select

from .. import ratelimit
from ..accounts.models import User
from ..contacts.models import Contact
from ..db import db
from ..errors import Conflict
from ..messaging import notice_tests, opt_outs
from ..messaging.service import Recipient, queue_message, queue_sms
from ..phone.settings import TESTS
from .samples import Words

STOPPED = "This number has asked for no texts: it has sent STOP."


def count_mail(person: User, now: datetime) -> None:
    """Count a test mail, in a transaction of its own. Raises TooMany."""
    ratelimit.take(notice_tests.PER_PERSON, person.id, now=now)


def count_text(account_id: int, number: str, now: datetime) -> None:
    """The same of a test text. Raises Conflict, and counts nothing, where the number wants no texts."""
    if opt_outs.has_stopped(account_id, number):
        raise Conflict(STOPPED)
    ratelimit.take(TESTS, account_id, now=now)


def send_mail(contact: Contact, words: Words, person: User, now: datetime) -> int | None:
    """Queue the mail to the person, with the contact's data, in the caller's transaction; the message's id."""
    to = Recipient(person.name, person.email)
    return queue_message("workflow_test", to, **_about(contact, words, person, now))


def send_text(contact: Contact, words: Words, person: User, number: str, now: datetime) -> int | None:
    """The same of a text, to this number."""
    to = Recipient(person.name, number)
    return queue_sms("workflow_sms_test", to, **_about(contact, words, person, now))


def own_number(account_id: int, person: User) -> str:
    """The number that the account keeps of the person, if they are among its contacts."""
    mine = select(Contact.phone).where(
        Contact.account_id == account_id, Contact.email == person.email.lower()
    )
    return db.session.scalar(mine) or ""


def _about(contact: Contact, words: Words, person: User, now: datetime) -> dict[str, object]:
    return {
        "account_id": contact.account_id,
        "effect": f"test:{secrets.token_hex(16)}",
        "at": now,
        "user_id": person.id,
        "data": {"with_id": contact.id, "words": words._asdict()},
    }
