"""Who wants no reminders, follow-ups and mails of workflows. The token in such mails is its own, and opens nothing
else: that of a mail about a booking speaks for its contact, that of any other mail for whoever got it."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, select

from .. import config, tokens
from ..accounts.models import Account
from ..bookings.models import Booking
from ..db import connection, db, upsert
from .models import Message, OptOut

UNSUBSCRIBE = "slotkey stop reminders"
UNSUBSCRIBE_MAIL = "slotkey stop mails of workflows"
table = OptOut.__table__


class Subscriber(NamedTuple):
    """An address that gets such mails, and from whom."""

    account_id: int
    address: str
    sender: str


def path_of(booking: Booking) -> tuple[str, str | None]:
    """The address that stops reminders to the booking's contact, as what stands before the token and the token."""
    return "/u/", _maker().token(booking.manage_nonce, booking.key_id)


def path_for(message: Any) -> tuple[str, str | None]:
    """The same for a mail that is about no booking: in its token stands its number."""
    maker = _maker(UNSUBSCRIBE_MAIL)
    return "/u/", maker.token(message.id.to_bytes(tokens.NONCE_BYTES), maker.key_id)


def subscriber_of(token: str) -> Subscriber | None:
    """Whom a genuine token speaks for; None for any other text, and for somebody who was forgotten since."""
    booking = booking_of(token)
    if booking is not None:
        return Subscriber(booking.account_id, booking.email, f"{booking.calendar.host.name} and colleagues")
    nonce = _maker(UNSUBSCRIBE_MAIL).nonce(token)
    sent = select(Message.account_id, Message.to_address, Account.name).join(
        Account, Account.id == Message.account_id
    )
    found = (
        db.session.execute(sent.where(Message.id == int.from_bytes(nonce))).one_or_none() if nonce else None
    )
    return Subscriber(*found) if found and found.to_address else None


def booking_of(token: str) -> Booking | None:
    """The booking whose contact a genuine token speaks for."""
    nonce = _maker().nonce(token)
    found = select(Booking).where(Booking.manage_nonce == nonce)
    return db.session.scalars(found).one_or_none() if nonce else None


def is_out(booking: Booking) -> bool:
    """True when the booking's contact wants no reminders."""
    return has_stopped(booking.account_id, booking.email)


def has_stopped(account_id: int, address: str) -> bool:
    """True when nothing but mails about changes may go to the e-mail address, or no SMS to the number (E.164)."""
    return (
        connection().execute(select(table.c.at).where(*_mine(account_id, address))).one_or_none() is not None
    )


def stop(account_id: int, address: str, now: datetime) -> None:
    """Send no more of that to the address or number."""
    row = upsert(table).values(account_id=account_id, address=address.lower(), at=now)
    connection().execute(row.on_conflict_do_nothing())


def start(account_id: int, address: str) -> None:
    """Send it again."""
    connection().execute(delete(table).where(*_mine(account_id, address)))


def _mine(account_id: int, address: str) -> tuple[ColumnElement[bool], ...]:
    return table.c.account_id == account_id, table.c.address == address.lower()


def _maker(purpose: str = UNSUBSCRIBE) -> tokens.TokenMaker:
    return tokens.TokenMaker(purpose, config.current().secrets)
