"""One-time links."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ..columns import words
from ..db import Base, Id, UtcDateTime

# As words of a statement, not as a parameter: else the partial indexes stay unused.
OPEN = text("status = 'open'")
OF_CONTACT = text("contact_id IS NOT NULL")
OPEN_OF_CONTACT = text("status = 'active' AND contact_id IS NOT NULL")
MAY_EXPIRE = text("status = 'active' AND expires_at IS NOT NULL")


class LinkStatus(StrEnum):
    """Where a link stands. It leaves `active` once, and never comes back; the database refuses it too.

    Expired is no status: it is an Active link whose date has passed.
    """

    ACTIVE = "active"
    USED = "used"
    DELETED = "deleted"


class LinkSource(StrEnum):
    """How a link came to be."""

    HAND = "hand"
    REPLACEMENT = "replacement"
    WORKFLOW = "workflow"


class SightingKind(StrEnum):
    """What was seen of a link's page: fetched by something, used by a person, refused after it was dead, or barred:
    a booking sent without the code that the link asks for."""

    FETCHED = "fetched"
    LOOKED = "looked"
    REFUSED = "refused"
    BARRED = "barred"


class RequestStatus(StrEnum):
    """Where a request for a new link stands. It leaves `open` once, and never comes back."""

    OPEN = "open"
    ANSWERED = "answered"
    IGNORED = "ignored"


class OneTimeLink(Base):
    """A link that makes exactly one booking. Its row is never deleted."""

    __tablename__ = "one_time_link"
    __table_args__ = (
        CheckConstraint("(status = 'used') = (used_at IS NOT NULL)", name="used_at"),
        CheckConstraint("(status = 'deleted') = (deleted_at IS NOT NULL)", name="deleted_at"),
        CheckConstraint("duration_minutes BETWEEN 1 AND 1440", name="duration"),
        CheckConstraint("NOT checks_recipient OR for_email <> ''", name="checks_recipient"),
        Index("ix_one_time_link_calendar", "calendar_id", "id"),
        Index("ix_one_time_link_status", "calendar_id", "status", "id"),
        Index("ix_one_time_link_source", "calendar_id", "source", "id"),
        Index("ix_one_time_link_made", "account_id", "created_at"),
        Index(
            "ix_one_time_link_contact",
            "contact_id",
            "id",
            postgresql_where=OF_CONTACT,
            sqlite_where=OF_CONTACT,
        ),
        # What workflows find by the clock.
        Index(
            "ix_one_time_link_open",
            "account_id",
            "created_at",
            postgresql_where=OPEN_OF_CONTACT,
            sqlite_where=OPEN_OF_CONTACT,
        ),
        Index(
            "ix_one_time_link_expires",
            "account_id",
            "expires_at",
            postgresql_where=MAY_EXPIRE,
            sqlite_where=MAY_EXPIRE,
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"))
    nonce: Mapped[bytes] = mapped_column(LargeBinary(8), unique=True)
    key_id: Mapped[str] = mapped_column(String(8), index=True)  # which server key makes its token
    status: Mapped[LinkStatus] = mapped_column(words(LinkStatus), default=LinkStatus.ACTIVE)
    source: Mapped[LinkSource] = mapped_column(words(LinkSource), default=LinkSource.HAND)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("one_time_link.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    # Whom it was made for, if that is a contact; the name and address beside it are its own.
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    for_name: Mapped[str] = mapped_column(String(120), default="")
    for_email: Mapped[str] = mapped_column(String(254), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    # Before it shows anything, the link asks for a code that is sent to `for_email`.
    checks_recipient: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    duration_minutes: Mapped[int | None] = mapped_column(Integer)  # empty: the calendar's
    offered_from_on: Mapped[date | None]  # dates in the calendar's zone, both included
    offered_until_on: Mapped[date | None]
    # Instants in epoch seconds, offered even outside the hours; empty: the calendar's hours.
    offered_times: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    # What the search looks through, as plain words (see links/search.py); kept in step by the service.
    search_words: Mapped[str] = mapped_column(Text, default="")


class LinkCount(Base):
    """How many links a calendar has in each status. Moved by triggers, so that no page counts rows."""

    __tablename__ = "link_count"
    __table_args__ = (PrimaryKeyConstraint("calendar_id", "status"),)

    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"))
    status: Mapped[LinkStatus] = mapped_column(words(LinkStatus))
    links: Mapped[int] = mapped_column(Id)


class LinkSighting(Base):
    """How often something was seen of a link, in bursts. An observation, not an event: written best effort."""

    __tablename__ = "link_sighting"
    __table_args__ = (
        PrimaryKeyConstraint("link_id", "kind"),
        Index("ix_link_sighting_first", "kind", "first_at"),
        Index("ix_link_sighting_last", "kind", "last_at"),
    )

    link_id: Mapped[int] = mapped_column(ForeignKey("one_time_link.id"))
    kind: Mapped[SightingKind] = mapped_column(words(SightingKind))
    times: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LinkRequest(Base):
    """Somebody who opened a link that is over, and asks for a new one. Answered by one link at the most."""

    __tablename__ = "link_request"
    __table_args__ = (
        CheckConstraint("(status = 'open') = (settled_at IS NULL)", name="settled_at"),
        CheckConstraint("(status = 'answered') = (new_link_id IS NOT NULL)", name="new_link_id"),
        Index("ix_link_request_open", "calendar_id", "id", postgresql_where=OPEN, sqlite_where=OPEN),
        Index("ix_link_request_link", "link_id", "id"),
        # Asked twice is asked once, in whatever case the address is written.
        Index(
            "uq_link_request_asker",
            "link_id",
            text("lower(email)"),
            unique=True,
            postgresql_where=OPEN,
            sqlite_where=OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"))
    link_id: Mapped[int] = mapped_column(ForeignKey("one_time_link.id"))
    status: Mapped[RequestStatus] = mapped_column(words(RequestStatus), default=RequestStatus.OPEN)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    note: Mapped[str] = mapped_column(String(500), default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    new_link_id: Mapped[int | None] = mapped_column(ForeignKey("one_time_link.id"), unique=True)

    @property
    def is_open(self) -> bool:
        """True while nobody has answered it."""
        return self.status == RequestStatus.OPEN


class RecipientChallenge(Base):
    """A code that one browser asked for, to show that the link's recipient sits there.

    The code itself is made from the nonce and a server key: the row opens nothing.
    """

    __tablename__ = "recipient_challenge"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries"),
        Index("ix_recipient_challenge_link", "link_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("one_time_link.id"))
    email: Mapped[str] = mapped_column(
        String(254)
    )  # the link's then; a code for another address is worth nothing
    nonce: Mapped[bytes] = mapped_column(LargeBinary(8))
    key_id: Mapped[str] = mapped_column(String(8))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    tries: Mapped[int] = mapped_column(Integer, default=0)
