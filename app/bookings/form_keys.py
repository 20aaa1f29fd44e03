"""Form keys: a signed random key in every booking form, bound to one link or calendar.

The same form sent twice carries the same key, so the second answer can be the first one's. Rows keep its hash.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from itsdangerous import BadSignature, URLSafeSerializer

SALT = "slotkey form key"


@dataclass(frozen=True)
class FormKey:
    """A genuine key: its hash, and when its form was made."""

    hash: bytes
    made_at: datetime

    def is_older_than(self, age: timedelta, now: datetime) -> bool:
        """True when the form was made more than `age` ago."""
        return now - self.made_at > age


def new_form_key(keys: Sequence[str], subject: str, now: datetime) -> str:
    """A key for one form about `subject` ("link:7", "calendar:3"); `keys` are the server's, newest first."""
    return _signer(keys, subject).dumps([secrets.token_urlsafe(16), int(now.timestamp())])


def read_form_key(keys: Sequence[str], subject: str, text: str) -> FormKey | None:
    """The key in `text`, or None when it is not ours or was made for something else."""
    try:
        key, made = _signer(keys, subject).loads(text)
    except BadSignature:
        return None
    return FormKey(sha256(key.encode()).digest(), _instant(made))


def _signer(keys: Sequence[str], subject: str) -> URLSafeSerializer:
    return URLSafeSerializer(list(reversed(keys)), salt=f"{SALT} {subject}")


def _instant(epoch_seconds: int) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, UTC)
