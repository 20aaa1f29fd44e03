"""Calendars that ask for confirmation: a request holds its time until it is answered, withdrawn or too old."""

from datetime import timedelta

import pytest

from app.bookings import requests, service
from app.bookings.models import Booking, BookingCount, BookingStatus, Party, RequestEnd
from app.bookings.rescheduling import Move, reschedule
from app.calendars.models import Calendar
from app.db import db, in_transaction, transaction
from app.errors import Conflict, LinkGone, NotFound, SlotTaken, TooLate
from app.events import Event
from app.links.models import LinkStatus, OneTimeLink

from ..factories import NOW, at, make_booking, make_calendar, make_link, make_user

A_DAY = timedelta(days=1)
TENTATIVE, CONFIRMED, CANCELLED = BookingStatus


@pytest.fixture
def calendar() -> Calendar:
    """Ada answers within three hours."""
    return make_calendar(make_user(), needs_confirmation=True, answer_minutes=180)


def stored(booking_id: int) -> Booking:
    db.session.rollback()
    return db.session.get(Booking, booking_id, populate_existing=True)


def live_counts() -> int:
    return db.session.scalar(db.select(db.func.sum(BookingCount.bookings))) or 0


def event_names(booking_id: int) -> list[str]:
    found = db.select(Event).where(Event.booking_id == booking_id).order_by(Event.at)
    return [event.name for event in db.session.scalars(found)]


def event(name: str) -> Event:
    return db.session.scalars(db.select(Event).where(Event.name == name)).one()


def accepted(booking_id: int, now=NOW) -> None:
    in_transaction(lambda: requests.accept(booking_id, now, actor_id=1, seen=0))


def declined(booking_id: int, now=NOW, reason: str = "Full") -> None:
    in_transaction(lambda: requests.decline(booking_id, reason, now, actor_id=1, seen=0))


def test_a_request_holds_its_time_and_has_used_the_link_up(calendar):
    link = make_link(calendar)
    made = make_booking(calendar, link)
    request = stored(made.id)
    assert (request.status, request.answer_by) == (TENTATIVE, NOW + timedelta(hours=3))
    assert db.session.get(OneTimeLink, link.id, populate_existing=True).status == LinkStatus.USED
    assert event("booking_created").data == {"starts_at": at(9), "sequence": 0, "status": "tentative"}
    with pytest.raises(LinkGone):
        make_booking(calendar, link, at(11))
    with pytest.raises(SlotTaken):
        make_booking(calendar)
    assert live_counts() == 2


def test_it_waits_no_longer_than_until_its_own_time(calendar):
    with transaction():
        db.session.merge(calendar).answer_minutes = 99_999
    request = stored(make_booking(calendar).id)
    assert request.answer_by == request.starts_at


def test_other_calendars_book_at_once():
    booked = stored(make_booking(make_calendar(make_user())).id)
    assert (booked.status, booked.answer_by) == (CONFIRMED, None)


def test_accepting_makes_it_a_booking_and_says_so_once(calendar):
    made = make_booking(calendar)
    for _ in range(2):
        accepted(made.id)
    assert (stored(made.id).status, stored(made.id).sequence) == (CONFIRMED, 1)
    assert event("booking_confirmed").data == {"sequence": 1}
    requests.expire_requests(NOW + A_DAY)
    assert stored(made.id).status == CONFIRMED


def test_declining_opens_the_time_and_says_so_once(calendar):
    link = make_link(calendar)
    made = make_booking(calendar, link)
    for reason in ("Full", "Again"):
        declined(made.id, reason=reason)
    ended = stored(made.id)
    assert (ended.status, ended.request_end, ended.cancelled_by) == (
        CANCELLED,
        RequestEnd.DECLINED,
        Party.HOST,
    )
    assert (ended.cancel_reason, ended.sequence, ended.cancelled_at) == ("Full", 1, NOW)
    assert event("booking_declined").data == {"sequence": 1, "reason": "Full"}
    assert db.session.get(OneTimeLink, link.id, populate_existing=True).status == LinkStatus.USED
    assert live_counts() == 0
    make_booking(calendar)


def test_unanswered_ones_expire_once_and_open_their_time(calendar):
    first, second = make_booking(calendar, start=at(9)).id, make_booking(calendar, start=at(11)).id
    accepted(second)
    requests.expire_requests(NOW + timedelta(minutes=179))
    assert stored(first).status == TENTATIVE
    for _ in range(2):
        requests.expire_requests(NOW + timedelta(minutes=180))
    ended = stored(first)
    assert (ended.status, ended.request_end, ended.cancelled_by) == (CANCELLED, RequestEnd.EXPIRED, None)
    assert event_names(first) == ["booking_created", "booking_request_expired"]
    assert event("booking_request_expired").actor_id is None
    assert stored(second).status == CONFIRMED
    make_booking(calendar, start=at(9))


@pytest.mark.parametrize(
    ("ended", "answer", "refusal"),
    [
        (declined, accepted, "declined already"),
        (lambda each: requests.expire_requests(NOW + A_DAY), accepted, "has expired"),
        (lambda each: requests.expire_requests(NOW + A_DAY), declined, "has expired"),
        (accepted, declined, "accepted already"),
        (
            lambda each: in_transaction(lambda: service.cancel(each, Party.CONTACT, "", NOW)),
            accepted,
            "was withdrawn",
        ),
        (
            lambda each: in_transaction(lambda: service.cancel(each, Party.CONTACT, "", NOW)),
            declined,
            "was withdrawn",
        ),
    ],
)
def test_what_has_ended_is_not_answered_otherwise(calendar, ended, answer, refusal):
    made = make_booking(calendar)
    ended(made.id)
    before = stored(made.id).status, live_counts()
    with pytest.raises(Conflict, match=refusal):
        answer(made.id)
    assert (stored(made.id).status, live_counts()) == before


def test_an_answer_that_comes_too_late_is_none(calendar):
    """Also before anybody has noticed that the time is over."""
    made = make_booking(calendar)
    late = NOW + timedelta(hours=3)
    with pytest.raises(TooLate):
        accepted(made.id, late)
    with pytest.raises(TooLate):
        reschedule(Move(made.id, at(11), 0, Party.CONTACT), late)
    assert stored(made.id).status == TENTATIVE


def test_no_such_request():
    for answer in (accepted, declined):
        with pytest.raises(NotFound):
            answer(404)


class TestMoving:
    """Another time for a request, or for a booking of a calendar that asks for confirmation."""

    def test_a_request_stays_one_and_waits_anew(self, calendar):
        made = make_booking(calendar)
        for by, later in ((Party.CONTACT, 1), (Party.HOST, 2)):
            now = NOW + timedelta(hours=later)
            assert reschedule(Move(made.id, at(10 + later), later - 1, by), now)
            assert (stored(made.id).status, stored(made.id).answer_by) == (
                TENTATIVE,
                now + timedelta(hours=3),
            )

    def test_what_the_contact_moves_has_to_be_confirmed_again(self, calendar):
        made = make_booking(calendar)
        accepted(made.id)
        assert reschedule(Move(made.id, at(11), 1, Party.CONTACT), NOW)
        assert (stored(made.id).status, stored(made.id).answer_by) == (TENTATIVE, NOW + timedelta(hours=3))

    def test_what_the_host_moves_has_not(self, calendar):
        made = make_booking(calendar)
        accepted(made.id)
        assert reschedule(Move(made.id, at(11), 1, Party.HOST), NOW)
        assert (stored(made.id).status, stored(made.id).answer_by) == (CONFIRMED, None)
