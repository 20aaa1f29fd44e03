"""The demo's bookings: four weeks back, three ahead, some by one-time links, one missed, two cancelled, one moved;
and where they have to be confirmed, the last ones still wait for it."""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from sqlalchemy import select

from ..accounts.models import User
from ..bookings.booking_step import Attendee, BookingRequest, book
from ..bookings.models import LIVE, Booking, Party
from ..bookings.offering import LinkTerms, open_offer
from ..bookings.requests import accept
from ..bookings.rescheduling import Move, reschedule
from ..bookings.service import cancel, mark_no_show
from ..calendars.models import Calendar
from ..calendars.snapshots import snapshot
from ..contacts.bookings import contact_of_booking
from ..db import db, in_transaction, transaction
from ..links.options import LinkOptions
from ..links.service import create_link, link_tokens
from ..scheduling.slots import slots_between
from .cast import ANSWERS, CONTACTS
from .diary import Entry

WEEKS = range(-4, 3)
DAYS_AHEAD = (3, 5)  # how long before its time each of a week's bookings is made
ONE_DAY = timedelta(days=1)
SENT_BEFORE = timedelta(hours=6)


def entries(calendars: Sequence[Calendar], dana: User, now: datetime) -> Iterator[Entry]:
    """Every calendar is booked every week, twice; one contact does not come and two bookings fall through."""
    turns = count()
    for week in WEEKS:
        for calendar in calendars:
            for days in DAYS_AHEAD:
                about = now + timedelta(weeks=week, days=days)
                made_at = min(now - ONE_DAY, about - days * ONE_DAY)
                yield made_at, partial(_book_near, calendar, dana, about, next(turns), week < WEEKS[-1])
    yield now, partial(_let_some_fall_through, calendars[0], dana)
    yield now, partial(_move_one, calendars[0])


def open_starts(calendar: Calendar, about: datetime, now: datetime) -> list[int]:
    """The open starts, epoch seconds, from `about` on, far enough to reach past a long weekend."""
    start, end = int(about.timestamp()), int((about + 4 * ONE_DAY).timestamp())
    offer = open_offer(snapshot(calendar.id, calendar.version), LinkTerms(), now, start, end)
    return slots_between(offer, start, end)


def _book_near(
    calendar: Calendar, dana: User, about: datetime, turn: int, is_answered: bool, now: datetime
) -> None:
    """One booking by the contact whose turn it is, at a time near `about`; every other one by a link."""
    starts = open_starts(calendar, about, now)
    if not starts:
        return
    contact = CONTACTS[turn % len(CONTACTS)]
    request = BookingRequest(
        calendar_id=calendar.id,
        link_id=_link_for(calendar, dana, contact, now - SENT_BEFORE) if turn % 2 else None,
        start=starts[turn * 3 % len(starts)],
        attendee=contact,
        answers=ANSWERS if calendar.questions else [],
        form_key_hash=secrets.token_bytes(32),
        key_id=link_tokens().key_id,
    )
    booked = book(request, now)
    in_transaction(
        lambda: contact_of_booking(booked.id, now)
    )  # now, so that contacts are numbered as they came
    if calendar.needs_confirmation and is_answered:
        in_transaction(lambda: accept(booked.id, now + SENT_BEFORE, dana.id, seen=0))


def _link_for(calendar: Calendar, dana: User, contact: Attendee, made_at: datetime) -> int:
    options = LinkOptions(for_name=contact.name, for_email=contact.email)
    with transaction():
        return create_link(calendar, options, actor=dana, now=made_at).id


def _let_some_fall_through(calendar: Calendar, dana: User, now: datetime) -> None:
    mine = select(Booking).where(Booking.calendar_id == calendar.id).order_by(Booking.starts_at)
    bookings = db.session.scalars(mine).all()
    past = [each for each in bookings if each.ends_at < now]
    coming = [each for each in bookings if each.starts_at > now]
    with transaction():
        for missed in past[1:2]:
            mark_no_show(missed.id, True, missed.ends_at, dana.id)
        for called_off in coming[-1:]:
            cancel(called_off.id, Party.HOST, "I have to travel that day.", now - ONE_DAY / 2, dana.id)
        for called_off in coming[-2:-1]:
            cancel(called_off.id, Party.CONTACT, "Something came up.", now - ONE_DAY / 4)


def _move_one(calendar: Calendar, now: datetime) -> None:
    """The contact of the next booking but one takes a time two days later."""
    mine = select(Booking).where(Booking.calendar_id == calendar.id, LIVE, Booking.starts_at > now)
    for booking in db.session.scalars(mine.order_by(Booking.starts_at)).all()[1:2]:
        moved_at = now - ONE_DAY / 3
        starts = open_starts(calendar, booking.starts_at + 2 * ONE_DAY, moved_at)
        for start in starts[:1]:
            reschedule(Move(booking.id, start, booking.sequence, Party.CONTACT), moved_at)
