"""R1-R8 at the booking step, with threads; each test has its twin without the guard (R9)."""

import secrets
from dataclasses import replace
from functools import partial

import pytest

from app.bookings import service
from app.bookings.booking_step import Attendee, Booked, book
from app.bookings.models import Booking, BookingStatus, Party
from app.db import db, transaction
from app.errors import Conflict, DomainError, LinkGone, SlotTaken
from app.links import service as links
from app.links.models import LinkStatus, OneTimeLink

from ..factories import NOW, at, make_booking, make_calendar, make_link, make_user, wish
from .guards import without_limit_guard, without_link_guard, without_slot_guard, without_status_guard
from .races import done, race

TRIES = 24
ROUNDS = 200


def bookings() -> list[Booking]:
    return list(db.session.scalars(db.select(Booking).where(Booking.status != BookingStatus.CANCELLED)))


def status_of(link: OneTimeLink) -> LinkStatus:
    return db.session.scalar(db.select(OneTimeLink.status).where(OneTimeLink.id == link.id))


def overlapping_pairs() -> int:
    live = sorted(bookings(), key=lambda one: one.blocked_from)
    return sum(
        a.blocked_until > b.blocked_from
        for n, a in enumerate(live)
        for b in live[n + 1 :]
        if a.host_id == b.host_id
    )


