"""Who wants no reminders and follow-ups. The token in such mails is its own, and opens nothing else."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from .. import config, tokens
from ..bookings.models import Booking
from ..db import connection, db, upsert
from .models import OptOut

UNSUBSCRIBE = "slotkey stop reminders"
table = OptOut.__table__


def path_of(booking: Booking) -> tuple[str, str | None]:
    """The address that stops reminders to the booking's contact, as what stands before the token and the token."""
    return "/u/", _maker().token(booking.manage_nonce, booking.key_id)


def booking_of(token: str) -> Booking | None:
    """The booking whose contact a genuine token speaks for."""
    nonce = _maker().nonce(token)
    found = select(Booking).where(Booking.manage_nonce == nonce)
    return db.session.scalars(found).one_or_none() if nonce else None


def is_out(booking: Booking) -> bool:
    """True when the booking's contact wants no reminders."""
    return has_stopped(booking.account_id, booking.email)


def opt_out(booking: Booking, now: datetime) -> None:
    """Send the contact no more reminders, whoever of the account they book."""
    stop(booking.account_id, booking.email, now)


def opt_in(booking: Booking) -> None:
    """Send them again."""
    start(booking.account_id, booking.email)


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


def _maker() -> tokens.TokenMaker:
    return tokens.TokenMaker(UNSUBSCRIBE, config.current().secrets)
