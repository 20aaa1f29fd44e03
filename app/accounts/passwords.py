"""Hashes and verifies passwords with argon2id, a few at a time."""

import secrets
from datetime import timedelta
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..errors import Invalid, Unavailable

SHORTEST, LONGEST = 10, 200
TOO_SHORT = (
    f"Choose a password of at least {SHORTEST} characters. "
    "A few words in a row are easy to remember and hard to guess."
)
# One hash takes 64 MiB and a tenth of a second: more at once would let strangers fill the memory.
AT_ONCE = 2
LONGEST_WAIT_SECONDS = 10

_hasher = PasswordHasher()
_places = BoundedSemaphore(AT_ONCE)


def hashed(password: str) -> str:
    """What to store for the password. Raises Invalid for one that is too short or too long, Unavailable when busy."""
    if len(password) < SHORTEST:
        raise Invalid(TOO_SHORT, "password")
    if len(password) > LONGEST:
        raise Invalid(f"Choose a password of at most {LONGEST} characters.", "password")
    with _Place():
        return _hasher.hash(password)


def is_right(password: str, stored: str | None) -> bool:
    """True when `stored` was made from the password. Somebody who does not exist, or has none, takes as long."""
    with _Place():
        try:
            _hasher.verify(stored or _nobodys(), password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return bool(stored)  # nor does anybody have an empty one


def is_outdated(stored: str) -> bool:
    """True when the hash was made with other parameters than today's and should be made anew."""
    return _hasher.check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe())


class _Place:
    """One of the few places for hashing; whoever waits too long is sent away."""

    def __enter__(self) -> None:
        if not _places.acquire(timeout=LONGEST_WAIT_SECONDS):
            raise Unavailable("Many people are signing in just now. Please try again.", timedelta(seconds=10))

    def __exit__(self, *_raised: object) -> None:
        _places.release()
