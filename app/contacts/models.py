"""Contacts, and what is kept beside them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ..columns import words
from ..db import Base, Id, UtcDateTime

# As words of a statement, not as a parameter: else the partial indexes stay unused.
HAS_EMAIL = text("email <> ''")
HAS_PHONE = text("phone <> ''")


class ContactSource(StrEnum):
    """How a contact came to be known."""

    HAND = "hand"
    BOOKING = "booking"
    FORM = "form"
    IMPORT = "import"
    CALL = "call"
    SMS = "sms"
    HOOK = "hook"


class Contact(Base):
    """One person of an account, known by e-mail address, phone number or both. No other contact of it has either."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("email <> '' OR phone <> ''", name="reachable"),
        CheckConstraint("email = lower(email)", name="email"),
        Index("ix_contact_account", "account_id", "id"),
        Index(
            "uq_contact_email",
            "account_id",
            "email",
            unique=True,
            postgresql_where=HAS_EMAIL,
            sqlite_where=HAS_EMAIL,
        ),
        Index(
            "uq_contact_phone",
            "account_id",
            "phone",
            unique=True,
            postgresql_where=HAS_PHONE,
            sqlite_where=HAS_PHONE,
        ),
        # The number of a contact who was erased is nobody else's: old events and jobs may name it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")  # lower case
    phone: Mapped[str] = mapped_column(String(32), default="")  # E.164
    tz: Mapped[str] = mapped_column(String(64), default="")  # empty until the contact has booked
    locale: Mapped[str] = mapped_column(String(16), default="")
    # By the key of the account's ContactField. Values of a field that was removed stay, and are not shown.
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    source: Mapped[ContactSource] = mapped_column(words(ContactSource))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # What the search looks through (see contacts/search.py); kept in step by the services.
    search_words: Mapped[str] = mapped_column(Text, default="")

    @property
    def title(self) -> str:
        """What to call the contact: by name, else as they are reached."""
        return self.name or self.email or self.phone


class ContactField(Base):
    """Something that an account wants to know of its contacts."""

    __tablename__ = "contact_field"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str] = mapped_column(String(40))  # never changes: messages and workflows name the field by it
    label: Mapped[str] = mapped_column(String(80))


class ContactTag(Base):
    """A word that stands on a contact."""

    __tablename__ = "contact_tag"
    __table_args__ = (
        PrimaryKeyConstraint("contact_id", "tag"),
        Index("ix_contact_tag_tag", "account_id", "tag", "contact_id"),
    )

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    tag: Mapped[str] = mapped_column(String(40))  # lower case


class ContactNote(Base):
    """What somebody of the account wrote down about a contact."""

    __tablename__ = "contact_note"
    __table_args__ = (Index("ix_contact_note_contact", "contact_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