def start_of_round(n: int) -> int:
    """A slot of its own for each round: sixteen a day, Wednesday to Friday."""
    return at(9, days=1 + 7 * (n // 48) + n // 16 % 3) + 1800 * (n % 16)


def tries_of_one_link(slots: int):
    calendar = make_calendar(make_user())
    link = make_link(calendar)
    starts = [at(9 + n // 2, 30 * (n % 2)) for n in range(slots)]
    return link, [partial(book, wish(calendar, link, starts[n % slots]), NOW) for n in range(TRIES)]


class TestOneLink:
    def test_r1_one_link_makes_one_booking(self, app):
        link, tries = tries_of_one_link(slots=1)
        outcomes = race(app, tries)
        assert len(done(outcomes)) == 1
        assert {type(refused) for refused in outcomes if isinstance(refused, DomainError)} <= {
            LinkGone,
            SlotTaken,
        }
        assert len(bookings()) == 1
        assert status_of(link) == LinkStatus.USED

    def test_r2_one_link_makes_one_booking_whatever_slots_are_asked(self, app):
        _, tries = tries_of_one_link(slots=12)
        assert len(done(race(app, tries))) == 1
        assert len(bookings()) == 1

    def test_r9_without_the_guard_one_link_books_twice(self, app, monkeypatch):
        without_link_guard(monkeypatch)
        _, tries = tries_of_one_link(slots=12)
        assert len(done(race(app, tries))) >= 2
        assert len(bookings()) >= 2


def tries_of_one_slot():
    calendar = make_calendar(make_user())
    links = [make_link(calendar) for _ in range(TRIES)]
    return calendar, links, [partial(book, wish(calendar, link, at(9)), NOW) for link in links]


class TestOneSlot:
    def test_r3_one_slot_goes_to_one_and_the_losers_keep_their_links(self, app):
        calendar, links, tries = tries_of_one_slot()
        outcomes = race(app, tries)
        assert len(done(outcomes)) == 1
        assert sum(isinstance(outcome, SlotTaken) for outcome in outcomes) == TRIES - 1
        lost = [link for link in links if status_of(link) == LinkStatus.ACTIVE]
        assert len(lost) == TRIES - 1
        db.session.rollback()
        later = [
            book(wish(calendar, link, at(9, days=1 + n // 10) + 1800 * (1 + n % 10)), NOW)
            for n, link in enumerate(lost[:9])
        ]
        assert len(later) == 9

    def test_r9_without_the_guard_one_slot_goes_to_two(self, app):
        without_slot_guard()
        assert len(done(race(app, tries_of_one_slot()[2]))) >= 2

    def tries_of_two_lengths(self):
        host = make_user()
        calendars = [
            make_calendar(host, duration_minutes=minutes, step_minutes=15, buffer_after_minutes=5)
            for minutes in (30, 45)
        ]
        return [
            partial(book, wish(calendars[n % 2], make_link(calendars[n % 2]), at(9) + 900 * (n % 6)), NOW)
            for n in range(TRIES)
        ]

    def test_r4_two_calendars_of_one_host_never_overlap(self, app):
        booked = done(race(app, self.tries_of_two_lengths()))
        assert len(booked) >= 1
        assert len(bookings()) == len(booked)
        assert overlapping_pairs() == 0

    def test_r9_without_the_guard_two_calendars_overlap(self, app):
        without_slot_guard()
        race(app, self.tries_of_two_lengths())
        assert overlapping_pairs() >= 1


class TestBookAgainstDelete:
    def rounds(self, app, count: int):
        calendar = make_calendar(make_user())
        for n in range(count):
            link = make_link(calendar)
            start = start_of_round(n)
            book_it = partial(book, wish(calendar, link, start), NOW)
            yield link, race(app, [book_it, partial(deleting, link.id)])

    def test_r5_a_link_is_never_both_booked_and_deleted(self, app):
        for link, (booked, deleted) in self.rounds(app, ROUNDS):
            assert isinstance(booked, Booked) != (deleted is True)
            made = db.session.scalar(db.select(Booking.id).where(Booking.link_id == link.id))
            expected = LinkStatus.USED if made else LinkStatus.DELETED
            assert status_of(link) == expected
            db.session.rollback()

    def test_r9_without_the_guard_a_booked_link_is_deleted(self, app, monkeypatch):
        without_status_guard()
        monkeypatch.setattr(links, "_while_active", delete_whatever_its_status)
        both = [(link, booked) for link, (booked, deleted) in self.rounds(app, 20) if deleted is True]
        assert any(isinstance(booked, Booked) for _, booked in both)


class TestCancelAgainstBook:
    def rounds(self, app, count: int):
        calendar = make_calendar(make_user())
        for n in range(count):
            start = start_of_round(n)
            first, *others = (make_link(calendar) for _ in range(4))
            made = make_booking(calendar, first, start)
            race(
                app,
                [
                    partial(cancelling, made.id),
                    *(partial(book, wish(calendar, link, start), NOW) for link in others),
                ],
            )
            yield calendar, first, start

    def in_slot(self, start: int) -> int:
        live = [one for one in bookings() if int(one.starts_at.timestamp()) == start]
        db.session.rollback()
        return len(live)

    def test_r5_a_cancelled_slot_goes_to_at_most_one_and_the_link_stays_used(self, app):
        for calendar, first, start in self.rounds(app, ROUNDS // 4):
            assert self.in_slot(start) <= 1
            with pytest.raises(LinkGone):
                book(wish(calendar, first, at(9, days=50)), NOW)
            assert status_of(first) == LinkStatus.USED
            db.session.rollback()

    def test_r9_without_the_guard_a_cancelled_slot_goes_to_two(self, app):
        without_slot_guard()
        assert max(self.in_slot(start) for _, _, start in self.rounds(app, 5)) >= 2


class TestLimits:
    def tries(self):
        calendar = make_calendar(make_user(), limit_per_day=3)
        starts = [at(9) + 1800 * n for n in range(10)]
        return [partial(book, wish(calendar, make_link(calendar), starts[n % 10]), NOW) for n in range(TRIES)]

    def test_r8_a_daily_limit_of_three_takes_exactly_three(self, app):
        assert len(done(race(app, self.tries()))) == 3
        assert len(bookings()) == 3

    def test_r9_without_the_guard_the_limit_is_passed(self, app, monkeypatch):
        without_limit_guard(monkeypatch)
        assert len(done(race(app, self.tries()))) > 3


class TestSameFormTwice:
    def twins(self, with_link: bool, times: int = 8):
        calendar = make_calendar(make_user())
        one = wish(calendar, make_link(calendar) if with_link else None, at(9))
        return [partial(book, one, NOW) for _ in range(times)]

    @pytest.mark.parametrize("with_link", [True, False], ids=["one-time link", "standard link"])
    def test_r6_the_same_form_sent_twice_gets_one_booking(self, app, with_link):
        outcomes = race(app, self.twins(with_link))
        assert {outcome.id for outcome in outcomes} == {bookings()[0].id}
        assert sum(not outcome.is_repeat for outcome in outcomes) == 1

    def test_r6_the_same_form_with_other_data_is_a_conflict(self, app):
        calendar = make_calendar(make_user())
        first = wish(calendar, make_link(calendar), at(9))
        other = replace(first, attendee=Attendee("Eve", "eve@example.org", "", "UTC", "en_GB"))
        outcomes = race(app, [partial(book, first, NOW), partial(book, other, NOW)])
        assert len(done(outcomes)) == 1
        assert sum(type(outcome) is Conflict for outcome in outcomes) == 1

    def test_r9_forms_with_keys_of_their_own_are_not_taken_for_one(self, app):
        without_slot_guard()
        tries = [
            partial(book, replace(one.args[0], form_key_hash=secrets.token_bytes(32)), NOW)
            for one in self.twins(with_link=False)
        ]
        assert len({outcome.id for outcome in race(app, tries)}) == len(tries)


def deleting(link_id: int) -> bool:
    with transaction():
        links.delete_link(db.session.get(OneTimeLink, link_id), actor=None, now=NOW)
    return True


def cancelling(booking_id: int) -> None:
    with transaction():
        service.cancel(booking_id, Party.HOST, "", NOW)


def delete_whatever_its_status(link: OneTimeLink, values: dict) -> bool:
    db.session.execute(
        db.update(OneTimeLink.__table__).where(OneTimeLink.id == link.id).values(**values, used_at=None)
    )
    return True
