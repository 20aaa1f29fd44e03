"""A booking gets another time: what moves with it, what keeps it where it is, and that a failure moves nothing."""

import contextlib
from datetime import date, timedelta

import pytest

from app.bookings import service
from app.bookings.booking_step import CalendarClosed
from app.bookings.models import Booking, BookingCount, BookingStatus, LimitPeriod, Party
from app.bookings.rescheduling import Move, reschedule
from app.calendars.models import Calendar
from app.db import db, in_transaction, transaction
from app.errors import Conflict, DayFull, NotFound, SlotClosed, SlotTaken, TooLate
from app.events import Event
from app.links.models import LinkStatus, OneTimeLink

from ..factories import NOW, at, make_booking, make_calendar, make_link, make_user
from .test_booking_step import Broken, statement_fails

CONTACT, HOST = Party.CONTACT, Party.HOST


def stored(booking_id: int) -> Booking:
    db.session.rollback()
    return db.session.get(Booking, booking_id, populate_existing=True)


def start_of(booking_id: int) -> int:
    return int(stored(booking_id).starts_at.timestamp())


def counts() -> dict[tuple[LimitPeriod, date], int]:
    db.session.rollback()
    rows = db.session.scalars(db.select(BookingCount).execution_options(populate_existing=True))
    return {(row.period, row.starts_on): row.bookings for row in rows if row.bookings}


def events(name: str) -> list[Event]:
    return list(db.session.scalars(db.select(Event).where(Event.name == name)))


def move(booking_id: int, start: int, sequence: int = 0, by: Party = CONTACT) -> Move:
    return Move(booking_id, start, sequence, by)


@pytest.fixture
def calendar() -> Calendar:
    return make_calendar(make_user(), buffer_before_minutes=10, buffer_after_minutes=5)


def test_the_same_booking_stands_at_the_new_time(calendar):
    link = make_link(calendar)
    booked = make_booking(calendar, link)
    before = stored(booked.id)
    uid, secret = before.uid, before.manage_nonce
    assert reschedule(move(booked.id, at(11, days=2)), NOW)
    after = stored(booked.id)
    assert (after.uid, after.manage_nonce, after.sequence) == (uid, secret, 1)
    assert int(after.starts_at.timestamp()) == at(11, days=2)
    assert after.ends_at - after.starts_at == timedelta(minutes=30)
    assert after.starts_at - after.blocked_from == timedelta(minutes=10)
    assert after.blocked_until - after.ends_at == timedelta(minutes=5)
    assert db.session.get(OneTimeLink, link.id, populate_existing=True).status == LinkStatus.USED
    assert counts() == {(LimitPeriod.DAY, date(2026, 12, 3)): 1, (LimitPeriod.WEEK, date(2026, 11, 30)): 1}
    (moved,) = events("booking_rescheduled")
    assert moved.data == {"from": at(9), "to": at(11, days=2), "sequence": 1, "by": "contact"}
    assert (moved.link_id, moved.booking_id, moved.actor_id) == (link.id, booked.id, None)


def test_the_old_time_is_open_again_and_the_new_one_is_not(calendar):
    booked = make_booking(calendar)
    reschedule(move(booked.id, at(11)), NOW)
    make_booking(calendar, start=at(9))
    with pytest.raises(SlotTaken):
        make_booking(calendar, start=at(11))


def test_its_own_slot_and_buffers_are_not_in_its_way(calendar):
    booked = make_booking(calendar, start=at(9, 30))
    assert reschedule(move(booked.id, at(10)), NOW)
    assert start_of(booked.id) == at(10)


def test_the_form_sent_twice_moves_once(calendar):
    booked = make_booking(calendar)
    assert reschedule(move(booked.id, at(11)), NOW)
    assert not reschedule(move(booked.id, at(11)), NOW)
    assert stored(booked.id).sequence == 1
    assert len(events("booking_rescheduled")) == 1


def test_a_time_that_somebody_has_is_refused_and_nothing_moves(calendar):
    booked = make_booking(calendar)
    make_booking(calendar, start=at(11))
    before = counts()
    with pytest.raises(SlotTaken):
        reschedule(move(booked.id, at(11)), NOW)
    assert (start_of(booked.id), stored(booked.id).sequence, counts()) == (at(9), 0, before)
    assert events("booking_rescheduled") == []


@pytest.mark.parametrize("start", [at(9, 10), at(8), at(17), at(9, days=5), at(9, days=-1), at(9, days=99)],
                         ids=["off grid", "early", "late", "weekend", "past", "beyond the window"])  # fmt: skip
@pytest.mark.parametrize("by", Party)
def test_only_what_is_offered_now_can_be_chosen(calendar, by, start):
    """R27."""
    booked = make_booking(calendar)
    with pytest.raises(SlotClosed):
        reschedule(move(booked.id, start, by=by), NOW)
    assert start_of(booked.id) == at(9)


def test_an_old_page_moves_nothing(calendar):
    booked = make_booking(calendar)
    reschedule(move(booked.id, at(11)), NOW)
    with pytest.raises(Conflict, match="changed after this page"):
        reschedule(move(booked.id, at(12)), NOW)
    assert start_of(booked.id) == at(11)


@pytest.mark.parametrize("sequence", [0, 1])
@pytest.mark.parametrize("start", [at(9), at(11)], ids=["its own time", "another"])
def test_a_cancelled_booking_is_not_revived(calendar, sequence, start):
    booked = make_booking(calendar)
    in_transaction(lambda: service.cancel(booked.id, CONTACT, "", NOW))
    with pytest.raises(Conflict):
        reschedule(move(booked.id, start, sequence), NOW)
    assert stored(booked.id).status == BookingStatus.CANCELLED
    assert counts() == {}


