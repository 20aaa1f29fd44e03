"""Who signs in, and to which workspace."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..columns import words
from ..db import Base, Id, UtcDateTime

OPEN_INVITATION = text("accepted_at IS NULL AND revoked_at IS NULL")
OPEN_CHANGE = text("confirmed_at IS NULL AND withdrawn_at IS NULL")


class Role(StrEnum):
    """What a member may do in an account."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


class Account(Base):
    """A workspace; every other row belongs to one."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class User(Base):
    """A person who signs in; the host of the calendars that book them."""

    __tablename__ = "user_account"  # "user" is reserved in SQL

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    tz: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Membership(Base):
    """A user's role in an account."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("account_id", "user_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    # A person belongs to one workspace: who they are, and what they may do, is never a matter of choosing.
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True, unique=True)
    role: Mapped[Role] = mapped_column(words(Role))


class Session(Base):
    """One signed-in browser. The cookie's secret is stored hashed, so a dump of this table signs nobody in."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_user", "user_id", "ended_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    browser: Mapped[str] = mapped_column(String(60), default="")  # in words, as browsers.py tells it


class Invitation(Base):
    """An e-mail address that may join a workspace, once, in a role. Its token is made from the nonce when it is sent:
    the nonce alone opens nothing, and a new one kills the tokens of the old."""

    __tablename__ = "invitation"
    __table_args__ = (
        Index(
            "ix_invitation_open",
            "account_id",
            "email",
            unique=True,
            postgresql_where=OPEN_INVITATION,
            sqlite_where=OPEN_INVITATION,
        ),
        CheckConstraint("accepted_at IS NULL OR revoked_at IS NULL", name="one_end"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    email: Mapped[str] = mapped_column(String(254))  # lower case
    role: Mapped[Role] = mapped_column(words(Role))
    nonce: Mapped[bytes] = mapped_column(LargeBinary(8), unique=True)
    key_id: Mapped[str] = mapped_column(String(8))
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EmailChange(Base):
    """A new e-mail address that somebody has still to confirm from its mailbox. The token as of an invitation."""

    __tablename__ = "email_change"
    __table_args__ = (
        Index(
            "ix_email_change_open",
            "user_id",
            unique=True,
            postgresql_where=OPEN_CHANGE,
            sqlite_where=OPEN_CHANGE,
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    old_email: Mapped[str] = mapped_column(String(254))
    new_email: Mapped[str] = mapped_column(String(254))
    nonce: Mapped[bytes] = mapped_column(LargeBinary(8), unique=True)
    key_id: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SetupCode(Base):
    """The one-time code that the first account asks for. Deleting the row is taking it, so one person can."""

    __tablename__ = "setup_code"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
