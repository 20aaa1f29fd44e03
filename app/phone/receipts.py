"""Which signed requests were taken already: the same again is a replay."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from ..db import connection, in_transaction, upsert
from ..errors import Conflict
from .models import HookReceipt
from .signing import TOLERANCE

KEPT = max(12 * TOLERANCE, timedelta(hours=1))
REPLAYED = "This very request was taken before. Nothing was done this time."

table = HookReceipt.__table__


def refuse_replay(digest: bytes, now: datetime) -> None:
    """Take a signed request once, in the caller's transaction. Raises Conflict when it was taken before."""
    receipt = upsert(table).values(digest=digest, received_at=now).on_conflict_do_nothing()
    # Not by rowcount, which psycopg leaves open for an INSERT.
    if connection().execute(receipt.returning(table.c.digest)).one_or_none() is None:
        raise Conflict(REPLAYED)


def forget_old(now: datetime) -> None:
    """Periodic: forget requests whose signatures are too old to be taken again."""
    old = delete(table).where(table.c.received_at < now - KEPT)
    in_transaction(lambda: connection().execute(old))
