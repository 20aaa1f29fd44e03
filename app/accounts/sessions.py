"""Signed-in browsers: one row each, so that signing out ends it on the server too."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select, update

from ..db import connection, db
from ..errors import NotAllowed
from .models import Account, Membership, Role, Session, User

LIFETIME = timedelta(days=30)


@dataclass(frozen=True)
class SignedIn:
    """Who makes this request, in which account, with which role. Also what Flask-Login keeps."""

    session: Session
    user: User
    account: Account
    role: Role
    secret: str
    is_authenticated = is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """The secret of the session: what the cookie carries."""
        return self.secret

    @property
    def manages_account(self) -> bool:
        """True for owner and admin; a member manages only the calendars that book them."""
        return self.role in (Role.OWNER, Role.ADMIN)

    def require_manager(self, otherwise: str) -> None:
        """Raise NotAllowed with the sentence `otherwise` for a member."""
        if not self.manages_account:
            raise NotAllowed(otherwise)


def begin(user: User, account_id: int, now: datetime, browser: str = "") -> str:
    """Open a session for `user` in the caller's transaction; the secret for the browser's cookie."""
    secret = secrets.token_urlsafe(24)
    db.session.add(
        Session(
            secret_hash=_hashed(secret),
            user_id=user.id,
            account_id=account_id,
            created_at=now,
            last_seen_at=now,
            browser=browser,
        )
    )
    db.session.flush()
    return secret


def find(secret: str, now: datetime) -> SignedIn | None:
    """The live session of this secret, with its user, account and role, in one query; None if there is none."""
    found = db.session.execute(
        select(Session, User, Account, Membership.role)
        .join(User, User.id == Session.user_id)
        .join(Account, Account.id == Session.account_id)
        .join(Membership, (Membership.user_id == User.id) & (Membership.account_id == Account.id))
        .where(Session.secret_hash == _hashed(secret), Session.ended_at.is_(None))
    ).one_or_none()
    if found is None or found[0].created_at + LIFETIME < now:
        return None
    session, user, account, role = found
    return SignedIn(session, user, account, role, secret)


def live_of(user_id: int, now: datetime) -> Sequence[Session]:
    """The user's sessions that sign somebody in, used last first."""
    live = select(Session).where(
        Session.user_id == user_id, Session.ended_at.is_(None), Session.created_at >= now - LIFETIME
    )
    return db.session.scalars(live.order_by(Session.last_seen_at.desc(), Session.id.desc())).all()


def end_own(user_id: int, session_id: int, now: datetime) -> None:
    """End one of the user's sessions; nothing happens when it is over, or somebody else's."""
    _end(Session.id == session_id, Session.user_id == user_id, now=now)


def end(session_id: int, now: datetime) -> None:
    """End one session."""
    _end(Session.id == session_id, now=now)


def end_others(user_id: int, kept_id: int, now: datetime) -> None:
    """End every session of the user but one, as after a change of password."""
    _end(Session.user_id == user_id, Session.id != kept_id, now=now)


def end_all(user_id: int, now: datetime) -> None:
    """End every session of the user, as after a password that was forgotten."""
    _end(Session.user_id == user_id, now=now)


def _end(*which: object, now: datetime) -> None:
    connection().execute(update(Session).where(Session.ended_at.is_(None), *which).values(ended_at=now))


def _hashed(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
