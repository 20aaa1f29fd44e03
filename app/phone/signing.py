"""Signatures of requests between programs. Pure.

Two schemes. Ours is that of Standard Webhooks: HMAC-SHA256 over id, time and body, so that a signature is good for one
request and for minutes. Twilio's is HMAC-SHA1 over the address and the sorted fields, with no time in it.
"""

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
# No dots: they part what is signed, and a dot in an id would give one signature two meanings.
HOOK_ID = re.compile(r"[A-Za-z0-9_:+-]{1,120}", re.ASCII)


def secret_of(key: bytes) -> str:
    """A key as it is shown, copied and stored in settings."""
    return PREFIX + b64encode(key).decode()


def key_of(secret: str) -> bytes:
    """The bytes to sign with. Raises ValueError for what is no secret of the scheme."""
    return b64decode(secret.removeprefix(PREFIX), validate=True)


def signed_headers(secret: str, hook_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that go with `body`."""
    seconds = int(at.timestamp())
    return {
        "webhook-id": hook_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(key_of(secret), hook_id, seconds, body),
    }


def signature(key: bytes, hook_id: str, seconds: int, body: bytes) -> str:
    """ "v1," and the signature in base64."""
    signed = f"{hook_id}.{seconds}.".encode() + body
    return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()


def is_genuine(keys: Iterable[bytes], hook_id: str, seconds: int, body: bytes, given: str) -> bool:
    """True when one of the signatures in `given`, which are separated by blanks, was made with one of the keys."""
    if not HOOK_ID.fullmatch(hook_id):
        return False
    wanted = [signature(key, hook_id, seconds, body).encode() for key in keys]
    genuine = False
    for each in given.split():
        for ours in wanted:
            genuine |= hmac.compare_digest(each.encode(), ours)
    return genuine


def is_timely(seconds: int, now: datetime) -> bool:
    """True when the request was signed a moment ago; clocks may differ by as much."""
    return abs(now.timestamp() - seconds) <= TOLERANCE.total_seconds()


def twilio_signature(token: str, address: str, fields: Sequence[tuple[str, str]]) -> str:
    """What Twilio sends as X-Twilio-Signature with a form posted to `address`, its query included."""
    signed = address + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return b64encode(hmac.digest(token.encode(), signed.encode(), "sha1")).decode()


def is_twilios(token: str, address: str, fields: Sequence[tuple[str, str]], given: str) -> bool:
    """True when `given` is the signature that Twilio makes with our token."""
    return hmac.compare_digest(twilio_signature(token, address, fields).encode(), given.encode())
