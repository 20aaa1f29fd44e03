"""Another e-mail address to sign in with, once it is confirmed from its mailbox. Runs in the caller's transaction."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from .. import config, events, tokens
from ..db import connection, db
from ..errors import Conflict, DomainError, Invalid
from ..ratelimit import Limit
from . import service
from .models import EmailChange, User
from .sessions import SignedIn

LIFETIME = timedelta(days=1)
PER_USER = Limit(
    "change of e-mail",
    5,
    timedelta(hours=1),
    "You have asked for this several times. Please try again in {wait}.",
)
TAKEN = "This address cannot be used: it belongs to somebody else here."


class ChangeGone(DomainError):
    """The change was confirmed or withdrawn, is too old, or was never ours."""

    status = 410
    title = "This link does not work any more"
    way_on = ("Go to Account", "accounts.show")

    def __init__(self) -> None:
        super().__init__("The address was confirmed, or is to be asked for again under Account.")


def ask(signed_in: SignedIn, email: str, now: datetime) -> None:
    """Have the new address asked to confirm, and the old one told. An earlier wish is withdrawn. Raises Invalid.

    Whether somebody else has the address already is not said here: only its mailbox learns it.
    """
    user, email = signed_in.user, service.checked_email(email)
    if email == user.email:
        raise Invalid("This is your address already.", "email")
    withdraw(user.id, now)  # in one transaction with the new one: at most one is open
    change = EmailChange(
        user_id=user.id,
        old_email=user.email,
        new_email=email,
        nonce=tokens.new_nonce(),
        key_id=_maker().key_id,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    db.session.add(change)
    try:
        db.session.flush()
    except IntegrityError as twice:
        raise Conflict("You have just asked for this in another window.") from twice
    _record("email_change_asked", signed_in.account.id, user.id, now, change_id=change.id)


def pending_of(user_id: int, now: datetime) -> EmailChange | None:
    """The change that waits to be confirmed."""
    return db.session.scalar(select(EmailChange).where(*_open(now), EmailChange.user_id == user_id))


def withdraw(user_id: int, now: datetime) -> None:
    """Keep the present address; nothing happens when nothing waits."""
    waiting = update(EmailChange).where(
        EmailChange.user_id == user_id,
        EmailChange.confirmed_at.is_(None),
        EmailChange.withdrawn_at.is_(None),
    )
    connection().execute(waiting.values(withdrawn_at=now))


def token_of(change: EmailChange) -> str | None:
    """The secret behind /e/; None when the server key that made it was dropped."""
    return _maker().token(change.nonce, change.key_id)


def find(token: str, now: datetime) -> EmailChange:
    """The change of a genuine token. Raises ChangeGone for every other text, and for one that is over."""
    nonce = _maker().nonce(token)
    change = (
        db.session.scalar(select(EmailChange).where(*_open(now), EmailChange.nonce == nonce))
        if nonce
        else None
    )
    if change is None:
        raise ChangeGone
    return change


def is_open(change: EmailChange, now: datetime) -> bool:
    """True while it can be confirmed."""
    return change.confirmed_at is None and change.withdrawn_at is None and now < change.expires_at


def confirm(change: EmailChange, now: datetime) -> None:
    """Sign the person in with the new address from now on. Works once. Raises ChangeGone, Conflict if it is taken."""
    still = update(EmailChange).where(*_open(now), EmailChange.id == change.id)
    if connection().execute(still.values(confirmed_at=now)).rowcount != 1:
        raise ChangeGone
    set_email(change.user_id, change.old_email, change.new_email, now)


def set_email(user_id: int, old: str, new: str, now: datetime) -> None:
    """The new address in place of the old one; links to choose a new password that were sent there are dead."""
    same = update(User).where(User.id == user_id, User.email == old)
    try:
        changed = connection().execute(same.values(email=service.checked_email(new))).rowcount
    except IntegrityError as taken:
        raise Conflict(TAKEN) from taken
    if changed != 1:
        raise ChangeGone
    account_id = service.account_of(user_id)
    if account_id:
        _record("email_changed", account_id, user_id, now)


def _open(now: datetime) -> tuple[object, ...]:
    return (
        EmailChange.confirmed_at.is_(None),
        EmailChange.withdrawn_at.is_(None),
        EmailChange.expires_at > now,
    )


def _maker() -> tokens.TokenMaker:
    return tokens.TokenMaker(tokens.EMAIL_CHANGE, config.current().secrets)


def _record(name: str, account_id: int, user_id: int, now: datetime, /, **data: int) -> None:
    events.record(name, account_id=account_id, actor_id=user_id, at=now, data={"user_id": user_id, **data})
