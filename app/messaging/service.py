"""The life of a message. Everything here runs in the caller's transaction, and never commits."""

import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import and_, or_, update

from .. import config, events
from ..db import connection, upsert
from ..errors import Conflict
from .models import Channel, Message, MessageState

table = Message.__table__

# Longer than any try takes (email.py gives up sooner): after that, whoever had the message is gone.
LONGEST_TRY = timedelta(minutes=10)
# How long to wait after each failure that may pass; two days in all.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 480, 960, 960))
RESENT = (MessageState.SENT, MessageState.FAILED, MessageState.UNCLEAR, MessageState.KEPT)


class Recipient(NamedTuple):
    """Whom a message is for."""

    name: str
    address: str


class Receipt(NamedTuple):
    """What is known of a message that was handed over, or kept because nobody is set to take it."""

    is_kept: bool = False
    provider_id: str = ""
    segments: int | None = None


NOTHING_KNOWN = Receipt()


def queue_message(
    kind: str,
    recipient: Recipient,
    *,
    account_id: int,
    effect: str,
    at: datetime,
    booking_id: int | None = None,
    link_id: int | None = None,
    calendar_id: int | None = None,
    user_id: int | None = None,
    contact_id: int | None = None,
    data: dict[str, Any] | None = None,
    channel: Channel = Channel.EMAIL,
) -> int | None:
    """Store a message and the event that has it sent: its id, or None where `effect` has led to one already.

    `kind` is a name in kinds.py; `data` holds ids and plain values, never a token or a code.
    """
    row = {
        "account_id": account_id,
        "kind": kind,
        "to_name": recipient.name,
        "to_address": recipient.address,
        "effect": effect,
        "message_id": _new_id(channel),
        "channel": channel,
        "state": MessageState.QUEUED,
        "why": "",
        "attempts": 0,
        "created_at": at,
        "data": data or {},
        "booking_id": booking_id,
        "link_id": link_id,
        "calendar_id": calendar_id,
        "user_id": user_id,
        "contact_id": contact_id,
    }
    stored = upsert(table).values(**row).on_conflict_do_nothing(index_elements=["effect"])
    message_id = connection().execute(stored.returning(table.c.id)).scalar_one_or_none()
    if message_id is not None:
        _hand_out(message_id, account_id, at)
    return message_id


def queue_from(
    event: events.Event, kind: str, recipient: Recipient, now: datetime, part: str | None = None, **more: Any
) -> int | None:
    """Store a message that follows from the event, as `queue_message` does; once for each `part` of what follows."""
    about = {"calendar_id": event.calendar_id, "link_id": event.link_id, **more}
    effect = f"{event.id}:{part or kind}"
    return queue_message(kind, recipient, account_id=event.account_id, effect=effect, at=now, **about)


def queue_sms(kind: str, recipient: Recipient, **about: Any) -> int | None:
    """The same for a text: the recipient's address is a phone number, as E.164."""
    return queue_message(kind, recipient, channel=Channel.SMS, **about)


def resend(message_id: int, now: datetime) -> None:
    """Have a message sent once more, under its own Message-ID. Raises Conflict while it is on its way already."""
    changed = _change(
        message_id,
        and_(table.c.state.in_(RESENT), table.c.to_address != ""),  # whom it was for may have been forgotten
        state=MessageState.QUEUED,
        why="",
        attempts=0,
        retry_at=None,
        claimed_by=None,
        delivered_at=None,
        provider_id="",
    )
    if changed is None:
        raise Conflict("This message cannot be sent again as it stands. Look at its state below.")
    _hand_out(message_id, changed.account_id, now)


def claim(message_id: int, claimed_by: str, now: datetime) -> Any | None:
    """The row of a message that is now the caller's to send, else None.

    One UPDATE decides between all who try. The handler of one event may claim what it has claimed before: it comes
    again only when its last run died, so the message is sent again, under the same Message-ID.
    """
    died = and_(table.c.state == MessageState.SENDING, table.c.claimed_by == claimed_by)
    return _change(
        message_id,
        or_(table.c.state == MessageState.QUEUED, died),
        state=MessageState.SENDING,
        claimed_by=claimed_by,
        attempts=table.c.attempts + 1,
        retry_at=now + LONGEST_TRY,
    )


def record(
    claimed: Any, state: MessageState, why: str, now: datetime, receipt: Receipt = NOTHING_KNOWN
) -> None:
    """Record how a try went, if the message is still in the hands of whoever claimed it.

    QUEUED stands for a failure that may pass: tried again after a longer wait each time, and failed after the last.
    """
    retry_at = None
    if state == MessageState.QUEUED and claimed.attempts <= len(WAITS):
        retry_at = now + WAITS[claimed.attempts - 1]
    elif state == MessageState.QUEUED:
        state = MessageState.FAILED
    mine = table.c.claimed_by == claimed.claimed_by
    known = {"claimed_by": None, "provider_id": receipt.provider_id, "segments": receipt.segments}
    recorded = _change(
        claimed.id,
        and_(table.c.state == MessageState.SENDING, mine),
        state=state,
        why=why[:500],
        retry_at=retry_at,
        **known,
        **({"sent_at": now} if state == MessageState.SENT else {}),  # else when it last was, if ever
    )
    if recorded is None:  # a report of what became of it was quicker
        _change(claimed.id, mine, **known)


def hand_out_waiting(now: datetime) -> int:
    """Hand out again what waits for its next try, and what a worker took and never reported; how many there were."""
    # Farther off than any wait: written before the clock was set back.
    is_due = or_(table.c.retry_at <= now, table.c.retry_at > now + 2 * max(WAITS))
    due = (
        update(table)
        .where(is_due)
        .values(state=MessageState.QUEUED, retry_at=None, claimed_by=None)
        .returning(table.c.id, table.c.account_id)
    )
    rows = connection().execute(due).all()
    for row in rows:
        _hand_out(row.id, row.account_id, now)
    return len(rows)


def _hand_out(message_id: int, account_id: int, now: datetime) -> None:
    events.record("message_queued", account_id=account_id, at=now, data={"message_id": message_id})


def _change(message_id: int, condition: Any, **values: Any) -> Any | None:
    changed = update(table).where(table.c.id == message_id, condition).values(**values).returning(*table.c)
    return connection().execute(changed).one_or_none()


def _new_id(channel: Channel) -> str:
    random = secrets.token_hex(16)
    return f"<{random}@{_host()}>" if channel == Channel.EMAIL else random


def _host() -> str:
    """What Message-IDs end in: the sender's domain, else ours."""
    settings = config.current()
    if settings.mail:
        return settings.mail.sender.address.rpartition("@")[2]
    return urlsplit(settings.base_url).hostname or "localhost"
