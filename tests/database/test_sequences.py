"""R10: whatever people do in whatever order, links and bookings end up as a small model of them says."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from app.bookings import requests, service
from app.bookings.booking_step import book
from app.bookings.models import Booking, BookingCount, BookingStatus, LimitPeriod, Party, RequestEnd
from app.bookings.rescheduling import Move, reschedule
from app.calendars.models import Calendar
from app.db import db, transaction
from app.errors import Conflict, DomainError, TooLate
from app.links import service as links
from app.links.models import LinkCount, LinkStatus, OneTimeLink
from app.links.options import LinkOptions

from ..factories import NOW, make_calendar, make_link, make_user, wish
from .sequence_model import ANSWER_WITHIN, LATER, LIMIT, SLOTS, Model, ModelLink

STEPS = 50
EPOCH_DAY = date(1970, 1, 1)
ROW = (
    Booking.id,
    Booking.starts_at,
    Booking.sequence,
    Booking.status,
    Booking.request_end,
    Booking.answer_by,
)


class Sequences(RuleBasedStateMachine):
    """Create, edit, delete, expire, book, answer, move, cancel, in any order, by people who may hold stale pages."""

    links_made = Bundle("links_made")
    forms = Bundle("forms")
    bookings_made = Bundle("bookings_made")
    moves = Bundle("moves")
    pages = Bundle("pages")

    @initialize(asks=st.booleans())
    def begin(self, asks):
        self.model = Model(asks)
        self.now = NOW
        self.host = make_user()
        minutes = ANSWER_WITHIN // timedelta(minutes=1)
        self.calendar = make_calendar(
            self.host, limit_per_day=LIMIT, needs_confirmation=asks, answer_minutes=minutes
        )
        db.session.rollback()

    @rule(target=links_made, expires_in=st.sampled_from([None, 1, 6]))
    def create(self, expires_in):
        expires_at = self.now + timedelta(hours=expires_in) if expires_in else None
        link = make_link(self.calendar, expires_at=expires_at)
        self.model.links[link.id] = ModelLink(link.id, expires_at)
        return link.id

    @rule(hours=st.integers(1, 3))
    def time_passes(self, hours):
        self.now = min(self.now + timedelta(hours=hours), NOW + timedelta(hours=20))

    @rule(link_id=links_made)
    def delete(self, link_id):
        known = self.model.links[link_id]
        with self.expect(Conflict if known.status != LinkStatus.ACTIVE else None), transaction():
            links.delete_link(db.session.get(OneTimeLink, link_id), actor=None, now=self.now)
        if known.status == LinkStatus.ACTIVE:
            known.status = LinkStatus.DELETED

    @rule(link_id=links_made, minutes=st.sampled_from([30, 60]))
    def edit(self, link_id, minutes):
        known = self.model.links[link_id]
        with self.expect(Conflict if known.status != LinkStatus.ACTIVE else None), transaction():
            calendar = db.session.get(Calendar, self.calendar.id)
            link = db.session.get(OneTimeLink, link_id)
            options = LinkOptions(
                **{**vars(links.options_of(link, calendar.tz)), "duration_minutes": minutes}
            )
            links.update_link(calendar, link, options, actor=None, now=self.now)
        if known.status == LinkStatus.ACTIVE:
            known.minutes = minutes

    @rule(target=forms, link_id=links_made, start=st.sampled_from(SLOTS))
    def open_form(self, link_id, start):
        return wish(self.calendar, db.session.get(OneTimeLink, link_id), start)

    @rule(target=bookings_made, form=forms)
    def post(self, form):
        """Post a form: now, later, again."""
        mine = [b for b in self.model.bookings.values() if b.link_id == form.link_id]
        expected = self.model.refusal_of_booking(form.link_id, form.start, self.now)
        booked, refused = self.attempt(book, form)
        if refused is not None:
            assert expected is not None
            assert isinstance(refused, expected)
            return multiple()
        if booked.is_repeat:
            assert [b.id for b in mine] == [booked.id]
            return multiple()
        assert expected is None
        self.model.book(booked.id, form.link_id, form.start, self.now)
        return booked.id

    @rule(
        target=moves,
        booking_id=bookings_made,
        start=st.sampled_from(SLOTS + LATER),
        by=st.sampled_from(Party),
    )
    def open_change(self, booking_id, start, by):
        return Move(booking_id, start, self.model.bookings[booking_id].sequence, by)

    @rule(move=moves)
    def change_time(self, move):
        """Send a wish for another time: now, later, again, after the booking was cancelled."""
        known = self.model.bookings[move.booking_id]
        if known.is_live and known.start == move.start:
            assert not self.attempt(reschedule, move)[0]
            return
        expected = self.model.refusal_of_move(move, self.now)
        is_moved, refused = self.attempt(reschedule, move)
        assert isinstance(refused, expected) if expected else is_moved
        if not expected:
            self.model.move(move.booking_id, move.start, move.by, self.now)

    @rule(target=pages, booking_id=bookings_made)
    def open_page(self, booking_id):
        """The host looks at a booking, and has its page before them for as long as they like."""
        return booking_id, self.model.bookings[booking_id].sequence

    @rule(page=pages)
    def accept(self, page):
        """Press Accept: in time, too late, again, on a page that shows another time by now."""
        booking_id, seen = page
        known = self.model.bookings[booking_id]
        is_done = known.status == BookingStatus.CONFIRMED
        expected = None if is_done else self.model.refusal_of_answer(booking_id, seen)
        if known.is_overdue(self.now):
            expected = expected or TooLate
        with self.expect(expected), transaction():
            requests.accept(booking_id, self.now, self.host.id, seen=seen)
        if expected is None and not is_done:
            known.become(BookingStatus.CONFIRMED)

    @rule(page=pages)
    def decline(self, page):
        """Press Decline; what nobody has answered in time is still a request until it is put away."""
        booking_id, seen = page
        known = self.model.bookings[booking_id]
        is_done = known.end == RequestEnd.DECLINED
        expected = None if is_done else self.model.refusal_of_answer(booking_id, seen)
        with self.expect(expected), transaction():
            requests.decline(booking_id, "", self.now, self.host.id, seen=seen)
        if expected is None and not is_done:
            known.become(BookingStatus.CANCELLED, RequestEnd.DECLINED)

    @rule()
    def put_unanswered_away(self):
        """The worker's chore."""
        requests.expire_requests(self.now)
        db.session.rollback()
        self.model.expire(self.now)

    @rule(booking_id=bookings_made, by=st.sampled_from(Party))
    def cancel(self, booking_id, by):
        """A booking or a request, which its contact withdraws; what is off stays off."""
        known = self.model.bookings[booking_id]
        is_withdrawn = known.is_request and by == Party.CONTACT
        with self.expect(None if known.is_live else Conflict), transaction():
            service.cancel(booking_id, by, "", self.now)
        if known.is_live:
            known.become(BookingStatus.CANCELLED, RequestEnd.WITHDRAWN if is_withdrawn else None)

    @invariant()
    def rows_are_as_the_model_says(self):
        if not hasattr(self, "model"):
            return
        stored = db.session.execute(
            db.select(OneTimeLink.id, OneTimeLink.status).where(OneTimeLink.calendar_id == self.calendar.id)
        )
        assert dict(stored.all()) == {link.id: link.status for link in self.model.links.values()}
        bookings = db.session.execute(db.select(*ROW).where(Booking.calendar_id == self.calendar.id))
        assert {row_of(each) for each in bookings} == {each.row() for each in self.model.bookings.values()}
        db.session.rollback()

    @invariant()
    def counts_are_as_the_rows_say(self):
        if not hasattr(self, "model"):
            return
        counted = db.session.execute(
            db.select(LinkCount.status, LinkCount.links).where(LinkCount.calendar_id == self.calendar.id)
        )
        kept = {status: number for status, number in counted if number}
        statuses = [link.status for link in self.model.links.values()]
        assert kept == {status: statuses.count(status) for status in set(statuses)}
        stored = db.session.execute(
            db.select(BookingCount.starts_on, BookingCount.bookings).where(
                BookingCount.calendar_id == self.calendar.id, BookingCount.period == LimitPeriod.DAY
            )
        )
        days = {(day - EPOCH_DAY).days: number for day, number in stored if number}
        assert days == self.model.days()
        db.session.rollback()

    def attempt(self, do, wanted):
        try:
            return do(wanted, self.now), None
        except DomainError as refused:
            return None, refused

    def expect(self, refusal):
        return _Expected(refusal)


class _Expected:
    """A block that must raise `refusal` (None: nothing); the session is fresh before and after it."""

    def __init__(self, refusal) -> None:
        self.refusal = refusal

    def __enter__(self) -> None:
        db.session.rollback()
        db.session.expire_all()

    def __exit__(self, kind, error, _trace) -> bool:
        db.session.rollback()
        if self.refusal is None:
            return False
        assert kind is not None
        return issubclass(kind, self.refusal)


def row_of(booking: Any) -> tuple:
    """What ModelBooking.row says of it."""
    answer_by = booking.answer_by if booking.status == BookingStatus.TENTATIVE else None
    start = int(booking.starts_at.timestamp())
    return (booking.id, start, booking.sequence, booking.status, booking.request_end, answer_by)


@pytest.mark.parametrize("examples", [200, pytest.param(5_000, marks=pytest.mark.slow)])
def test_r10_every_sequence_ends_as_the_model_says(examples):
    run_state_machine_as_test(
        Sequences,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
