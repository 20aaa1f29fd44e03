"""A booking that nobody made, for previews and tests of mails."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from ..bookings import changeable, manage
from ..bookings.models import Booking, BookingStatus, Party, RequestEnd
from ..calendars.models import Calendar
from ..localtime import Reader, wall_to_instant
from ..scheduling.wallclock import date_at
from .booking_letters import ContactMail
from .booking_values import Told
from .letters import Letter
from .occasions import Occasion
from .texts import Text

NAME, EMAIL = "Sam Lee", "sam@example.org"
IS_TEST = "This is a test: the booking below is invented, and its addresses (…) lead nowhere."
REQUESTED = "booking_requested"
ENDED = ("booking_cancelled", "booking_declined", "booking_request_expired")
WITHDRAWN = "booking_withdrawn"


def letter(builder: ContactMail, calendar: Calendar, kind: str, text: Text, now: datetime) -> Letter:
    """The mail that a booking of tomorrow morning would lead to; `builder` writes mails of this kind."""
    starts_at = wall_to_instant(_tomorrow(calendar, now), 10 * 60, calendar.tz)
    was = starts_at - timedelta(hours=1)
    data = {"was": int(was.timestamp())} if kind == "booking_moved" else {}
    message = SimpleNamespace(kind=kind, data=data)
    occasion = Occasion(message, now, is_sending=False)
    booking = _booking(calendar, kind, starts_at, now)
    host = calendar.host
    told = Told(
        booking,
        host,
        starts_at,
        occasion.secret_address(manage.PAGE, "token"),
        Reader(host.tz, host.locale),
    )
    return builder.letter(occasion, told, text)


def as_test(letter: Letter, calendar: Calendar) -> Letter:
    """The mail marked as a test. No calendar file: nobody wants the invented booking among their own."""
    return replace(
        letter,
        subject=f"Test: {letter.subject}",
        title=f"Test: {letter.title}",
        opening=f"{IS_TEST}\n\n{letter.opening}",
        reason=f"You get this because you asked for a test in the settings of {calendar.name}.",
        reply_to=None,
        thread=None,
        calendar=None,
        unsubscribe=None,
    )


def _booking(calendar: Calendar, kind: str, starts_at: datetime, now: datetime) -> Booking:
    """Never added to the session. Its key is nobody's, so that it has no address of its own."""
    ended = {"status": BookingStatus.CANCELLED, "cancelled_by": Party.HOST} if kind in ENDED else {}
    if kind == WITHDRAWN:
        withdrawn = {"request_end": RequestEnd.WITHDRAWN, "cancelled_by": Party.CONTACT}
        ended = {"status": BookingStatus.CANCELLED, **withdrawn}
    answer_by = changeable.answer_by(calendar, starts_at, now)
    waiting = {"status": BookingStatus.TENTATIVE, "answer_by": answer_by} if kind == REQUESTED else {}
    values: dict[str, Any] = {
        "status": BookingStatus.CONFIRMED,
        "cancel_reason": "I have to travel that day." if ended else "",
        **ended,
        **waiting,
    }
    return Booking(
        calendar_id=calendar.id,
        calendar=calendar,
        uid="1a2b3c4d@slotkey",
        sequence=0,
        manage_nonce=bytes(8),
        key_id="",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=calendar.duration_minutes),
        name=NAME,
        email=EMAIL,
        phone="",
        tz=calendar.tz,
        locale=calendar.host.locale,
        answers=[],
        location={"kind": calendar.location_kind.value, "detail": calendar.location_detail},
        **values,
    )


def _tomorrow(calendar: Calendar, now: datetime) -> Any:
    return date_at(calendar.tz, int(now.timestamp())) + timedelta(days=1)
