"""R5 and R8 where bookings move: against booking, against each other, against cancelling; with their twins (R9)."""

from datetime import date
from functools import partial

from app.bookings import service
from app.bookings.models import Booking, BookingCount, BookingStatus, LimitPeriod, Party
from app.bookings.rescheduling import Move, reschedule
from app.calendars.models import Calendar
from app.db import db, in_transaction
from app.errors import Conflict, SlotTaken

from ..factories import NOW, at, make_booking, make_calendar, make_link, make_user, wish
from .guards import without_move_guard, without_slot_guard
from .races import done, race
from .test_booking_races import book, bookings, overlapping_pairs, start_of_round

ROUNDS = 40


def moving(booking_id: int, start: int, by: Party = Party.CONTACT) -> partial:
    """A try to move the booking as it was made."""
    return partial(reschedule, Move(booking_id, start, 0, by), NOW)


def cancelling(booking_id: int) -> partial:
    return partial(in_transaction, partial(service.cancel, booking_id, Party.CONTACT, "", NOW))


def starts() -> list[int]:
    """Where the live bookings stand."""
    found = [int(one.starts_at.timestamp()) for one in bookings()]
    db.session.rollback()
    return found


def counted(calendar: Calendar) -> dict[date, int]:
    """How many bookings of each day the calendar has counted."""
    db.session.rollback()
    rows = db.session.execute(
        db.select(BookingCount.starts_on, BookingCount.bookings).where(
            BookingCount.calendar_id == calendar.id, BookingCount.period == LimitPeriod.DAY
        )
    )
    return {day: number for day, number in rows if number}


def days_of_bookings() -> dict[date, int]:
    days = [one.counted_day for one in bookings()]
    return {day: days.count(day) for day in days}


class TestAgainstBooking:
    """One moves to a slot that others book at the same moment."""

    def rounds(self, app, count: int):
        calendar = make_calendar(make_user())
        for n in range(count):
            wanted, own = start_of_round(n), at(9, days=22) + 1800 * (n % 16) + 86_400 * (n // 16)
            moved = make_booking(calendar, None, own)
            links = [make_link(calendar) for _ in range(3)]
            tries = [
                moving(moved.id, wanted),
                *(partial(book, wish(calendar, each, wanted), NOW) for each in links),
            ]
            yield calendar, own, wanted, race(app, tries)

    def test_r5_the_slot_goes_to_one_and_who_lost_it_keeps_the_old_one(self, app):
        for calendar, own, wanted, outcomes in self.rounds(app, ROUNDS):
            assert starts().count(wanted) == len(done(outcomes)) == 1
            assert starts().count(own) == isinstance(outcomes[0], SlotTaken)
            assert counted(calendar) == days_of_bookings()

    def test_r9_without_the_guard_the_slot_goes_to_two(self, app):
        without_slot_guard()
        assert max(starts().count(wanted) for _, _, wanted, _ in self.rounds(app, 5)) >= 2


class TestAgainstEachOther:
    def tries_of_one_slot(self, count: int = 12):
        calendar = make_calendar(make_user())
        made = [make_booking(calendar, None, at(9) + 1800 * n).id for n in range(count)]
        return calendar, [moving(booking_id, at(9, days=2)) for booking_id in made]

    def test_r5_one_slot_goes_to_one_and_the_others_stay_where_they_are(self, app):
        calendar, tries = self.tries_of_one_slot()
        outcomes = race(app, tries)
        assert done(outcomes) == [True]
        assert starts().count(at(9, days=2)) == 1
        assert len(set(starts())) == len(tries)
        assert counted(calendar) == days_of_bookings()

    def test_r9_without_the_guard_one_slot_goes_to_two(self, app):
        without_slot_guard()
        assert len(done(race(app, self.tries_of_one_slot()[1]))) >= 2

    def tries_of_one_booking(self):
        calendar = make_calendar(make_user())
        made = make_booking(calendar)
        return calendar, [moving(made.id, at(10 + n, days=1 + n % 3)) for n in range(6)]

    def test_r5_one_booking_moves_once(self, app):
        calendar, tries = self.tries_of_one_booking()
        outcomes = race(app, tries)
        assert done(outcomes) == [True]
        assert {type(refused) for refused in outcomes if refused is not True} == {Conflict}
        assert len(starts()) == 1
        assert counted(calendar) == days_of_bookings()

    def test_r9_without_the_guard_one_booking_moves_twice(self, app, monkeypatch):
        without_move_guard(monkeypatch)
        assert len(done(race(app, self.tries_of_one_booking()[1]))) >= 2

    def test_r6_the_same_form_sent_twice_moves_once(self, app):
        calendar = make_calendar(make_user())
        made = make_booking(calendar)
        outcomes = race(app, [moving(made.id, at(11, days=2))] * 8)
        assert sorted(outcomes) == [False] * 7 + [True]
        assert counted(calendar) == {date(2026, 12, 3): 1}

    def test_two_that_want_each_others_slots_end(self, app):
        """On PostgreSQL each waits for the other: a deadlock, which is tried again."""
        calendar = make_calendar(make_user())
        for n in range(10):
            pair = [start_of_round(2 * n), start_of_round(2 * n + 1)]
            first, second = (make_booking(calendar, None, start).id for start in pair)
            outcomes = race(app, [moving(first, pair[1]), moving(second, pair[0])])
            assert done(outcomes) == []
            assert set(pair) <= set(starts())
        assert overlapping_pairs() == 0

    def test_r8_a_daily_limit_holds_for_those_who_move_there(self, app):
        calendar = make_calendar(make_user(), limit_per_day=3)
        made = [make_booking(calendar, None, at(9 + n % 3, days=d)).id for d in (1, 2, 3) for n in range(3)]
        outcomes = race(app, [moving(one, at(9, days=6) + 1800 * n) for n, one in enumerate(made)])
        assert len(done(outcomes)) == 3
        assert counted(calendar) == days_of_bookings()
        assert counted(calendar)[date(2026, 12, 7)] == 3


class TestAgainstCancelling:
    """A booking is cancelled at the moment it is moved: in whichever order, it is cancelled at the end."""

    def rounds(self, app, count: int):
        calendar = make_calendar(make_user())
        for n in range(count):
            made = make_booking(calendar, None, start_of_round(n))
            other_day = start_of_round(n) + 7 * 86_400 * 8
            yield calendar, made.id, race(app, [moving(made.id, other_day), cancelling(made.id)])

    def test_r5_it_ends_cancelled_and_counts_for_no_day(self, app):
        for calendar, booking_id, (moved, cancelled) in self.rounds(app, ROUNDS):
            assert cancelled is None
            assert moved is True or isinstance(moved, Conflict)
            ended = db.session.get(Booking, booking_id)
            assert (ended.status, ended.sequence) == (BookingStatus.CANCELLED, 1 + (moved is True))
            assert counted(calendar) == {}

    def test_r9_without_the_guard_a_cancelled_booking_moves(self, app, monkeypatch):
        without_move_guard(monkeypatch)
        assert any(counted(calendar) for calendar, _, _ in self.rounds(app, ROUNDS))
