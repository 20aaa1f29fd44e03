"""What providers say became of texts, whenever they say so. Runs in the caller's transaction."""

from datetime import datetime

from sqlalchemy import func, literal, or_, true, update

from ..db import UtcDateTime, connection
from ..phone.providers import NO_MORE_TEXTS
from . import replies
from .models import Channel, Message
from .models import MessageState as State

table = Message.__table__

# The news that a text is on the phone may be quicker than the answer that it was taken.
REPORTED_ON = (State.QUEUED, State.SENDING, State.SENT, State.UNCLEAR, State.FAILED)


def report(
    reference: str,
    is_delivered: bool,
    why: str,
    now: datetime,
    provider_id: str = "",
    has_opted_out: bool = False,
) -> bool:
    """Record what became of a text; False when it is no news. Whoever has opted out gets no more of them.

    A text that was delivered stays so. What is said of an earlier try, under another number of the provider's, is not
    about this one.
    """
    is_this = or_(table.c.provider_id == "", table.c.provider_id == provider_id) if provider_id else true()
    reported = update(table).where(
        table.c.message_id == reference,
        table.c.channel == Channel.SMS,
        table.c.state.in_(REPORTED_ON),
        table.c.delivered_at.is_(None),
        is_this,
    )
    values = {
        "state": State.SENT if is_delivered else State.FAILED,
        "why": why[:500],
        "retry_at": None,
    }
    if is_delivered:
        sent_at = func.coalesce(table.c.sent_at, literal(now, UtcDateTime()))
        values |= {"delivered_at": now, "sent_at": sent_at}
    if has_opted_out:
        values |= {"state": State.DROPPED, "why": NO_MORE_TEXTS}
    row = connection().execute(reported.values(values).returning(*table.c)).one_or_none()
    if row is not None and has_opted_out:
        replies.stop_as_told(row, now)
    return row is not None
