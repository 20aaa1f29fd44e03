"""What the machine of test_sequences.py compares the database with: links and bookings as the rules want them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.bookings.models import BookingStatus, Party, RequestEnd
from app.bookings.rescheduling import Move
from app.errors import Conflict, LinkGone, SlotTaken, TooLate
from app.links.models import LinkStatus

from ..factories import NOW, at

SLOTS = [at(9 + n // 2, 30 * (n % 2)) for n in range(6)]
OFF_GRID = at(9, 10)
LATER = [at(9, days=2), at(9, 30, days=2), OFF_GRID, at(16, 30, days=7), at(9, days=8)]
LIMIT = 4
ANSWER_WITHIN = timedelta(hours=3)
TODAY = int(NOW.timestamp()) // 86_400
Refusal = type[Exception] | None


def day_of(start: int) -> int:
    """The day in Berlin, where no time of these is near midnight."""
    return (start + 3600) // 86_400


@dataclass
class ModelLink:
    """What a link should be."""

    id: int
    expires_at: datetime | None = None
    status: LinkStatus = LinkStatus.ACTIVE
    minutes: int = 30


@dataclass
class ModelBooking:
    """What a booking should be."""

    id: int
    link_id: int
    start: int
    minutes: int
    status: BookingStatus = BookingStatus.CONFIRMED
    answer_by: datetime | None = None
    end: RequestEnd | None = None
    sequence: int = 0

    @property
    def is_live(self) -> bool:
        return self.status != BookingStatus.CANCELLED

    @property
    def is_request(self) -> bool:
        return self.status == BookingStatus.TENTATIVE

    def is_overdue(self, now: datetime) -> bool:
        return self.is_request and self.answer_by <= now

    def become(self, status: BookingStatus, end: RequestEnd | None = None) -> None:
        self.status, self.end, self.sequence = status, end, self.sequence + 1

    def wait_for_answer(self, now: datetime) -> None:
        self.status = BookingStatus.TENTATIVE
        self.answer_by = min(now + ANSWER_WITHIN, datetime.fromtimestamp(self.start, UTC))

    def row(self) -> tuple:
        """What is stored of it."""
        answer_by = self.answer_by if self.is_request else None
        return (self.id, self.start, self.sequence, self.status, self.end, answer_by)


@dataclass
class Model:
    """Everything the rules decide on. `asks`: the calendar's host confirms each booking."""

    asks: bool
    links: dict[int, ModelLink] = field(default_factory=dict)
    bookings: dict[int, ModelBooking] = field(default_factory=dict)

    def live(self) -> list[ModelBooking]:
        return [booking for booking in self.bookings.values() if booking.is_live]

    def days(self) -> Counter[int]:
        """How many bookings each day should be counted for."""
        return Counter(day_of(booking.start) for booking in self.live())

    def book(self, booking_id: int, link_id: int, start: int, now: datetime) -> None:
        link = self.links[link_id]
        link.status = LinkStatus.USED
        self.bookings[booking_id] = made = ModelBooking(booking_id, link_id, start, link.minutes)
        if self.asks:
            made.wait_for_answer(now)

    def move(self, booking_id: int, start: int, by: Party, now: datetime) -> None:
        """What a contact chooses has to be confirmed anew; a request waits anew whoever moved it."""
        booking = self.bookings[booking_id]
        booking.start, booking.sequence = start, booking.sequence + 1
        if booking.is_request or (self.asks and by == Party.CONTACT):
            booking.wait_for_answer(now)

    def expire(self, now: datetime) -> None:
        for booking in self.live():
            if booking.is_overdue(now):
                booking.become(BookingStatus.CANCELLED, RequestEnd.EXPIRED)

    def refusal_of_booking(self, link_id: int, start: int, now: datetime) -> Refusal:
        """Which refusal a booking of this link at this time should meet, if any."""
        link = self.links[link_id]
        if link.status != LinkStatus.ACTIVE or (link.expires_at and link.expires_at <= now):
            return LinkGone
        is_past, fits = start < now.timestamp(), start + link.minutes * 60 <= at(17)
        is_open = fits and not is_past and self._has_room(start, link.minutes)
        return None if is_open else SlotTaken

    def refusal_of_move(self, move: Move, now: datetime) -> Refusal:
        """Which refusal a wish for another time should meet, if any. Whose it is matters to the cut-off only."""
        booking = self.bookings[move.booking_id]
        if not booking.is_live or booking.sequence != move.sequence:
            return Conflict
        if booking.is_overdue(now):
            return TooLate
        closes = at(17, days=day_of(move.start) - TODAY)
        is_offered = move.start != OFF_GRID and move.start + booking.minutes * 60 <= closes
        is_open = is_offered and self._has_room(move.start, booking.minutes, beside=booking.id)
        return None if is_open else SlotTaken

    def refusal_of_answer(self, booking_id: int, seen: int) -> Refusal:
        """Which refusal any answer to a request should meet that was changed since it was seen, or has ended."""
        booking = self.bookings[booking_id]
        return Conflict if not booking.is_request or booking.sequence != seen else None

    def _has_room(self, start: int, minutes: int, beside: int = 0) -> bool:
        others = [booking for booking in self.live() if booking.id != beside]
        is_full = sum(day_of(b.start) == day_of(start) for b in others) >= LIMIT
        return not is_full and not any(
            b.start < start + minutes * 60 and start < b.start + b.minutes * 60 for b in others
        )
