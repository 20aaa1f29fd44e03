"""Messages: one row for each mail or text that something led to. A row holds ids and words, never a token.

Beside them what a calendar says about its mails, and who asked not to be reminded.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ..columns import words
from ..db import Base, Id, UtcDateTime

WAITING = text("retry_at IS NOT NULL")
OF_LINK = text("link_id IS NOT NULL")
OF_CONTACT = text("contact_id IS NOT NULL")


class Channel(StrEnum):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"


class MessageState(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"  # to be sent, or to be tried again
    SENDING = "sending"  # in one worker's hands
    SENT = "sent"  # a mail server has taken it
    KEPT = "kept"  # no mail server is set: it is here to be read, and goes nowhere
    FAILED = "failed"  # refused for good, or tried too often
    UNCLEAR = "unclear"  # the connection broke after the whole message; it may have arrived
    DROPPED = "dropped"  # what it was to say was no longer true when its turn came


# The recipient has it, or may have it soon.
TOLD = (MessageState.QUEUED, MessageState.SENDING, MessageState.SENT, MessageState.UNCLEAR)


class Message(Base):
    """One message to one person, made once for its `effect`. The text is made when it is sent or shown."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_account", "account_id", "id"),
        Index("ix_message_state", "account_id", "state", "id"),
        Index("ix_message_address", "account_id", "to_address", "id"),
        Index("ix_message_booking", "booking_id", "id"),
        Index("ix_message_link", "link_id", "id", postgresql_where=OF_LINK, sqlite_where=OF_LINK),
        Index("ix_message_contact", "contact_id", "id", postgresql_where=OF_CONTACT, sqlite_where=OF_CONTACT),
        Index("ix_message_waiting", "retry_at", postgresql_where=WAITING, sqlite_where=WAITING),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(48))  # a name in kinds.py
    channel: Mapped[Channel] = mapped_column(words(Channel), default=Channel.EMAIL)
    to_name: Mapped[str] = mapped_column(String(120))
    to_address: Mapped[str] = mapped_column(String(254))
    # What the message follows from, such as "<event id>:contact": whoever comes again with it makes no second one.
    effect: Mapped[str] = mapped_column(String(120), unique=True)
    # The same at every try, so that a mail program shows a message once that was sent twice; of a text a reference that
    # the provider names in its reports.
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    state: Mapped[MessageState] = mapped_column(words(MessageState), default=MessageState.QUEUED)
    why: Mapped[str] = mapped_column(String(500), default="")  # a sentence, unless all went well
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When to hand it out again: after a failure that may pass, or if whoever has it never says how it went.
    retry_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    provider_id: Mapped[str] = mapped_column(
        String(64), default="", server_default=""
    )  # its own number of a text
    segments: Mapped[int | None] = mapped_column(Integer)  # how many a text was sent in
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # on the phone, as the provider says
    claimed_by: Mapped[str | None] = mapped_column(String(32))  # the event whose handler is sending it

    # What it is about. Rows of other features may go; the message stays, and says so.
    calendar_id: Mapped[int | None] = mapped_column(Id)
    link_id: Mapped[int | None] = mapped_column(Id)
    booking_id: Mapped[int | None] = mapped_column(Id)
    user_id: Mapped[int | None] = mapped_column(Id)
    contact_id: Mapped[int | None] = mapped_column(Id)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # more ids and plain values


class Notice(Base):
    """What a calendar's owner has changed about one kind of its mails; without a row all is as usual."""

    __tablename__ = "calendar_notice"
    __table_args__ = (PrimaryKeyConstraint("calendar_id", "kind"),)

    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(48))
    is_on: Mapped[bool]
    subject: Mapped[str] = mapped_column(String(200), default="")  # empty: the usual words
    opening: Mapped[str] = mapped_column(Text, default="")
    # Of reminders how long before the booking, of the follow-up how long after it.
    minutes: Mapped[list[int]] = mapped_column(JSON, default=list)
    on_since: Mapped[datetime] = mapped_column(
        UtcDateTime
    )  # what was due before it was on is not made up for


class OptOut(Base):
    """An address that wants no reminders and follow-ups of this account. Mails about changes still come."""

    __tablename__ = "mail_opt_out"
    __table_args__ = (PrimaryKeyConstraint("account_id", "address"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    address: Mapped[str] = mapped_column(String(254))  # lower case; a phone number as E.164, for SMS
    at: Mapped[datetime] = mapped_column(UtcDateTime)