def test_no_such_booking():
    with pytest.raises(NotFound):
        reschedule(move(404, at(9)), NOW)


def test_a_calendar_that_is_off_moves_nothing(calendar):
    booked = make_booking(calendar)
    with transaction():
        db.session.merge(calendar).switched_off_at = NOW
    with pytest.raises(CalendarClosed):
        reschedule(move(booked.id, at(11), by=HOST), NOW)


class TestCutOff:
    """It binds the contact, to change and to cancel, and not the host."""

    @pytest.mark.parametrize(("minutes", "is_late"), [(0, False), (1439, False), (1440, True), (9999, True)])
    def test_contact(self, minutes, is_late):
        booked = make_booking(make_calendar(make_user(), cutoff_minutes=minutes))
        for work in (
            lambda: reschedule(move(booked.id, at(11)), NOW),
            lambda: in_transaction(lambda: service.cancel(booked.id, CONTACT, "", NOW)),
        ):
            with pytest.raises(TooLate) if is_late else contextlib.nullcontext():
                work()
        assert (start_of(booked.id) == at(9)) == is_late

    def test_host(self):
        booked = make_booking(make_calendar(make_user(), cutoff_minutes=9999))
        assert reschedule(move(booked.id, at(11), by=HOST), NOW)
        in_transaction(lambda: service.cancel(booked.id, HOST, "", NOW))

    def test_a_booking_under_way_is_the_hosts_alone(self, calendar):
        booked, during = make_booking(calendar), NOW + timedelta(hours=24, minutes=10)
        with pytest.raises(TooLate):
            reschedule(move(booked.id, at(11)), during)
        assert reschedule(move(booked.id, at(11), by=HOST), during)

    def test_one_that_is_over_is_nobodys(self, calendar):
        booked, after = make_booking(calendar), NOW + timedelta(hours=24, minutes=30)
        for by in Party:
            with pytest.raises(TooLate):
                reschedule(move(booked.id, at(11, days=2), by=by), after)


class TestLimits:
    """What a booking counts for is given back and taken; its own place is not in its way."""

    def test_within_a_full_day_it_moves_freely(self):
        calendar = make_calendar(make_user(), limit_per_day=1, limit_per_week=1)
        booked = make_booking(calendar)
        assert reschedule(move(booked.id, at(11)), NOW)
        assert set(counts().values()) == {1}

    def test_into_a_full_day_it_does_not(self):
        calendar = make_calendar(make_user(), limit_per_day=1)
        booked = make_booking(calendar)
        make_booking(calendar, start=at(9, days=2))
        before = counts()
        with pytest.raises(DayFull):
            reschedule(move(booked.id, at(11, days=2)), NOW)
        assert counts() == before

    def test_into_another_week_both_move(self):
        calendar = make_calendar(make_user(), limit_per_week=1)
        booked = make_booking(calendar)
        assert reschedule(move(booked.id, at(9, days=7)), NOW)
        assert counts() == {(LimitPeriod.DAY, date(2026, 12, 8)): 1, (LimitPeriod.WEEK, date(2026, 12, 7)): 1}
        make_booking(calendar)


class TestTerms:
    """What a booking keeps of the link that made it."""

    def test_it_keeps_its_length_whatever_the_calendars_is_by_now(self):
        calendar = make_calendar(make_user())
        booked = make_booking(calendar, make_link(calendar, duration_minutes=60))
        with transaction():
            db.session.merge(calendar).duration_minutes = 15
        assert reschedule(move(booked.id, at(11)), NOW)
        assert stored(booked.id).ends_at - stored(booked.id).starts_at == timedelta(hours=1)
        with pytest.raises(SlotClosed):
            reschedule(move(booked.id, at(16, 30), 1), NOW)

    @pytest.mark.parametrize(
        ("terms", "inside"),
        [
            ({"offered_until_on": date(2026, 12, 3)}, at(9, days=2)),
            ({"offered_times": [at(9), at(7, days=4)]}, at(7, days=4)),
        ],
        ids=["dates", "times"],
    )
    def test_the_contact_keeps_to_the_links_dates_and_the_host_need_not(self, terms, inside):
        calendar = make_calendar(make_user())
        booked, outside = make_booking(calendar, make_link(calendar, **terms)), at(10, days=6)
        with pytest.raises(SlotClosed):
            reschedule(move(booked.id, outside), NOW)
        assert reschedule(move(booked.id, inside), NOW)
        assert reschedule(move(booked.id, outside, 1, HOST), NOW)

    def test_it_stays_with_its_host_when_the_calendar_goes_to_another(self):
        ada, ben = make_user(), make_user("Ben Babbage")
        calendar, bens = make_calendar(ada), make_calendar(ben)
        booked = make_booking(calendar)
        make_booking(bens, start=at(11))
        make_booking(make_calendar(ada), start=at(12))
        with transaction():
            db.session.merge(calendar).host_id = ben.id
        with pytest.raises(SlotTaken):
            reschedule(move(booked.id, at(12)), NOW)
        assert reschedule(move(booked.id, at(11)), NOW)
        assert stored(booked.id).host_id == ada.id


def test_r11_whatever_fails_nothing_has_moved():
    """Raise at each statement of the transaction."""
    calendar = make_calendar(make_user(), limit_per_day=5)
    booked = make_booking(calendar)
    before, number = counts(), 0
    while True:
        db.session.rollback()
        try:
            with statement_fails(number):
                reschedule(move(booked.id, at(11, days=7)), NOW)
            break
        except Broken:
            db.session.rollback()
            assert (start_of(booked.id), stored(booked.id).sequence, counts()) == (at(9), 0, before)
            assert events("booking_rescheduled") == []
        number += 1
    assert number >= 8
    assert start_of(booked.id) == at(11, days=7)
