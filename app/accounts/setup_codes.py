"""The one-time code that makes the first account: printed at start, stored hashed, taken by deleting its row."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select

from .. import ratelimit
from ..db import connection, db, upsert
from ..errors import Conflict, Invalid
from ..ratelimit import Limit
from .models import SetupCode, User

LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
GUESSES = Limit(
    "setup code",
    10,
    timedelta(minutes=15),
    "Too many wrong codes. Try again in {wait}.",
)
WRONG = "This is not the code that was printed last. The command slotkey setup-code prints a new one."
GROUPS, GROUP = 4, 5  # 98 bits
THE_ONLY = 1  # one row at most, so that two people with two codes cannot both be first


class AlreadySetUp(Conflict):
    """There is an account; nobody can be first any more."""

    title = "Slotkey is already set up"


def has_account() -> bool:
    """True once anybody can sign in."""
    return db.session.scalar(select(User.id).limit(1)) is not None


def new_code(now: datetime) -> str:
    """A fresh code in place of the earlier one, in the caller's transaction. Raises AlreadySetUp."""
    _require_no_account()
    groups = ["".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS)]
    code = "-".join(groups)
    values = {"code_hash": _hashed(code), "created_at": now}
    row = upsert(SetupCode).values(id=THE_ONLY, **values)
    connection().execute(row.on_conflict_do_update(index_elements=["id"], set_=values))
    return code


def check(code: str, address: str, now: datetime) -> None:
    """The same refusals as `take`, without taking it: cheap, before a password is hashed.

    Counts wrong codes by address, in a transaction of its own, and raises TooMany.
    """
    _require_no_account()
    ratelimit.check(GUESSES, address, now=now)
    if db.session.scalar(select(SetupCode.id).where(SetupCode.code_hash == _hashed(code))) is None:
        ratelimit.count(GUESSES, address, now=now)
        raise Invalid(WRONG, "code")


def take(code: str) -> None:
    """Use up the code, in the transaction that makes the first account. Of two at once, one gets it.

    Raises Invalid for a wrong code, AlreadySetUp when somebody was faster.
    """
    taken = connection().execute(delete(SetupCode).where(SetupCode.code_hash == _hashed(code)))
    _require_no_account()
    if taken.rowcount != 1:
        raise Invalid(WRONG, "code")


def _require_no_account() -> None:
    if has_account():
        raise AlreadySetUp("Slotkey already has an account. Sign in with it.")


def _hashed(code: str) -> bytes:
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return sha256(letters.encode()).digest()
