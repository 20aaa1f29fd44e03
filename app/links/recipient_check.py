"""The recipient check: who holds the link enters a code that was sent to the address it was made for.

A code belongs to one link, one address and the browser that asked for it. It takes 5 tries and lives 15 minutes.

What a stranger who holds the link can reach by guessing: a network gets 4 codes an hour and 8 a day, so 40 tries a
day at a million codes, 1 in 25,000. All networks together get 40 codes a day, so 200 tries, 1 in 5,000; each of these
codes is a mail in the recipient's box and a line on the owner's timeline, which is how such a siege is noticed.

What a stranger can lock: tries use up only the stranger's own code, and codes only what their own network has of them,
unless they come from five networks at once; then no new code goes out until the day is over, while codes that were
sent go on working. A browser that has passed is asked nothing more, so it cannot be locked out at all.

Days and hours are those of UTC, and RATE_LIMIT_FACTOR changes none of these numbers.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, update

from .. import config, events, tokens
from ..db import connection
from .lookup import FoundLink
from .models import RecipientChallenge

table = RecipientChallenge.__table__
MOST_TRIES = 5
LIVES = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


class Tried(NamedTuple):
    """How a try went, and how many are left."""

    is_right: bool
    left: int


def ask(link: FoundLink, now: datetime) -> int:
    """A new code for the link's recipient, who gets it by mail; the challenge's id. In the caller's transaction."""
    challenge = {
        "link_id": link.id,
        "email": link.for_email,
        "nonce": tokens.new_nonce(),
        "key_id": _codes().key_id,
        "asked_at": now,
        "expires_at": now + LIVES,
        "tries": 0,
    }
    made = connection().execute(insert(table).values(challenge).returning(table.c.id)).scalar_one()
    _record("recipient_code_asked", link, made, now)
    return made


def try_code(link: FoundLink, challenge_id: int, code: str, now: datetime) -> Tried | None:
    """Whether this is the code, in the caller's transaction, which has to be kept in either case: the try counts.

    None when there is nothing to try: too late, tried too often, or for an address that the link no longer has.
    """
    found = connection().execute(_count_try(link, challenge_id, now)).one_or_none()
    if found is None:
        return None
    expected = code_of(found)
    is_right = expected is not None and compare_digest(expected, code)
    _record("recipient_check_passed" if is_right else "recipient_check_failed", link, challenge_id, now)
    return Tried(is_right, MOST_TRIES - found.tries)


def code_of(challenge: Any) -> str | None:
    """The code of a challenge; None when the server key that makes it was dropped."""
    return _codes().code(challenge.nonce, challenge.key_id)


def mark_of(link: FoundLink) -> str:
    """What a browser that has passed keeps of the recipient: another address has another one."""
    return sha256(link.for_email.lower().encode()).hexdigest()[:16]


def forget_past(now: datetime) -> None:
    """Delete challenges that are long over, in the caller's transaction."""
    connection().execute(delete(table).where(table.c.expires_at < now - FORGOTTEN_AFTER))


def _count_try(link: FoundLink, challenge_id: int, now: datetime) -> Any:
    """One UPDATE counts the try and decides whether it is one: of all that come at once, no more than five are."""
    return (
        update(table)
        .where(
            table.c.id == challenge_id,
            table.c.link_id == link.id,
            table.c.email == link.for_email,
            table.c.expires_at > now,
            table.c.tries < MOST_TRIES,
        )
        .values(tries=table.c.tries + 1)
        .returning(table.c.nonce, table.c.key_id, table.c.tries)
    )


def _codes() -> tokens.TokenMaker:
    return tokens.TokenMaker(tokens.RECIPIENT, config.current().secrets)


def _record(name: str, link: FoundLink, challenge_id: int, now: datetime) -> None:
    events.record(
        name,
        account_id=link.account_id,
        calendar_id=link.calendar_id,
        link_id=link.id,
        at=now,
        data={"challenge_id": challenge_id},
    )
