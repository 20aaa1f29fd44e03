"""Giving a booking another time: one row moves from one slot to the other in one transaction, or stays.

Locks are taken in the order of the booking step: limits, booking, event; the link is Used and stays so. The counts
move by what was read before; the UPDATE holds only for the very booking that was read, as its `sequence` tells. The
exclusion constraint (triggers on SQLite) decides who has the new time, and a row never blocks itself.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from ..calendars.models import Calendar
from ..calendars.snapshots import snapshot
from ..db import connection, db, in_transaction
from ..errors import Conflict, DayFull, DomainError, SlotClosed, SlotTaken, TooLate
from ..scheduling.slots import Offer, is_offered, monday_of
from ..scheduling.wallclock import date_at
from . import changeable, endings, statements
from .booking_step import CLOSED, TAKEN, CalendarClosed
from .models import BookingStatus, LimitPeriod, Party
from .offering import offer_of


@dataclass(frozen=True)
class Move:
    """One wish for another time. `start` in epoch seconds; `sequence` is the booking's as the person saw it."""

    booking_id: int
    start: int
    sequence: int
    by: Party
    actor_id: int | None = None


def reschedule(move: Move, now: datetime) -> bool:
    """Move the booking to its new time, or change nothing. False when it stands there already: the form's repeat.

    Opens its own transaction. Raises SlotTaken (the time is not open now: lost to another, or SlotClosed, or
    DayFull), CalendarClosed, TooLate, and Conflict when the booking is not (any more) as the person saw it.
    """
    try:
        return in_transaction(lambda: _reschedule(move, now))
    except (DomainError, IntegrityError) as refused:
        db.session.rollback()
        if _stands_there(changeable.find(move.booking_id), move.start):
            return False
        raise _refusal(refused) from refused


def _reschedule(move: Move, now: datetime) -> bool:
    found = changeable.find(move.booking_id)
    if _stands_there(found, move.start):
        return False
    if found.status != BookingStatus.CANCELLED:
        changeable.require_seen(found, move.sequence)
    if found.status == BookingStatus.TENTATIVE and found.answer_by <= now:
        raise TooLate("This request was not answered in time, and has expired.")
    kept = snapshot(found.calendar_id, found.version)
    offer = offer_of(kept, changeable.terms_to_move(found, move.by), now)
    _require_open(kept.calendar, offer, move.start)
    _move_counts(kept.calendar, found, date_at(offer.tz, move.start))
    moved = _moved(found, kept.calendar, offer, move, now)
    if moved is None:
        raise _why_not(found, changeable.find(move.booking_id), move, now)
    ends = {"from": int(found.starts_at.timestamp()), "to": move.start}
    changeable.record("booking_rescheduled", moved, now, move.actor_id, by=move.by.value, **ends)
    return True


def _stands_there(found: Any, start: int) -> bool:
    return found.status != BookingStatus.CANCELLED and int(found.starts_at.timestamp()) == start


def _require_open(calendar: Calendar, offer: Offer, start: int) -> None:
    if not calendar.is_on:
        raise CalendarClosed(CLOSED)
    if not is_offered(offer, start):
        raise SlotClosed("That time is not open. Please choose another one.")


def _move_counts(calendar: Calendar, found: Any, day: date) -> None:
    """Days before weeks, and each by date: two bookings that change places must not wait for each other."""
    for period, old, new, limit in (
        (LimitPeriod.DAY, found.counted_day, day, calendar.limit_per_day),
        (LimitPeriod.WEEK, found.counted_week, monday_of(day), calendar.limit_per_week),
    ):
        for starts_on in sorted({old, new} if old != new else ()):
            if starts_on == old:
                changeable.give_back(calendar.id, period, old)
            else:
                _take(calendar.id, period, new, limit)


def _take(calendar_id: int, period: LimitPeriod, starts_on: date, limit: int | None) -> None:
    counted = {"calendar_id": calendar_id, "period": period.value, "starts_on": starts_on}
    taken = connection().execute(statements.TAKE_COUNT, {**counted, "most": limit or statements.NO_LIMIT})
    if taken.one_or_none() is None:
        raise DayFull("No more bookings are taken for that day. Please choose another one.")


def _moved(found: Any, calendar: Calendar, offer: Offer, move: Move, now: datetime) -> Any:
    """The booking after the move; None when it is not (any more) what was read, or may not be moved."""
    starts_at, rules = datetime.fromtimestamp(move.start, UTC), offer.rules
    ends_at, day = starts_at + rules.duration, date_at(offer.tz, move.start)
    status = _status_after(found, calendar, move.by)
    is_request = status == BookingStatus.TENTATIVE
    values = {
        "booking_id": found.id,
        "seen": found.sequence,
        "now": now,
        "after": changeable.must_start_after(move.by, found.cutoff_minutes, now),
        "new_starts_at": starts_at,
        "new_ends_at": ends_at,
        "new_blocked_from": starts_at - rules.before,
        "new_blocked_until": ends_at + rules.after,
        "new_day": day,
        "new_week": monday_of(day),
        "new_status": status,
        "new_answer_by": changeable.answer_by(calendar, starts_at, now) if is_request else None,
    }
    return connection().execute(statements.MOVE_BOOKING, values).one_or_none()


def _status_after(found: Any, calendar: Calendar, by: Party) -> BookingStatus:
    """What the contact chooses is a request where the calendar asks for confirmation; the host need not ask."""
    asks = by == Party.CONTACT and calendar.needs_confirmation
    return BookingStatus.TENTATIVE if asks else found.status


def _why_not(read: Any, found: Any, move: Move, now: datetime) -> Conflict:
    """`read` is the row the move began with, `found` the same row now."""
    if found.status == BookingStatus.CANCELLED:
        return Conflict(endings.sentence(found))
    if found.sequence != move.sequence or read.sequence != move.sequence:
        return Conflict("This booking was changed after this page was opened.")
    if found.ends_at <= now:
        return TooLate("This booking is over, so its time can no longer be changed.")
    return TooLate("It is too late to change this booking here.")


def _refusal(refused: DomainError | IntegrityError) -> Exception:
    if isinstance(refused, IntegrityError) and "booking_no_overlap" in str(refused.orig):
        return SlotTaken(TAKEN)
    return refused
