"""People and workspaces: the first account, signing in, profile and password. Runs in the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from .. import emails, zones
from ..db import connection, db
from ..errors import Conflict, Invalid, NotAllowed
from . import sessions
from .models import Account, Membership, Role, User
from .sessions import SignedIn

NO_WORKSPACE = "You belong to no workspace any more. Ask one of its owners to invite you again."


@dataclass(frozen=True)
class NewUser:
    """What is known of a person who is about to get an account; `create_account` checks e-mail and zone.

    `password_hash` comes from `passwords.hashed`: made before the transaction, which must not wait for it.
    """

    name: str
    email: str
    password_hash: str
    tz: str
    locale: str


def create_account(name: str, user: NewUser, now: datetime) -> User:
    """A workspace called `name` with `user` as its owner. Raises Invalid, and Conflict for a known e-mail."""
    account = Account(name=name.strip() or f"{user.name.strip()}'s workspace", created_at=now)
    owner = User(
        name=user.name.strip(),
        email=checked_email(user.email),
        password_hash=user.password_hash,
        tz=checked_tz(user.tz),
        locale=user.locale,
        created_at=now,
    )
    db.session.add_all([account, owner])
    try:
        db.session.flush()
    except IntegrityError as known:
        raise Conflict(f"{owner.email} already has an account.") from known
    db.session.add(Membership(account_id=account.id, user_id=owner.id, role=Role.OWNER))
    db.session.flush()
    return owner


def user_by_email(email: str) -> User | None:
    """Whoever signs in with this e-mail, however it is spelt."""
    return db.session.scalar(select(User).where(User.email == email.strip().lower()))


def begin_session(user: User, now: datetime, browser: str = "") -> SignedIn:
    """A new session of somebody whose password was right, in their account. Raises NotAllowed without one."""
    account_id = account_of(user.id)
    if account_id is None:
        raise NotAllowed(NO_WORKSPACE)
    secret = sessions.begin(user, account_id, now, browser)
    return sessions.find(secret, now)


def account_of(user_id: int) -> int | None:
    """The workspace the person belongs to; None once they have left it."""
    return db.session.scalar(select(Membership.account_id).where(Membership.user_id == user_id))


def change_profile(user: User, name: str, tz: str, locale: str) -> None:
    """New name, zone and locale. Calendars keep the zone they have."""
    user.name, user.tz, user.locale = name.strip(), checked_tz(tz), locale


def hold(account_id: int) -> None:
    """Let what the caller reads of the account next stand until its transaction ends, for all who hold it first.

    Of two who change the team or the fields of contacts at once, one then sees what the other did. Whoever only refers
    to the account meanwhile, such as somebody who accepts an invitation, does not wait.
    """
    db.session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))


def renew_hash(user_id: int, checked: str, renewed: str) -> bool:
    """Store another hash of the same password; False when the user no longer has the hash that was `checked`."""
    same = update(User).where(User.id == user_id, User.password_hash == checked)
    return connection().execute(same.values(password_hash=renewed)).rowcount == 1


def checked_email(email: str) -> str:
    """The address in lower case, as it is stored. Raises Invalid with the reason."""
    try:
        return emails.normalized(email.strip()).lower()
    except ValueError as wrong:
        raise Invalid(f"This is not an e-mail address we can use. {wrong}", "email") from wrong


def checked_tz(name: str) -> str:
    """The zone by the name it goes by here (Asia/Calcutta -> Asia/Kolkata). Raises Invalid."""
    known = zones.canonical(name)
    if known is None:
        raise Invalid(f"There is no time zone called {name}.", "tz")
    return known
