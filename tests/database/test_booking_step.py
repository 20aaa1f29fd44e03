"""The booking step alone: what it stores, what it refuses, and that a failure stores nothing (R11, R27)."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import InternalError, OperationalError

from app.bookings import service
from app.bookings.booking_step import Booked, CalendarClosed, book
from app.bookings.models import Booking, BookingCount, BookingStatus, Party
from app.db import connection, db, transaction
from app.errors import Conflict, LinkGone, SlotTaken
from app.events import Event
from app.links.models import LinkStatus, OneTimeLink

from ..factories import NOW, at, make_booking, make_calendar, make_link, make_user, wish


class Broken(Exception):
    """What a failing statement raises here."""


def rows(model) -> list:
    return list(db.session.scalars(db.select(model).execution_options(populate_existing=True)))


def counts() -> list[int]:
    return [row.bookings for row in rows(BookingCount)]


@contextmanager
def statement_fails(number: int):
    """The statement `number` (from 0; BEGIN and COMMIT count) fails; yields the list of what was run."""
    seen: list[str] = []

    def run(statement: str) -> None:
        seen.append(statement)
        if len(seen) - 1 == number:
            raise Broken

    def before_cursor_execute(_connection, _cursor, statement, *_rest) -> None:
        run(statement)

    def commit(_connection) -> None:
        run("COMMIT")

    event.listen(db.engine, "before_cursor_execute", before_cursor_execute)
    event.listen(db.engine, "commit", commit)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", before_cursor_execute)
        event.remove(db.engine, "commit", commit)


@pytest.fixture
def calendar(app):
    return make_calendar(make_user(), limit_per_day=5)


class TestStored:
    def test_booking_uses_the_link_and_stores_the_blocked_range(self, calendar):
        with transaction():
            calendar.buffer_before_minutes, calendar.buffer_after_minutes = 10, 20
        link = make_link(calendar)
        made = db.session.get(Booking, make_booking(calendar, link, at(10)).id)
        assert int(made.starts_at.timestamp()) == at(10)
        assert made.ends_at - made.starts_at == timedelta(minutes=30)
        assert made.starts_at - made.blocked_from == timedelta(minutes=10)
        assert made.blocked_until - made.ends_at == timedelta(minutes=20)
        assert rows(OneTimeLink)[0].status == LinkStatus.USED

    def test_link_brings_its_own_duration(self, calendar):
        made = db.session.get(Booking, make_booking(calendar, make_link(calendar, duration_minutes=90)).id)
        assert made.ends_at - made.starts_at == timedelta(minutes=90)

    def test_event_names_link_and_booking_and_no_token(self, calendar):
        link = make_link(calendar)
        made = make_booking(calendar, link)
        (recorded,) = rows(Event)
        assert (recorded.name, recorded.link_id, recorded.booking_id) == ("booking_created", link.id, made.id)
        assert recorded.delivered_at is None

    def test_a_change_of_the_calendar_counts_from_the_next_booking_on(self, calendar):
        make_booking(calendar, start=at(9))
        with transaction():
            calendar.duration_minutes = 60
        made = db.session.get(Booking, make_booking(calendar, start=at(11)).id)
        assert made.ends_at - made.starts_at == timedelta(minutes=60)


class TestRefused:
    """R27: only what is offered can be booked; a refusal leaves the link Active and stores nothing."""

    @pytest.mark.parametrize(
        ("changes", "start"),
        [
            ({}, at(9, days=-1)),
            ({}, at(9, 10)),
            ({}, at(18)),
            ({}, at(9, days=4)),
            ({"minimum_notice_minutes": 48 * 60}, at(9)),
            ({"window_days": 3}, at(9, days=6)),
            ({}, 0),
            ({}, -(10**10)),
            ({}, 10**12),
        ],
        ids=[
            "past",
            "off grid",
            "outside hours",
            "Saturday",
            "notice",
            "window",
            "1970",
            "minus",
            "far future",
        ],
    )
    def test_r27_a_time_that_is_not_offered(self, app, changes, start):
        calendar = make_calendar(make_user(), **changes)
        link = make_link(calendar)
        with pytest.raises(SlotTaken):
            book(wish(calendar, link, start), NOW)
        self.assert_untouched(link)

    def test_a_calendar_that_is_off_keeps_the_link(self, app):
        calendar = make_calendar(make_user(), switched_off_at=NOW)
        link = make_link(calendar)
        with pytest.raises(CalendarClosed):
            book(wish(calendar, link, at(9)), NOW)
        self.assert_untouched(link)

    def test_a_closed_standard_link_books_nothing_while_one_time_links_do(self, app):
        calendar = make_calendar(make_user(), is_public=False)
        with pytest.raises(CalendarClosed):
            book(wish(calendar, None, at(9)), NOW)
        assert isinstance(make_booking(calendar, make_link(calendar)), Booked)

    def test_a_calendar_deleted_meanwhile_is_closed(self, app):
        calendar = make_calendar(make_user())
        late = wish(calendar, None, at(9))
        with transaction():
            db.session.delete(calendar)
        with pytest.raises(CalendarClosed):
            book(late, NOW)
        assert rows(Booking) == []

    def test_an_expired_link_books_nothing(self, calendar):
        link = make_link(calendar, expires_at=NOW)
        with pytest.raises(LinkGone):
            book(wish(calendar, link, at(9)), NOW)
        self.assert_untouched(link)

    def test_offered_times_are_the_only_ones(self, calendar):
        link = make_link(calendar, offered_times=[at(20)])
        with pytest.raises(SlotTaken):
            book(wish(calendar, link, at(9)), NOW)
        self.assert_untouched(link)
        assert isinstance(book(wish(calendar, link, at(20)), NOW), Booked)

    def test_a_full_day_keeps_the_link(self, app):
        calendar = make_calendar(make_user(), limit_per_day=1)
        make_booking(calendar, start=at(9))
        link = make_link(calendar)
        with pytest.raises(SlotTaken):
            book(wish(calendar, link, at(11)), NOW)
        assert counts() == [1, 1]
        assert db.session.get(OneTimeLink, link.id).status == LinkStatus.ACTIVE

    def assert_untouched(self, link: OneTimeLink) -> None:
        db.session.refresh(link)
        assert link.status == LinkStatus.ACTIVE
        assert (rows(Booking), rows(Event), counts()) == ([], [], [])


def test_r11_a_failure_at_any_statement_stores_nothing(calendar):
    link = make_link(calendar)
    make_booking(calendar, start=at(12))  # the calendar's snapshot is kept from here on
    with statement_fails(-1) as statements:
        make_booking(calendar, make_link(calendar), at(9))
    assert len(statements) >= 6
    stored = (len(rows(Booking)), len(rows(Event)), counts())
    db.session.rollback()
    for number in range(len(statements)):
        with statement_fails(number), pytest.raises(Broken):
            book(wish(calendar, link, at(10)), NOW)
        db.session.rollback()
        db.session.refresh(link)
        assert link.status == LinkStatus.ACTIVE, statements[number]
        assert (len(rows(Booking)), len(rows(Event)), counts()) == stored, statements[number]
        db.session.rollback()
    assert isinstance(book(wish(calendar, link, at(10)), NOW), Booked)


class TestRepeated:
    def test_r6_the_same_form_later_gets_its_own_booking(self, calendar):
        asked = wish(calendar, make_link(calendar), at(9))
        first = book(asked, NOW)
        again = book(asked, NOW + timedelta(days=30))
        assert again == first._replace(is_repeat=True)

    def test_r6_the_same_key_with_other_data_is_a_conflict(self, calendar):
        asked = wish(calendar, make_link(calendar), at(9))
        book(asked, NOW)
        with pytest.raises(Conflict):
            book(replace(asked, start=at(10)), NOW)


class TestCancelled:
    def cancel(self, booking_id: int, now=NOW) -> None:
        with transaction():
            service.cancel(booking_id, Party.HOST, "Ill", now, actor_id=1)

    def test_cancelling_frees_the_time_and_keeps_the_link_used(self, calendar):
        link = make_link(calendar)
        made = make_booking(calendar, link)
        self.cancel(made.id)
        cancelled = db.session.get(Booking, made.id)
        assert (cancelled.status, cancelled.sequence, cancelled.cancel_reason) == (
            BookingStatus.CANCELLED,
            1,
            "Ill",
        )
        assert counts() == [0, 0]
        assert rows(OneTimeLink)[0].status == LinkStatus.USED
        assert make_booking(calendar, make_link(calendar)).id != made.id
        with pytest.raises(LinkGone):
            book(wish(calendar, link, at(11)), NOW)

    def test_cancelling_twice_counts_once(self, calendar):
        made = make_booking(calendar)
        self.cancel(made.id)
        with pytest.raises(Conflict):
            self.cancel(made.id)
        assert counts() == [0, 0]

    def test_a_booking_that_is_over_cannot_be_cancelled(self, calendar):
        made = make_booking(calendar)
        with pytest.raises(Conflict):
            self.cancel(made.id, NOW + timedelta(days=3))

    def test_no_show_is_for_bookings_whose_time_has_come(self, calendar):
        made = make_booking(calendar)
        with pytest.raises(Conflict), transaction():
            service.mark_no_show(made.id, True, NOW, actor_id=1)
        later = NOW + timedelta(days=2)
        with transaction():
            service.mark_no_show(made.id, True, later, actor_id=1)
        assert db.session.get(Booking, made.id, populate_existing=True).no_show_at == later
        with transaction():
            service.mark_no_show(made.id, False, later, actor_id=1)
        assert db.session.get(Booking, made.id, populate_existing=True).no_show_at is None


def test_nothing_can_be_written_outside_a_transaction(calendar):
    link = make_link(calendar)
    write = db.update(OneTimeLink.__table__).where(OneTimeLink.id == link.id).values(note="written outside")
    for execute in (db.session.execute, connection().execute):
        with pytest.raises((InternalError, OperationalError)):
            execute(write)
    db.session.remove()
    assert db.session.get(OneTimeLink, link.id).note == ""
