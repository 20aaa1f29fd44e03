"""Requests against each other, and answers against each other; with their twins (R9)."""

from functools import partial

from app.bookings import requests, service
from app.bookings.booking_step import book
from app.bookings.models import Booking, BookingCount, BookingStatus, Party
from app.calendars.models import Calendar
from app.db import db, in_transaction
from app.errors import Conflict

from ..factories import NOW, at, make_booking, make_calendar, make_link, make_user, wish
from .guards import without_answer_guard, without_slot_guard
from .races import done, race
from .test_booking_races import start_of_round

ROUNDS = 30


def asking() -> Calendar:
    return make_calendar(make_user(), needs_confirmation=True, answer_minutes=60)


def tries_of_one_slot() -> list[partial]:
    calendar = asking()
    return [partial(book, wish(calendar, make_link(calendar), at(9)), NOW) for _ in range(12)]


def tentative() -> int:
    found = db.session.scalar(db.select(db.func.count()).where(Booking.status == BookingStatus.TENTATIVE))
    db.session.rollback()
    return found


def test_one_slot_has_one_request(app):
    assert len(done(race(app, tries_of_one_slot()))) == 1
    assert tentative() == 1


def test_r9_without_the_guard_one_slot_has_two(app):
    without_slot_guard()
    race(app, tries_of_one_slot())
    assert tentative() >= 2


def test_whoever_answers_first_is_right_and_the_counts_agree(app):
    """Accepted, declined, withdrawn and expired at the same moment."""
    calendar = asking()
    late = NOW.replace(hour=23)
    for n in range(ROUNDS):
        made = make_booking(calendar, None, start_of_round(n)).id
        answers = (
            partial(requests.accept, made, NOW, 1, seen=0),
            partial(requests.decline, made, "", NOW, 1, seen=0),
            partial(service.cancel, made, Party.CONTACT, "", NOW),
        )
        outcomes = race(app, [*(partial(in_transaction, each) for each in answers), expiring(late)])
        _, decline, withdraw, _ = outcomes
        ended = db.session.get(Booking, made, populate_existing=True)
        assert ended.status == BookingStatus.CANCELLED  # a booking that was accepted is withdrawn after all
        assert sum(each is None for each in (decline, withdraw)) <= 1
        assert all(each is None or isinstance(each, Conflict) for each in outcomes)
        assert counted() == 0
        db.session.rollback()


def rounds_of_two_answers(app):
    """The booking of each round, and what came of accepting and of declining it at the same moment."""
    calendar = asking()
    for n in range(ROUNDS):
        made = make_booking(calendar, None, start_of_round(n)).id
        tries = [
            partial(requests.accept, made, NOW, 1, seen=0),
            partial(requests.decline, made, "", NOW, 1, seen=0),
        ]
        yield made, race(app, [partial(in_transaction, each) for each in tries])


def test_accepted_or_declined_never_both(app):
    for made, (accept, decline) in rounds_of_two_answers(app):
        assert (accept is None) != (decline is None)
        status = db.session.get(Booking, made, populate_existing=True).status
        assert status == (BookingStatus.CONFIRMED if accept is None else BookingStatus.CANCELLED)
        db.session.rollback()


def test_r9_without_the_guard_one_is_accepted_and_declined(app, monkeypatch):
    without_answer_guard(monkeypatch)
    assert any(answers == [None, None] for _, answers in rounds_of_two_answers(app))


def expiring(now) -> partial:
    return partial(requests.expire_requests, now)


def counted() -> int:
    return db.session.scalar(db.select(db.func.sum(BookingCount.bookings))) or 0
