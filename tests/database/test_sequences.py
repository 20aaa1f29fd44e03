"""R10: whatever people do in whatever order, links and bookings end up as a small model of them says."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from app.bookings import service
from app.bookings.booking_step import book
from app.bookings.models import Booking, BookingCount, BookingStatus, LimitPeriod, Party
from app.bookings.rescheduling import Move, reschedule
from app.calendars.models import Calendar
from app.db import db, transaction
from app.errors import Conflict, DomainError, LinkGone, SlotTaken
from app.links import service as links
from app.links.models import LinkCount, LinkStatus, OneTimeLink
from app.links.options import LinkOptions

from ..factories import NOW, at, make_calendar, make_link, make_user, wish

STEPS = 50
SLOTS = [at(9 + n // 2, 30 * (n % 2)) for n in range(6)]
LATER = [at(9, days=2), at(9, 30, days=2), at(9, 10), at(16, 30, days=7), at(9, days=8)]
LIMIT = 4
EPOCH_DAY, TODAY = date(1970, 1, 1), int(NOW.timestamp()) // 86_400


def day_of(start: int) -> int:
    """The day in Berlin, where no time of these is near midnight."""
    return (start + 3600) // 86_400


@dataclass
class ModelLink:
    """What a link should be."""

    id: int
    expires_at: object = None
    status: str = "active"
    minutes: int = 30


@dataclass
class ModelBooking:
    """What a booking should be."""

    id: int
    link_id: int
    start: int
    minutes: int
    is_live: bool = True
    sequence: int = 0


@dataclass
class Model:
    """Everything the rules decide on."""

    links: dict[int, ModelLink] = field(default_factory=dict)
    bookings: dict[int, ModelBooking] = field(default_factory=dict)

    def live(self) -> list[ModelBooking]:
        return [booking for booking in self.bookings.values() if booking.is_live]

    def is_taken(self, start: int, minutes: int, beside: int = 0) -> bool:
        others = [booking for booking in self.live() if booking.id != beside]
        return any(b.start < start + minutes * 60 and start < b.start + b.minutes * 60 for b in others)

    def is_full(self, day: int, beside: int = 0) -> bool:
        return sum(day_of(b.start) == day for b in self.live() if b.id != beside) >= LIMIT


class Sequences(RuleBasedStateMachine):
    """Create, edit, delete, expire, book, move, cancel, in any order, by people who may hold stale pages."""

    links_made = Bundle("links_made")
    forms = Bundle("forms")
    bookings_made = Bundle("bookings_made")
    moves = Bundle("moves")

    @initialize()
    def begin(self) -> None:
        self.model = Model()
        self.now = NOW
        self.calendar = make_calendar(make_user(), limit_per_day=LIMIT)
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
        with self.expect(Conflict if known.status != "active" else None), transaction():
            links.delete_link(db.session.get(OneTimeLink, link_id), actor=None, now=self.now)
        if known.status == "active":
            known.status = "deleted"

    @rule(link_id=links_made, minutes=st.sampled_from([30, 60]))
    def edit(self, link_id, minutes):
        known = self.model.links[link_id]
        with self.expect(Conflict if known.status != "active" else None), transaction():
            calendar = db.session.get(Calendar, self.calendar.id)
            link = db.session.get(OneTimeLink, link_id)
            options = LinkOptions(
                **{**vars(links.options_of(link, calendar.tz)), "duration_minutes": minutes}
            )
            links.update_link(calendar, link, options, actor=None, now=self.now)
        if known.status == "active":
            known.minutes = minutes

    @rule(target=forms, link_id=links_made, start=st.sampled_from(SLOTS))
    def open_form(self, link_id, start):
        return wish(self.calendar, db.session.get(OneTimeLink, link_id), start)

    @rule(target=bookings_made, form=forms)
    def post(self, form):
        """Post a form: now, later, again."""
        known = self.model.links[form.link_id]
        mine = [b for b in self.model.bookings.values() if b.link_id == form.link_id]
        expected = self.refusal(known, form.start)
        booked, refused = self.attempt(book, form)
        if refused is not None:
            assert expected is not None
            assert isinstance(refused, expected)
            return multiple()
        if booked.is_repeat:
            assert [b.id for b in mine] == [booked.id]
            return multiple()
        assert expected is None
        known.status = "used"
        self.model.bookings[booked.id] = ModelBooking(booked.id, form.link_id, form.start, known.minutes)
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
        expected = self.refusal_of_move(known, move)
        is_moved, refused = self.attempt(reschedule, move)
        assert isinstance(refused, expected) if expected else is_moved
        if not expected:
            known.start, known.sequence = move.start, known.sequence + 1

    @rule(booking_id=consumes(bookings_made), twice=st.booleans())
    def cancel(self, booking_id, twice):
        for attempt in range(1 + twice):
            with self.expect(Conflict if attempt else None), transaction():
                service.cancel(booking_id, Party.HOST, "", self.now)
        self.model.bookings[booking_id].is_live = False

    @invariant()
    def rows_are_as_the_model_says(self):
        if not hasattr(self, "model"):
            return
        stored = db.session.execute(
            db.select(OneTimeLink.id, OneTimeLink.status).where(OneTimeLink.calendar_id == self.calendar.id)
        )
        assert {link_id: status.value for link_id, status in stored} == {
            link.id: link.status for link in self.model.links.values()
        }
        live = db.session.scalars(
            db.select(Booking)
            .where(Booking.calendar_id == self.calendar.id, Booking.status != BookingStatus.CANCELLED)
            .execution_options(populate_existing=True)
        )
        assert {(each.id, int(each.starts_at.timestamp()), each.sequence) for each in live} == {
            (booking.id, booking.start, booking.sequence) for booking in self.model.live()
        }
        db.session.rollback()

    @invariant()
    def counts_are_as_the_rows_say(self):
        if not hasattr(self, "model"):
            return
        counted = db.session.execute(
            db.select(LinkCount.status, LinkCount.links).where(LinkCount.calendar_id == self.calendar.id)
        )
        kept = {status.value: number for status, number in counted if number}
        statuses = [link.status for link in self.model.links.values()]
        assert kept == {status: statuses.count(status) for status in set(statuses)}
        stored = db.session.execute(
            db.select(BookingCount.starts_on, BookingCount.bookings).where(
                BookingCount.calendar_id == self.calendar.id, BookingCount.period == LimitPeriod.DAY
            )
        )
        days = [day_of(booking.start) for booking in self.model.live()]
        assert {(day - EPOCH_DAY).days: number for day, number in stored if number} == Counter(days)
        db.session.rollback()

    def attempt(self, do, wanted):
        try:
            return do(wanted, self.now), None
        except DomainError as refused:
            return None, refused

    def refusal(self, known: ModelLink, start: int):
        """Which refusal a booking of this link at this time should meet, if any."""
        if known.status != LinkStatus.ACTIVE or (known.expires_at and known.expires_at <= self.now):
            return LinkGone
        is_past = start < self.now.timestamp()
        fits = start + known.minutes * 60 <= at(17)
        is_full = self.model.is_full(day_of(start))
        if is_past or not fits or is_full or self.model.is_taken(start, known.minutes):
            return SlotTaken
        return None

    def refusal_of_move(self, known: ModelBooking, move: Move):
        """Which refusal a wish for another time should meet, if any. Whose it is matters to the cut-off only."""
        if not known.is_live or known.sequence != move.sequence:
            return Conflict
        is_offered = move.start != at(9, 10) and move.start + known.minutes * 60 <= at(
            17, days=day_of(move.start) - TODAY
        )
        taken = self.model.is_taken(move.start, known.minutes, beside=known.id)
        if not is_offered or taken or self.model.is_full(day_of(move.start), beside=known.id):
            return SlotTaken
        return None

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
