"""Letting people in by e-mail and password, and slowing down those who guess. Opens its own transactions."""

from datetime import datetime, timedelta

from .. import ratelimit
from ..db import transaction
from ..errors import Invalid
from ..ratelimit import Limit
from . import passwords, service
from .models import User
from .sessions import SignedIn

QUARTER = timedelta(minutes=15)
SLOW_DOWN = "Too many attempts with a wrong password. Try again in {wait}."
# Per e-mail and address: guessing from one place keeps nobody out who comes from another.
PER_PERSON = Limit("sign-in", 10, QUARTER, SLOW_DOWN)
PER_ADDRESS = Limit("sign-in from an address", 60, QUARTER, SLOW_DOWN)
NO_MATCH = "This e-mail and this password do not belong together."


def sign_in(email: str, password: str, address: str, now: datetime, browser: str = "") -> SignedIn:
    """A new session. Raises Invalid, with one sentence whatever was wrong, TooMany, and NotAllowed without a workspace.

    An unknown e-mail costs as much time as a known one.
    """
    user = service.user_by_email(email)
    checked = user.password_hash if user else None
    _verify(email, password, user, address, now, Invalid(NO_MATCH))
    renewed = passwords.hashed(password) if passwords.is_outdated(checked) else checked
    with transaction():
        # Checking takes a while. Whoever changes a password meanwhile ends all sessions, and none may follow.
        if not service.renew_hash(user.id, checked, renewed):
            raise Invalid(NO_MATCH)
        return service.begin_session(user, now, browser)


def confirm(user: User, password: str, address: str, now: datetime) -> None:
    """Make sure that somebody who is signed in knows their password. Raises Invalid and TooMany."""
    wrong = Invalid("This is not your present password.", "current_password")
    _verify(user.email, password, user, address, now, wrong)


def _verify(
    email: str, password: str, user: User | None, address: str, now: datetime, wrong: Invalid
) -> None:
    limits = ((PER_PERSON, (email.strip().lower(), address)), (PER_ADDRESS, (address,)))
    for limit, key in limits:
        ratelimit.check(limit, *key, now=now)
    if passwords.is_right(password, user.password_hash if user else None):
        return
    for limit, key in limits:
        ratelimit.count(limit, *key, now=now)
    raise wrong
