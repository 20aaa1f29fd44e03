"""R10: whatever people do in whatever order, links and bookings end up as a small model of them says."""

from dataclasses import dataclass, field
from datetime import timedelta

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
from app.bookings.models import Booking, BookingCount, BookingStatus, Party
from app.calendars.models import Calendar
from app.db import db, transaction
from app.errors import Conflict, DomainError, LinkGone, SlotTaken
from app.links import service as links
from app.links.models import LinkCount, LinkStatus, OneTimeLink
from app.links.options import LinkOptions

from ..factories import NOW, at, make_calendar, make_link, make_user, wish

STEPS = 50
SLOTS = [at(9 + n // 2, 30 * (n % 2)) for n in range(6)]
LIMIT = 4


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


@dataclass
class Model:
    """Everything the rules decide on."""

    links: dict[int, ModelLink] = field(default_factory=dict)
    bookings: dict[int, ModelBooking] = field(default_factory=dict)

    def live(self) -> list[ModelBooking]:
        return [booking for booking in self.bookings.values() if booking.is_live]

    def is_taken(self, start: int, minutes: int) -> bool:
        return any(b.start < start + minutes * 60 and start < b.start + b.minutes * 60 for b in self.live())


class Sequences(RuleBasedStateMachine):
    """Create, edit, delete, expire, book, cancel, in any order, by two people who may hold stale pages."""

    links_made = Bundle("links_made")
    forms = Bundle("forms")
    bookings_made = Bundle("bookings_made")

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
        booked, refused = self.attempt(form)
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
            db.select(Booking.id).where(
                Booking.calendar_id == self.calendar.id, Booking.status != BookingStatus.CANCELLED
            )
        )
        assert set(live) == {booking.id for booking in self.model.live()}
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
        days = db.session.scalars(
            db.select(BookingCount.bookings).where(BookingCount.calendar_id == self.calendar.id)
        )
        assert set(days) <= {len(self.model.live())}
        db.session.rollback()

    def attempt(self, form):
        try:
            return book(form, self.now), None
        except DomainError as refused:
            return None, refused

    def refusal(self, known: ModelLink, start: int):
        """Which refusal a booking of this link at this time should meet, if any."""
        if known.status != LinkStatus.ACTIVE or (known.expires_at and known.expires_at <= self.now):
            return LinkGone
        is_past = start < self.now.timestamp()
        fits = start + known.minutes * 60 <= at(17)
        is_full = len(self.model.live()) >= LIMIT
        if is_past or not fits or is_full or self.model.is_taken(start, known.minutes):
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
