"""Bookings."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..calendars.models import Calendar
from ..columns import words
from ..db import Base, Id, UtcDateTime

# As words of a statement, not as a parameter: else the partial indexes stay unused.
LIVE = text("status <> 'cancelled'")
CANCELLED = text("status = 'cancelled'")
TENTATIVE = text("status = 'tentative'")
OF_CONTACT = text("contact_id IS NOT NULL")


class BookingStatus(StrEnum):
    """RFC 5545, section 3.8.1.11, for a VEVENT."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Party(StrEnum):
    """Who did something to a booking."""

    HOST = "host"
    CONTACT = "contact"


class RequestEnd(StrEnum):
    """How a request ended that did not become a booking: it is cancelled either way."""

    DECLINED = "declined"
    EXPIRED = "expired"  # nobody answered in time
    WITHDRAWN = "withdrawn"  # by the contact


class LimitPeriod(StrEnum):
    """What a limit counts bookings by."""

    DAY = "day"
    WEEK = "week"


class Booking(Base):
    """One contact's time with one host. It blocks [blocked_from, blocked_until), buffers included."""

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("blocked_from <= starts_at AND blocked_until >= ends_at", name="blocked"),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        Index("ix_booking_host_blocked", "host_id", "blocked_from", postgresql_where=LIVE, sqlite_where=LIVE),
        Index("ix_booking_calendar", "calendar_id", "starts_at"),
        Index("ix_booking_account", "account_id", "starts_at"),
        Index(
            "ix_booking_cancelled",
            "account_id",
            "starts_at",
            postgresql_where=CANCELLED,
            sqlite_where=CANCELLED,
        ),
        Index("uq_booking_link", "link_id", unique=True),
        Index("ix_booking_contact", "contact_id", "id", postgresql_where=OF_CONTACT, sqlite_where=OF_CONTACT),
        Index("ix_booking_tentative", "answer_by", postgresql_where=TENTATIVE, sqlite_where=TENTATIVE),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"))
    host_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("one_time_link.id"))
    # Filled in after the booking, by the worker (see contacts/bookings.py).
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    uid: Mapped[str] = mapped_column(String(64), unique=True)
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    status: Mapped[BookingStatus] = mapped_column(words(BookingStatus))
    manage_nonce: Mapped[bytes] = mapped_column(LargeBinary(8), unique=True)
    key_id: Mapped[str] = mapped_column(String(8))

    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    blocked_from: Mapped[datetime] = mapped_column(UtcDateTime)
    blocked_until: Mapped[datetime] = mapped_column(UtcDateTime)
    # The calendar's local day and Monday that this booking counts for; a later change of zone moves neither.
    counted_day: Mapped[date]
    counted_week: Mapped[date]

    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(32), default="")
    tz: Mapped[str] = mapped_column(String(64))  # the contact's
    locale: Mapped[str] = mapped_column(String(16))
    answers: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON, default=list
    )  # [{"label": ..., "answer": ...}]
    location: Mapped[dict[str, str]] = mapped_column(
        JSON, default=dict
    )  # {"kind", "detail"} as it was at booking

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[Party | None] = mapped_column(words(Party))
    cancel_reason: Mapped[str] = mapped_column(String(500), default="")
    no_show_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_by: Mapped[datetime | None] = mapped_column(UtcDateTime)  # until when a tentative one waits
    request_end: Mapped[RequestEnd | None] = mapped_column(words(RequestEnd))

    form_key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    payload_hash: Mapped[bytes] = mapped_column(LargeBinary(32))

    calendar: Mapped[Calendar] = relationship(lazy="joined", innerjoin=True)

    def is_waiting(self, now: datetime) -> bool:
        """True while it is a request that the host may still answer."""
        return self.status == BookingStatus.TENTATIVE and self.answer_by is not None and now < self.answer_by

    @property
    def reference(self) -> str:
        """What both can say on the phone: eight characters of the lasting uid."""
        return f"{self.uid[:4]}-{self.uid[4:8]}".upper()


class BookingCount(Base):
    """How many bookings that are not cancelled a calendar has on a day or in an ISO week (its Monday)."""

    __tablename__ = "booking_count"
    __table_args__ = (
        PrimaryKeyConstraint("calendar_id", "period", "starts_on"),
        CheckConstraint("bookings >= 0", name="bookings"),
    )

    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"))
    period: Mapped[LimitPeriod] = mapped_column(words(LimitPeriod))
    starts_on: Mapped[date]
    bookings: Mapped[int] = mapped_column(Integer)
