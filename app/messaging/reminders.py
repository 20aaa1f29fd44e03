"""Reminders and follow-ups, found by asking each minute which are due.

Nothing is scheduled ahead, so a booking that moves or is cancelled leaves nothing behind, and neither a restart nor a
clock that jumps can lose or repeat one: what is due follows from the rows, and each has an effect of its own.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, literal, select, true

from ..accounts.models import Account, User
from ..bookings.models import Booking, BookingStatus
from ..bookings.offering import LONGEST_BLOCK
from ..db import connection, epoch_seconds, in_transaction
from . import hosting
from .models import Message, Notice, OptOut
from .notices import FOLLOW_UP, HOSTS_REMINDER, REMINDER, REMINDERS, USUAL
from .service import Recipient, queue_message

booking, message, notice, opt_out = (
    Booking.__table__, Message.__table__, Notice.__table__, OptOut.__table__,
)  # fmt: skip

# Whoever gets one knows the time.
TELLING = {
    REMINDER: ("booking_confirmed", "booking_moved", "booking_accepted"),
    HOSTS_REMINDER: ("booking_confirmed_host", "booking_moved_host", "booking_accepted_host"),
}
LATEST_FOLLOW_UP = timedelta(days=2)  # later it would be odd
AT_ONCE = 500


class _Rule(NamedTuple):
    """Some calendars that agree on the times of a notice. `is_usual`: all that have not changed it."""

    calendars: list[int]
    is_usual: bool
    minutes: tuple[int, ...]
    since: datetime | None


def queue_due(now: datetime) -> None:
    """Periodic: queue each reminder and follow-up that is due and was not queued before."""
    for kind in REMINDERS:
        for rule in list(_rules(kind)):
            for minutes, shorter in _spans(rule.minutes):
                _queue_all(_to_remind(rule, kind, minutes, shorter, now), kind, minutes, now)
    for rule in list(_rules(FOLLOW_UP)):
        for minutes in rule.minutes:
            _queue_all(_to_follow_up(rule, minutes, now), FOLLOW_UP, minutes, now)


def _rules(kind: str) -> Iterator[_Rule]:
    changed = connection().execute(select(notice).where(notice.c.kind == kind)).all()
    usual = USUAL[kind]
    if usual.is_on:
        yield _Rule([row.calendar_id for row in changed], True, usual.minutes, None)
    for row in changed:
        if row.is_on:
            yield _Rule([row.calendar_id], False, tuple(row.minutes), row.on_since)


def _spans(minutes: tuple[int, ...]) -> list[tuple[int, int]]:
    """Each time with the next shorter one: after an outage only the reminder that fits is sent, not all missed ones."""
    ordered = sorted(set(minutes))
    return list(zip(ordered, [0, *ordered], strict=False))


def _to_remind(rule: _Rule, kind: str, minutes: int, shorter: int, now: datetime) -> Select[Any]:
    due_at = epoch_seconds(booking.c.starts_at) - minutes * 60
    # Who has just booked, or was just told of a new time, needs no reminder of it.
    told = exists().where(
        message.c.booking_id == booking.c.id,
        message.c.kind.in_(TELLING[kind]),
        epoch_seconds(message.c.created_at) > due_at,
    )
    return _bookings(rule, kind, minutes).where(
        booking.c.starts_at > now + timedelta(minutes=shorter),
        booking.c.starts_at <= now + timedelta(minutes=minutes),
        epoch_seconds(booking.c.created_at) <= due_at,
        due_at > int(rule.since.timestamp()) if rule.since else true(),
        ~told,
    )


def _to_follow_up(rule: _Rule, minutes: int, now: datetime) -> Select[Any]:
    over = now - timedelta(minutes=minutes)
    since = rule.since - timedelta(minutes=minutes) if rule.since else over
    return _bookings(rule, FOLLOW_UP, minutes).where(
        booking.c.ends_at <= over,
        booking.c.ends_at > max(since, over - LATEST_FOLLOW_UP),
        booking.c.starts_at > over - LATEST_FOLLOW_UP - LONGEST_BLOCK,  # what the index knows
        booking.c.starts_at <= over,
        booking.c.no_show_at.is_(None),
    )


def _bookings(rule: _Rule, kind: str, minutes: int) -> Select[Any]:
    """Confirmed bookings of the rule's calendars that have not had this notice for the time they are at now."""
    is_ours = booking.c.calendar_id.in_(rule.calendars)
    return (
        select(booking)
        .where(
            ~is_ours if rule.is_usual else is_ours,
            booking.c.account_id.in_(select(Account.id)),  # all; the index over starts begins with it
            booking.c.status == BookingStatus.CONFIRMED,
            ~exists().where(message.c.effect == _effect_in_sql(kind, minutes)),
            true() if kind == HOSTS_REMINDER else ~_wants_none(),
        )
        .order_by(booking.c.starts_at)
        .limit(AT_ONCE)
    )


def _wants_none() -> ColumnElement[bool]:
    """The contact has asked for no more of them."""
    return exists().where(
        opt_out.c.account_id == booking.c.account_id, opt_out.c.address == func.lower(booking.c.email)
    )


def _effect_in_sql(kind: str, minutes: int) -> ColumnElement[str]:
    """The same as `_effect`; the sequence, because a moved booking is reminded of anew."""
    number = cast(booking.c.id, String) + ":" + cast(booking.c.sequence, String)
    return literal(f"{kind}:") + number + literal(f":{minutes}")


def _effect(row: Any, kind: str, minutes: int) -> str:
    return f"{kind}:{row.id}:{row.sequence}:{minutes}"


def _queue_all(due: Select[Any], kind: str, minutes: int, now: datetime) -> None:
    rows = connection().execute(due).all()
    if rows:
        in_transaction(lambda: [_queue(row, kind, minutes, now) for row in rows])


def _queue(row: Any, kind: str, minutes: int, now: datetime) -> None:
    host = _host_of(row) if kind == HOSTS_REMINDER else None
    queue_message(
        kind,
        Recipient(host.name, host.email) if host else Recipient(row.name, row.email),
        account_id=row.account_id,
        effect=_effect(row, kind, minutes),
        at=now,
        booking_id=row.id,
        link_id=row.link_id,
        calendar_id=row.calendar_id,
        user_id=host.id if host else None,
        data={"sequence": row.sequence, "starts_at": int(row.starts_at.timestamp())},
    )


def _host_of(row: Any) -> User:
    """Who is told as its host now."""
    return hosting.answering(*hosting.find(row.id))
