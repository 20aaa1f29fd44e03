"""Who wants no reminders and follow-ups. The token in such mails is its own, and opens nothing else."""

from datetime import datetime

from sqlalchemy import delete, select

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
    mine = select(table.c.at).where(
        table.c.account_id == booking.account_id, table.c.address == booking.email.lower()
    )
    return connection().execute(mine).one_or_none() is not None


def opt_out(booking: Booking, now: datetime) -> None:
    """Send the contact no more reminders, whoever of the account they book."""
    row = upsert(table).values(account_id=booking.account_id, address=booking.email.lower(), at=now)
    connection().execute(row.on_conflict_do_nothing())


def opt_in(booking: Booking) -> None:
    """Send them again."""
    connection().execute(
        delete(table).where(
            table.c.account_id == booking.account_id, table.c.address == booking.email.lower()
        )
    )


def _maker() -> tokens.TokenMaker:
    return tokens.TokenMaker(UNSUBSCRIBE, config.current().secrets)
