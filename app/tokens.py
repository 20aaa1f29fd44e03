"""Tokens: 8 random bytes and a 16-byte HMAC-SHA256 tag, as 32 URL-safe characters. Pure.

24 bytes fill 32 characters exactly, so a token has no slack bits and no second spelling. The tag is checked in
constant time before any query; the random bytes alone, which are what the database holds, open nothing.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

NONCE_BYTES = 8
TAG_BYTES = 16
SHAPE = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)

LINK = "slotkey one-time link"
MANAGE = "slotkey manage a booking"
RECIPIENT = "slotkey recipient of a link"
RESET = "slotkey choose a new password"
INVITATION = "slotkey invitation to a workspace"
EMAIL_CHANGE = "slotkey confirm an e-mail address"


@dataclass(frozen=True)
class TokenMaker:
    """Makes and checks the tokens of one purpose. `secrets` are newest first; the first one makes new tokens."""

    purpose: str
    secrets: Sequence[str]

    @property
    def key_id(self) -> str:
        """Name of the key that makes new tokens; says nothing about the key."""
        return _key_id(self.secrets[0])

    def token(self, nonce: bytes, key_id: str) -> str | None:
        """The token of `nonce` under the key that row was made with; None when that key was dropped."""
        for secret in self.secrets:
            if _key_id(secret) == key_id:
                return urlsafe_b64encode(nonce + tag_of(secret, self.purpose, nonce)).decode()
        return None

    def code(self, nonce: bytes, key_id: str) -> str | None:
        """Six digits in place of a token, for a person to copy: worth little unless tries are counted."""
        for secret in self.secrets:
            if _key_id(secret) == key_id:
                return f"{int.from_bytes(tag_of(secret, self.purpose, nonce)) % 10**6:06}"
        return None

    def nonce(self, token: str) -> bytes | None:
        """The nonce inside a genuine token, else None. Touches no database."""
        if not SHAPE.fullmatch(token):
            return None
        raw = urlsafe_b64decode(token)
        nonce, tag = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
        genuine = False
        for secret in self.secrets:
            genuine |= hmac.compare_digest(tag, tag_of(secret, self.purpose, nonce))
        return nonce if genuine else None


def new_nonce() -> bytes:
    """Random bytes for a new row."""
    return secrets.token_bytes(NONCE_BYTES)


def tag_of(secret: str, purpose: str, signed: bytes) -> bytes:
    """What vouches for `signed` under a key of the purpose's own."""
    # A copy of a keyed one is quicker than hmac.digest, which also lets other threads have the interpreter meanwhile.
    maker = _keyed(secret, purpose).copy()
    maker.update(signed)
    return maker.digest()[:TAG_BYTES]


@lru_cache(maxsize=64)
def _keyed(secret: str, purpose: str) -> hmac.HMAC:
    return hmac.new(_key(secret, purpose), digestmod="sha256")


@lru_cache(maxsize=64)
def _key(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")


@lru_cache(maxsize=64)
def _key_id(secret: str) -> str:
    return sha256(_key(secret, "slotkey key id")).hexdigest()[:8]
