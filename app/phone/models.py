"""Calls and texts that come in, and how an account wants them taken."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from ..columns import words
from ..db import Base, Id, UtcDateTime


class MissedWhy(StrEnum):
    """How a call ended that nobody took."""

    NO_ANSWER = "no-answer"
    BUSY = "busy"
    FAILED = "failed"
    VOICEMAIL = "voicemail"


class Keyword(StrEnum):
    """What a text asks for that is no reply."""

    STOP = "stop"
    START = "start"


class PhoneSettings(Base):
    """How an account takes calls and texts; without a row all is as usual, and nothing comes in.

    The nonce stands in the addresses of the account's hooks, and the secret that signs them is made from it: the
    database alone signs nothing, and a new nonce ends what was signed with the old one.
    """

    __tablename__ = "phone_settings"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    region: Mapped[str] = mapped_column(String(2))  # of numbers that are written without their country code
    makes_contacts: Mapped[bool]  # of numbers that are nobody's yet
    voicemail_seconds: Mapped[int] = mapped_column(Integer)  # shorter ones left no message
    hook_nonce: Mapped[bytes | None] = mapped_column(LargeBinary(8), unique=True)
    key_id: Mapped[str] = mapped_column(String(8), default="")


class MissedCall(Base):
    """A call that nobody took, once, however often it is told of."""

    __tablename__ = "missed_call"
    __table_args__ = (
        UniqueConstraint("account_id", "provider_id"),
        Index("ix_missed_call_account", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    provider_id: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(32))  # of the caller, as E.164; empty when it is withheld
    called: Mapped[str] = mapped_column(String(32))
    why: Mapped[MissedWhy] = mapped_column(words(MissedWhy))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    contact_id: Mapped[int | None] = mapped_column(Id)


class ReceivedText(Base):
    """A text that somebody has sent to the account, once."""

    __tablename__ = "received_text"
    __table_args__ = (
        UniqueConstraint("account_id", "provider_id"),
        Index("ix_received_text_account", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    provider_id: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)  # without the secret part of addresses, which people quote
    keyword: Mapped[Keyword | None] = mapped_column(words(Keyword))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    contact_id: Mapped[int | None] = mapped_column(Id)


class HookReceipt(Base):
    """A signed request that was taken: the same again is a replay. Kept as long as its signature is good."""

    __tablename__ = "hook_receipt"
    __table_args__ = (PrimaryKeyConstraint("digest"),)

    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
