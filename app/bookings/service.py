"""What happens to a booking after it was made."""

from datetime import datetime
from typing import Any

from ..errors import Conflict, Overtaken, TooLate
from . import changeable, endings
from .changeable import table
from .models import BookingStatus, Party, RequestEnd


def cancel(
    booking_id: int,
    by: Party,
    reason: str,
    now: datetime,
    actor_id: int | None = None,
    *,
    seen: int | None = None,
) -> None:
    """Cancel a booking in the caller's transaction: its time is open again, its link stays Used. What a contact
    cancels before the host has confirmed it is a request that they withdraw.

    `seen` is its sequence as a page showed it, where that matters. Raises Conflict when it was changed since, is
    cancelled already or over, TooLate for a contact once its cut-off has passed, NotFound
    when there is no such booking; Overtaken, which `in_transaction` answers by calling again, when it was moved at
    this very moment.
    """
    found = changeable.find(booking_id)
    if seen is not None and found.status != BookingStatus.CANCELLED:
        changeable.require_seen(found, seen)
    is_request = found.status == BookingStatus.TENTATIVE and by == Party.CONTACT
    ended = {"request_end": RequestEnd.WITHDRAWN} if is_request else {}
    cancelled = changeable.close(
        found,
        now,
        table.c.ends_at > now,
        table.c.starts_at > changeable.must_start_after(by, found.cutoff_minutes, now),
        cancelled_by=by,
        cancel_reason=reason,
        **ended,
    )
    if cancelled is None:
        raise _why_not_cancelled(found, now)
    said = {"by": by.value, "reason": reason, **ended}
    changeable.record("booking_cancelled", cancelled, now, actor_id, **said)


def mark_no_show(booking_id: int, is_no_show: bool, now: datetime, actor_id: int) -> None:
    """Note that the contact did not come, or take that back, in the caller's transaction.

    Said twice, it is noted once. Raises Conflict for a booking that is cancelled or has not begun, NotFound when
    there is none.
    """
    is_news = table.c.no_show_at.is_(None) if is_no_show else table.c.no_show_at.is_not(None)
    noted = {"no_show_at": now if is_no_show else None}
    marked = changeable.change(booking_id, table.c.starts_at <= now, is_news, **noted)
    if marked is None:
        _require_markable(booking_id, now)
    else:
        name = "booking_no_show" if is_no_show else "booking_no_show_undone"
        changeable.record(name, marked, now, actor_id)


def _why_not_cancelled(read: Any, now: datetime) -> Conflict:
    """`read` is the row as it was before the attempt."""
    found = changeable.find(read.id)
    if found.status == BookingStatus.CANCELLED:
        return Conflict(endings.sentence(found, "This booking is cancelled already."))
    if found.sequence != read.sequence:
        return Overtaken("This booking was changed at the same moment.")
    if found.ends_at <= now:
        return TooLate("This booking is over, so it can no longer be cancelled.")
    return TooLate("It is too late to cancel this booking here.")


def _require_markable(booking_id: int, now: datetime) -> None:
    booking = changeable.find(booking_id)
    if booking.status == BookingStatus.CANCELLED or booking.starts_at > now:
        raise Conflict("Only a booking whose time has come can be marked as a no-show.")
