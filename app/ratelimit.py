"""Limits on attempts, counted in the database so that they hold across processes.

A key is hashed: the table holds no address and no e-mail. Counting has its own transaction; an attempt that is
refused and rolled back still counts.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy import Integer, LargeBinary, PrimaryKeyConstraint, bindparam, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from . import config
from .amounts import wait_words
from .db import Base, UtcDateTime, connection, in_transaction, upsert
from .errors import TooMany
from .prepared import Prepared

CLEARED_EVERY = 256  # attempts, on average


class RateCount(Base):
    """Attempts of one key in one window."""

    __tablename__ = "rate_count"
    __table_args__ = (PrimaryKeyConstraint("key", "window_ends_at"),)

    key: Mapped[bytes] = mapped_column(LargeBinary(16))
    window_ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    attempts: Mapped[int] = mapped_column(Integer)


_COUNTED = Prepared(
    select(RateCount.attempts).where(
        RateCount.key == bindparam("key"), RateCount.window_ends_at == bindparam("ends_at")
    )
)


@dataclass(frozen=True)
class Limit:
    """At most `attempts` in each `window`; `sentence` is what the person reads once it is reached.

    "{wait}" in it is how long the window still lasts.

    RATE_LIMIT_FACTOR multiplies it, unless it `is_fixed`, as a limit is that keeps guesses in bounds.
    """

    name: str
    attempts: int
    window: timedelta
    sentence: str
    is_fixed: bool = False

    @property
    def most(self) -> float:
        """How many attempts pass in this installation."""
        return self.attempts * (1 if self.is_fixed else config.current().rate_limit_factor)

    def refusal(self, wait: timedelta) -> TooMany:
        """What to raise while the window lasts; its words and its Retry-After agree."""
        words = wait_words(wait.total_seconds())
        return TooMany(self.sentence.replace("{wait}", words), retry_after=wait)


def check(limit: Limit, *key: object, now: datetime) -> None:
    """Raise TooMany when `key` has used up `limit` in the present window."""
    ends_at = _window_end(limit, now)
    counted = _COUNTED.first(key=_hashed(limit, key), ends_at=ends_at)
    if counted and counted[0] >= limit.most:
        raise limit.refusal(ends_at - now)


def count(limit: Limit, *key: object, now: datetime) -> None:
    """Add one attempt for `key`, in a transaction of its own; now and then, clear away windows that are over."""
    in_transaction(lambda: _count(_hashed(limit, key), _window_end(limit, now), now))


def take(limit: Limit, *key: object, now: datetime) -> None:
    """Count one attempt of `key`, and raise TooMany when it is one too many. Of all that come at once, no more pass.

    For what costs somebody else something, as a mail does; `check` and `count` are for mistakes.
    """
    ends_at = _window_end(limit, now)
    attempts = in_transaction(lambda: _count(_hashed(limit, key), ends_at, now))
    if attempts > limit.most:
        raise limit.refusal(ends_at - now)


def forget_past(now: datetime) -> int:
    """Delete the counts of windows that are over, in the caller's transaction; how many rows that were."""
    return connection().execute(delete(RateCount).where(RateCount.window_ends_at < now)).rowcount


def _count(key: bytes, ends_at: datetime, now: datetime) -> int:
    attempts = _add_one(key, ends_at)
    if secrets.randbelow(CLEARED_EVERY) == 0:
        forget_past(now)
    return attempts


def _add_one(key: bytes, ends_at: datetime) -> int:
    row = upsert(RateCount).values(key=key, window_ends_at=ends_at, attempts=1)
    one_more = row.on_conflict_do_update(
        index_elements=["key", "window_ends_at"], set_={"attempts": RateCount.attempts + 1}
    )
    return connection().execute(one_more.returning(RateCount.attempts)).scalar_one()


def _window_end(limit: Limit, now: datetime) -> datetime:
    length = limit.window.total_seconds()
    return now + timedelta(seconds=length - now.timestamp() % length)


def _hashed(limit: Limit, key: tuple[object, ...]) -> bytes:
    secret = config.current().secrets[0].encode()[:64]
    return blake2b(repr((limit.name, key)).encode(), digest_size=16, key=secret).digest()
