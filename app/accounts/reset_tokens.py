"""The secret in a mail by which somebody chooses a new password. Pure.

No row stands behind it: it names a person and an hour, and its tag covers what is stored of that person (`state`: the
present e-mail and password hash). So it works once, and is dead as soon as either has changed.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime

from ..tokens import RESET, tag_of

ID_BYTES, TIME_BYTES = 7, 4
PAYLOAD_BYTES = ID_BYTES + TIME_BYTES
SHAPE = re.compile(r"[A-Za-z0-9_-]{36}", re.ASCII)  # 27 bytes, without slack bits


def make(user_id: int, state: str, expires_at: datetime, secrets: Sequence[str]) -> str:
    """A token for the user as `state` describes them now; newest secret first."""
    payload = user_id.to_bytes(ID_BYTES) + int(expires_at.timestamp()).to_bytes(TIME_BYTES)
    return urlsafe_b64encode(payload + _tag(secrets[0], payload, state)).decode()


def user_of(token: str) -> int | None:
    """Whom the token names, not checked yet; None for what cannot be a token."""
    return int.from_bytes(_raw(token)[:ID_BYTES]) if SHAPE.fullmatch(token) else None


def is_genuine(token: str, state: str, secrets: Sequence[str], now: datetime) -> bool:
    """True when the token was made here for this very state, and its hour is not over."""
    raw = _raw(token)
    payload, tag = raw[:PAYLOAD_BYTES], raw[PAYLOAD_BYTES:]
    genuine = False
    for secret in secrets:
        genuine |= hmac.compare_digest(tag, _tag(secret, payload, state))
    return genuine and now.timestamp() < int.from_bytes(payload[ID_BYTES:])


def _raw(token: str) -> bytes:
    return urlsafe_b64decode(token)


def _tag(secret: str, payload: bytes, state: str) -> bytes:
    return tag_of(secret, RESET, payload + state.encode())
