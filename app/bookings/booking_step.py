"""The booking step: link, slot and booking in one transaction. Every door that books calls `book`.

The order of the statements is fixed: link, limits, booking, event. The conditional UPDATE of the link decides who
has it; the exclusion constraint (triggers on SQLite) decides who has the time. Asking beforehand whether another
booking is in the way would be slower and no safer, so it is not asked.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy.exc import IntegrityError

from .. import events
from ..calendars.models import Calendar
from ..calendars.snapshots import Snapshot, snapshot
from ..db import connection, db, in_transaction
from ..errors import Conflict, DayFull, DomainError, LinkGone, SlotClosed, SlotTaken
from ..scheduling.slots import Offer, is_offered, monday_of
from ..scheduling.wallclock import date_at
from ..tokens import new_nonce
from . import statements
from .changeable import answer_by
from .models import BookingStatus
from .offering import LinkTerms, offer_of, terms_of

TAKEN = "That time has just been taken. Please choose another one."
GONE = "This booking link can no longer be used."
CLOSED = "This calendar is not taking bookings at the moment."


class CalendarClosed(Conflict):
    """The calendar takes no bookings at the moment; a link to it stays Active."""

    title = "Not taking bookings at the moment"


@dataclass(frozen=True)
class Attendee:
    """Who books, as typed on the form: checked shapes, nothing else is known of them."""

    name: str
    email: str
    phone: str
    tz: str
    locale: str


@dataclass(frozen=True)
class BookingRequest:
    """One try to book. `start` in epoch seconds; `link_id` None books by the standard link.

    `answers` are [{"label", "answer"}]; `form_key_hash` tells the same form sent twice from two forms; `key_id`
    names the server key that will make the manage token.
    """

    calendar_id: int
    link_id: int | None
    start: int
    attendee: Attendee
    answers: list[dict[str, Any]]
    form_key_hash: bytes
    key_id: str


class Booked(NamedTuple):
    """The booking that stands, and what its manage token is made of. `is_repeat`: an earlier POST made it."""

    id: int
    manage_nonce: bytes
    key_id: str
    is_repeat: bool


class _Terms(NamedTuple):
    version: int
    link: LinkTerms


def book(request: BookingRequest, now: datetime) -> Booked:
    """Book the slot: link Used, booking and event stored, or nothing at all.

    Opens its own transaction (and does so again when PostgreSQL asks for a retry). The same form sent again gets
    the booking it made. Raises LinkGone (the link is used, deleted or past its date), SlotTaken (the time is not
    open now: lost to another, or SlotClosed, or DayFull; a link stays Active), CalendarClosed (likewise),
    Conflict (this form already booked other data).
    """
    try:
        return in_transaction(lambda: _book(request, now))
    except (DomainError, IntegrityError) as refused:
        return _earlier(request) or _raise(_refusal(refused))


def payload_hash(request: BookingRequest) -> bytes:
    """Fingerprint of what the form says: with other data it is another request.

    Zone and locale are the browser's; another tab may change them between a form and its repeat.
    """
    who = request.attendee
    said = [
        request.calendar_id,
        request.link_id,
        request.start,
        who.name,
        who.email,
        who.phone,
        request.answers,
    ]
    return sha256(json.dumps(said, sort_keys=True).encode()).digest()


def _book(request: BookingRequest, now: datetime) -> Booked:
    terms = _use_up_link(request.link_id, now) if request.link_id else _standard_terms(request.calendar_id)
    kept = snapshot(request.calendar_id, terms.version)
    offer = offer_of(kept, terms.link, now)
    _require_open(kept, offer, request)
    day = date_at(offer.tz, request.start)
    _count_within_limits(kept.calendar, day)
    row = _row(request, kept.calendar, offer, day, now)
    booking_id = connection().execute(statements.INSERT_BOOKING, row).scalar_one()
    events.record(
        "booking_created",
        account_id=row["account_id"],
        calendar_id=request.calendar_id,
        link_id=request.link_id,
        booking_id=booking_id,
        at=now,
        data={"starts_at": request.start, "sequence": 0, "status": row["status"].value},
    )
    return Booked(booking_id, row["manage_nonce"], row["key_id"], is_repeat=False)


def _use_up_link(link_id: int, now: datetime) -> _Terms:
    """Make the link Used, and read the terms it was made with."""
    used = connection().execute(statements.USE_UP_LINK, {"link": link_id, "now": now}).one_or_none()
    if used is None:
        raise LinkGone(GONE)
    return _Terms(used.version, terms_of(used))


def _standard_terms(calendar_id: int) -> _Terms:
    found = connection().execute(statements.CALENDAR_VERSION, {"calendar_id": calendar_id})
    version = found.scalar_one_or_none()
    if version is None:  # deleted since its page was opened
        raise CalendarClosed(CLOSED)
    return _Terms(version, LinkTerms())


def _require_open(kept: Snapshot, offer: Offer, request: BookingRequest) -> None:
    calendar = kept.calendar
    if not calendar.is_on or (request.link_id is None and not calendar.is_public):
        raise CalendarClosed(CLOSED)
    if not is_offered(offer, request.start):
        raise SlotClosed("That time is not open. Please choose another one.")


def _count_within_limits(calendar: Calendar, day: date) -> None:
    """Count the booking for its day and its week, or refuse.

    Counted without a limit too, so that a limit set later knows what is already there.
    """
    counted = connection().execute(
        statements.COUNT_WITHIN_LIMITS,
        {
            "calendar_id": calendar.id,
            "day": day,
            "week": monday_of(day),
            "day_limit": calendar.limit_per_day or statements.NO_LIMIT,
            "week_limit": calendar.limit_per_week or statements.NO_LIMIT,
        },
    )
    if len(counted.all()) < 2:
        raise DayFull("No more bookings are taken for that day. Please choose another one.")


def _row(
    request: BookingRequest, calendar: Calendar, offer: Offer, day: date, now: datetime
) -> dict[str, Any]:
    rules = offer.rules
    starts_at = datetime.fromtimestamp(request.start, UTC)
    ends_at = starts_at + rules.duration
    return {
        "account_id": calendar.account_id,
        "calendar_id": calendar.id,
        "host_id": calendar.host_id,
        "link_id": request.link_id,
        "uid": f"{secrets.token_hex(16)}@slotkey",
        "sequence": 0,
        "status": BookingStatus.TENTATIVE if calendar.needs_confirmation else BookingStatus.CONFIRMED,
        "answer_by": answer_by(calendar, starts_at, now) if calendar.needs_confirmation else None,
        "manage_nonce": new_nonce(),
        "key_id": request.key_id,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "blocked_from": starts_at - rules.before,
        "blocked_until": ends_at + rules.after,
        "counted_day": day,
        "counted_week": monday_of(day),
        **asdict(request.attendee),
        "answers": request.answers,
        "location": {"kind": calendar.location_kind.value, "detail": calendar.location_detail},
        "created_at": now,
        "cancel_reason": "",
        "form_key_hash": request.form_key_hash,
        "payload_hash": payload_hash(request),
    }


def _earlier(request: BookingRequest) -> Booked | None:
    """The booking that this very form has made, asked only after a refusal."""
    db.session.rollback()
    found = (
        connection()
        .execute(statements.FIND_BY_FORM_KEY, {"form_key_hash": request.form_key_hash})
        .one_or_none()
    )
    if found is None:
        return None
    if found.payload_hash != payload_hash(request):
        raise Conflict(
            "This form has already made a booking with other details. Open the link again to see it."
        )
    return Booked(found.id, found.manage_nonce, found.key_id, is_repeat=True)


def _refusal(refused: Exception) -> Exception:
    if not isinstance(refused, IntegrityError):
        return refused
    said = str(refused.orig)
    if "booking_no_overlap" in said:
        return SlotTaken(TAKEN)
    if "booking_link" in said or "booking.link_id" in said:
        return LinkGone(GONE)
    return refused


def _raise(refusal: Exception) -> Any:
    raise refusal
