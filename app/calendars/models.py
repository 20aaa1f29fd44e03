"""What can be booked, and when."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from ..accounts.models import User
from ..columns import words
from ..db import Base, Id, UtcDateTime

Ranges = list[list[int]]  # [[from, until], ...] in minutes of the day, 0..1440, sorted, not overlapping


class WindowKind(StrEnum):
    """How far ahead one can book."""

    DAYS = "days"  # a number of days from now
    RANGE = "range"  # from one date until another, both included


class LocationKind(StrEnum):
    """Where the two meet."""

    VIDEO = "video"
    HOST_CALLS = "host_calls"
    CONTACT_CALLS = "contact_calls"
    IN_PERSON = "in_person"
    CUSTOM = "custom"


class ContactKind(StrEnum):
    """Which way to reach the host an expired page shows."""

    NONE = "none"
    EMAIL = "email"
    PHONE = "phone"


class Calendar(Base):
    """One host, one zone, weekly hours and the rules for booking them."""

    __tablename__ = "calendar"
    __table_args__ = (
        CheckConstraint("duration_minutes BETWEEN 1 AND 1440", name="duration"),
        CheckConstraint("step_minutes BETWEEN 1 AND 1440", name="step"),
        CheckConstraint("buffer_before_minutes BETWEEN 0 AND 1440", name="buffer_before"),
        CheckConstraint("buffer_after_minutes BETWEEN 0 AND 1440", name="buffer_after"),
        Index("ix_calendar_account", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    host_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    # +1 at every change of the row, counted by SQLAlchemy: what was computed for a version stays true for it, and
    # of two people who save at once the second is told. A change of overrides calls `touch()`.
    version: Mapped[int] = mapped_column(Integer, default=1)
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    tz: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    switched_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    weekly_hours: Mapped[list[Ranges]] = mapped_column(JSON)  # seven days, Monday first
    duration_minutes: Mapped[int] = mapped_column(Integer, default=30)
    step_minutes: Mapped[int] = mapped_column(Integer, default=30)
    buffer_before_minutes: Mapped[int] = mapped_column(Integer, default=0)
    buffer_after_minutes: Mapped[int] = mapped_column(Integer, default=0)
    minimum_notice_minutes: Mapped[int] = mapped_column(Integer, default=240)
    window_kind: Mapped[WindowKind] = mapped_column(words(WindowKind), default=WindowKind.DAYS)
    window_days: Mapped[int] = mapped_column(Integer, default=60)
    window_from_on: Mapped[date | None]
    window_until_on: Mapped[date | None]
    limit_per_day: Mapped[int | None]
    limit_per_week: Mapped[int | None]
    # How long before its start a booking closes for changes by its contact; 0 is the start itself.
    cutoff_minutes: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # A booking is a request then, which holds its time until the host answers or `answer_minutes` are over.
    needs_confirmation: Mapped[bool] = mapped_column(default=False, server_default=false())
    answer_minutes: Mapped[int] = mapped_column(Integer, default=1440, server_default="1440")

    location_kind: Mapped[LocationKind] = mapped_column(words(LocationKind), default=LocationKind.VIDEO)
    location_detail: Mapped[str] = mapped_column(String(500), default="")
    # [{"id": "q1", "label", "kind": "text|long_text|choice|checkbox|phone", "required": bool, "choices": [...]}]
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    is_public: Mapped[bool] = mapped_column(default=True)  # the standard link /c/<slug> takes bookings

    expired_shows_host: Mapped[bool] = mapped_column(default=True)
    expired_contact_kind: Mapped[ContactKind] = mapped_column(words(ContactKind), default=ContactKind.EMAIL)
    expired_contact: Mapped[str] = mapped_column(String(254), default="")  # empty: the host's own e-mail
    expired_message: Mapped[str] = mapped_column(String(1000), default="")
    expired_offers_public_link: Mapped[bool] = mapped_column(default=False)
    expired_offers_new_link: Mapped[bool] = mapped_column(default=True)  # lets strangers ask the host for one

    __mapper_args__ = {"version_id_col": version}

    host: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    overrides: Mapped[list["DateOverride"]] = relationship(
        back_populates="calendar", cascade="all, delete-orphan", order_by="DateOverride.from_on"
    )

    @property
    def is_on(self) -> bool:
        """True when the calendar takes bookings."""
        return self.switched_off_at is None

    def touch(self) -> None:
        """Raise the version at the next flush though no column of the row has changed."""
        flag_modified(self, "weekly_hours")


class DateOverride(Base):
    """Other hours on single dates or a span of them; no ranges means unavailable."""

    __tablename__ = "date_override"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="order"),
        Index("ix_date_override_calendar", "calendar_id", "from_on"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"))
    from_on: Mapped[date]
    until_on: Mapped[date]  # included
    ranges: Mapped[Ranges] = mapped_column(JSON, default=list)
    note: Mapped[str] = mapped_column(String(120), default="")

    calendar: Mapped[Calendar] = relationship(back_populates="overrides")
