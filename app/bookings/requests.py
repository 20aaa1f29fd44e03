"""Requests: tentative bookings of a calendar that asks for confirmation, and how they end.

A request blocks its time and has used its link up, as a booking does. It becomes a booking by the host's answer, or it
is cancelled: declined, or expired when nobody answered in time. Either way the link stays Used; another one is made.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ..db import connection, in_transaction
from ..errors import Conflict, Overtaken, TooLate
from . import changeable, endings
from .changeable import table
from .models import TENTATIVE, BookingStatus, Party, RequestEnd

AT_ONCE = 500  # the next run takes the rest


def accept(booking_id: int, now: datetime, actor_id: int, *, seen: int) -> None:
    """Confirm a request, in the caller's transaction; said twice, it is confirmed once.

    `seen` is its sequence as the host saw it. Raises Conflict when it was changed since or has ended otherwise,
    TooLate when its time to be answered is over, Overtaken as `service.cancel` does, NotFound when there is none.
    """
    read = _find(booking_id, seen)
    is_waiting = (table.c.sequence == read.sequence, table.c.answer_by > now)
    confirmed = changeable.change(
        booking_id, TENTATIVE, *is_waiting, status=BookingStatus.CONFIRMED, sequence=table.c.sequence + 1
    )
    if confirmed:
        changeable.record("booking_confirmed", confirmed, now, actor_id)
        return
    found = changeable.find(booking_id)
    if found.status != BookingStatus.CONFIRMED:
        raise _why_not(found, read)


def decline(booking_id: int, reason: str, now: datetime, actor_id: int, *, seen: int) -> None:
    """Decline a request, in the caller's transaction; said twice, it is declined once.

    `seen` is its sequence as the host saw it. Raises Conflict when it was changed since or answered otherwise,
    Overtaken as `service.cancel` does, NotFound when there is none.
    """
    found = _find(booking_id, seen)
    if found.request_end == RequestEnd.DECLINED:
        return
    ended = {"request_end": RequestEnd.DECLINED, "cancelled_by": Party.HOST, "cancel_reason": reason}
    declined = changeable.close(found, now, TENTATIVE, **ended)
    if declined is None:
        raise _why_not(changeable.find(booking_id), found)
    changeable.record("booking_declined", declined, now, actor_id, reason=reason)


def expire_requests(now: datetime) -> None:
    """End the requests that nobody has answered in time, each in a transaction of its own."""
    for booking_id in _overdue(now):
        in_transaction(lambda booking_id=booking_id: _expire(booking_id, now))


def _find(booking_id: int, seen: int) -> Any:
    """Raises Conflict when it waits for another answer than to what was seen. How it ended says more than that."""
    found = changeable.find(booking_id)
    if found.status == BookingStatus.TENTATIVE:
        changeable.require_seen(found, seen)
    return found


def _overdue(now: datetime) -> Sequence[int]:
    overdue = select(table.c.id).where(TENTATIVE, table.c.answer_by <= now)
    return connection().execute(overdue.order_by(table.c.answer_by).limit(AT_ONCE)).scalars().all()


def _expire(booking_id: int, now: datetime) -> None:
    """Nothing happens to one that was answered, moved or cancelled since it was found."""
    found = changeable.find(booking_id)
    if found.status != BookingStatus.TENTATIVE or found.answer_by > now:
        return
    expired = changeable.close(found, now, TENTATIVE, request_end=RequestEnd.EXPIRED)
    if expired is None:
        raise Overtaken("This request was answered at the same moment.")
    changeable.record("booking_request_expired", expired, now, None)


def _why_not(found: Any, read: Any) -> Conflict:
    """`found` is the row as it stands, `read` as it was before the attempt."""
    if found.request_end == RequestEnd.EXPIRED:
        return TooLate("This request was not answered in time, and has expired.")
    if found.request_end == RequestEnd.DECLINED:
        return Conflict("This request was declined already.")
    if found.status == BookingStatus.CANCELLED:
        return Conflict(endings.sentence(found, "This request was cancelled."))
    if found.status == BookingStatus.CONFIRMED:
        return Conflict("This request was accepted already: it is a booking now, which can be cancelled.")
    if read.sequence != found.sequence:
        return Overtaken("This request was changed at the same moment.")
    return TooLate("The time to answer this request is over.")
