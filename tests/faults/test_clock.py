"""R34: a clock that jumps. No reminder comes twice or is lost, and nothing that is over begins again."""

import random
import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from app import clock
from app.accounts import sessions
from app.bookings import service
from app.bookings.booking_step import book
from app.bookings.models import Booking, BookingStatus, Party
from app.db import db, transaction
from app.errors import Conflict, LinkGone
from app.links.models import LinkStatus, OneTimeLink
from app.messaging import reminders
from app.messaging.delivery import deliver, hand_out_waiting
from app.messaging.models import MessageState
from app.messaging.notices import REMINDER
from tests.factories import NOW, account_of, at, make_booking, make_calendar, make_link, make_user, wish
from tests.mailing import events_called, mails_go_to, messages
from tests.services.mail import Post, mail_server

HOUR, STEP = timedelta(hours=1), timedelta(minutes=30)
DAYS = 3
FAR = timedelta(days=400)


def jumping(seed: int) -> Iterator[datetime]:
    """Instants of three days, and the day after, on a clock that again and again is set an hour forward or
    back, and runs right at the end."""
    jumps, true = random.Random(seed), NOW
    while true < NOW + timedelta(days=DAYS + 1):
        true += STEP
        yield true + jumps.choice((-HOUR, timedelta(), timedelta(), HOUR))
    yield true


def live_through(moments: Iterator[datetime]) -> None:
    """What a worker does at each of these moments."""
    done: set[str] = set()
    for moment in moments:
        with clock.fixed(moment):
            reminders.queue_due(moment)
            hand_out_waiting(moment)
            for event in events_called("message_queued"):
                if event.id not in done:
                    deliver(event, moment)
                    done.add(event.id)


def some_bookings() -> list[int]:
    """On each day, at four different times."""
    calendar = make_calendar(make_user(), weekly_hours=[[[540, 1020]]] * 7)
    return [
        make_booking(calendar, start=at(9 + n, days=2 + day)).id
        for day in range(DAYS - 1)
        for n in range(0, 8, 2)
    ]


def test_r34_each_booking_is_reminded_of_once(now):
    ids, post = some_bookings(), Post()
    with mail_server(post) as server, mails_go_to(server):
        live_through(jumping(seed=1))
    reminded = Counter(each.booking_id for each in messages() if each.kind == REMINDER)
    assert reminded == Counter(ids)
    assert {each.state for each in messages()} == {MessageState.SENT}
    assert len({mail["Message-ID"] for mail in post.sent}) == len(post.sent) == len(ids)


def test_r9_without_a_key_for_each_a_jump_reminds_again(now, monkeypatch):
    """The twin: what says that a reminder was queued already is taken away."""
    monkeypatch.setattr(reminders, "_effect", lambda *_about: secrets.token_hex(8))
    booked = make_booking(make_calendar(make_user()), start=at(9, days=2))
    due = NOW + timedelta(days=1)
    for moment in (due, due + HOUR, due):
        reminders.queue_due(moment)
    assert [each.booking_id for each in messages()] == [booked.id] * 3


def test_r34_nothing_is_revived_by_a_clock_that_goes_back(now):
    calendar = make_calendar(make_user())
    used, deleted = make_link(calendar), make_link(calendar, status=LinkStatus.DELETED, deleted_at=NOW)
    booked = make_booking(calendar, used)
    with transaction():
        service.cancel(booked.id, Party.CONTACT, "", NOW)
        secret = sessions.begin(calendar.host, account_of(calendar.host), NOW)
    with transaction():
        sessions.end(sessions.find(secret, NOW).session.id, NOW)
    for moment in (NOW - HOUR, NOW - FAR, NOW + HOUR):
        assert_over(calendar, (used, deleted), booked.id, secret, moment)


def assert_over(calendar, links, booking_id: int, secret: str, moment: datetime) -> None:
    with clock.fixed(moment):
        for link in links:
            with pytest.raises(LinkGone):
                book(wish(calendar, link, at(10)), moment)
            db.session.rollback()
        with pytest.raises(Conflict), transaction():
            service.cancel(booking_id, Party.HOST, "", moment)
        assert sessions.find(secret, moment) is None
        reminders.queue_due(moment)
    assert messages() == []
    statuses = db.select(OneTimeLink.status).order_by(OneTimeLink.id)
    assert list(db.session.scalars(statuses)) == [LinkStatus.USED, LinkStatus.DELETED]
    assert db.session.scalar(db.select(Booking.status)) == BookingStatus.CANCELLED
    db.session.rollback()
