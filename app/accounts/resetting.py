"""A new password for somebody who has forgotten theirs, by a link in a mail. Opens its own transactions."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from .. import config, events, ratelimit
from ..db import db, in_transaction, transaction
from ..errors import DomainError, NotFound
from ..ratelimit import Limit
from . import email_changes, passwords, reset_tokens, service, sessions
from .models import Membership, User

LIFETIME = timedelta(hours=1)
AN_HOUR = timedelta(hours=1)
PER_EMAIL = Limit(
    "password reset",
    5,
    AN_HOUR,
    "A link was asked for several times for this address. Look for it among unwanted mail too, "
    "or ask again in {wait}.",
)
PER_ADDRESS = Limit(
    "password reset from an address",
    20,
    AN_HOUR,
    "Too many links were asked for. Please try again in {wait}.",
)
NOBODY = Limit("password reset for nobody", 1, AN_HOUR, "")


class ResetGone(DomainError):
    """The link was used, has become too old, or was never ours."""

    status = 410
    title = "This link does not work any more"
    way_on = ("Ask for a new link", "accounts.forgot_password")

    def __init__(self) -> None:
        super().__init__("It works once, for an hour after it was asked for. Ask for a new one.")


def ask(email: str, address: str, now: datetime) -> None:
    """Have a link sent to the person who signs in with `email`, if there is one. Raises TooMany.

    Nothing tells the caller whether there is: for an address that nobody has, a count is written in place of the
    event, which takes as long.
    """
    wanted = email.strip().lower()
    limits = ((PER_EMAIL, wanted), (PER_ADDRESS, address))
    for limit, key in limits:
        ratelimit.check(limit, key, now=now)
    for limit, key in limits:
        ratelimit.count(limit, key, now=now)
    found = db.session.execute(
        select(User.id, User.email, User.password_hash, Membership.account_id)
        .join(Membership, Membership.user_id == User.id)
        .where(User.email == wanted)
    ).one_or_none()
    if found is None:
        ratelimit.count(NOBODY, wanted, now=now)
        return
    data = {"user_id": found.id, "mark": mark_of(found)}
    in_transaction(
        lambda: events.record("password_reset_asked", account_id=found.account_id, at=now, data=data)
    )


def mark_of(user: Any) -> str:
    """A short mark of the present e-mail and password: another one tells that what was asked for is settled."""
    return sha256(_state(user).encode()).hexdigest()[:16]


def token_of(user: User, asked_at: datetime) -> str:
    """The secret behind /r/ for this person: for a mail to them, or for the operator to hand over."""
    return reset_tokens.make(user.id, _state(user), asked_at + LIFETIME, config.current().secrets)


def user_called(email: str) -> User:
    """Whoever signs in with this e-mail, for the operator's command. Raises NotFound."""
    user = service.user_by_email(email)
    if user is None:
        raise NotFound(f"Nobody signs in with {email}.")
    return user


def user_of(token: str, now: datetime) -> User:
    """Who may choose a new password by this token. Raises ResetGone."""
    user_id = reset_tokens.user_of(token)
    user = db.session.get(User, user_id, populate_existing=True) if user_id else None
    if user is None or not reset_tokens.is_genuine(token, _state(user), config.current().secrets, now):
        raise ResetGone
    return user


def reset(token: str, password: str, now: datetime) -> User:
    """Store the new password; every session ends, and a change of e-mail that waits is withdrawn.

    Raises ResetGone, and Invalid for a poor password.
    """
    user = user_of(token, now)
    checked, renewed = user.password_hash, passwords.hashed(password)
    with transaction():
        email_changes.withdraw(user.id, now)  # first: whoever confirms one takes the rows in this order too
        # Hashing takes a while: of two who send the same link at once, one is too late.
        if not service.renew_hash(user.id, checked, renewed):
            raise ResetGone
        sessions.end_all(user.id, now)
    return user


def _state(user: Any) -> str:
    return f"{user.email}\n{user.password_hash}"
