"""A mail of a calendar sent to the person who is writing it, to see how it arrives."""

import secrets
from datetime import datetime, timedelta

from ..accounts.models import User
from ..calendars.models import Calendar
from ..ratelimit import Limit
from .kinds import TEST
from .service import Recipient, queue_message
from .texts import Text

PER_PERSON = Limit(
    "test of a mail",
    10,
    timedelta(hours=1),
    "You have asked for many tests within an hour. Your words are kept: send the next one in an hour.",
)


def send(calendar: Calendar, kind: str, text: Text, to: User, now: datetime) -> int | None:
    """Queue the mail in these words, with an invented booking, in the caller's transaction; the message's id."""
    return queue_message(
        TEST,
        Recipient(to.name, to.email),
        account_id=calendar.account_id,
        effect=f"{TEST}:{secrets.token_hex(16)}",
        at=now,
        calendar_id=calendar.id,
        user_id=to.id,
        data={"kind": kind, **text._asdict()},
    )
