"""Work done again and again, while it fails: noted, listed, forgotten. Runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select

from ..accounts.sessions import SignedIn
from ..db import connection, db, upsert
from .models import FailingPeriodic
from .service import LONGEST_ERROR, MANAGERS_ONLY

FORGOTTEN_AFTER = timedelta(days=90)  # nobody does it any more: another version calls it otherwise


def note_failure(name: str, error: str, now: datetime, next_try_at: datetime) -> None:
    """List it as failing since the first time it failed in a row."""
    told = {"error": error[:LONGEST_ERROR], "failed_at": now, "next_try_at": next_try_at}
    row = upsert(FailingPeriodic.__table__).values(name=name, since=now, **told)
    connection().execute(row.on_conflict_do_update(index_elements=["name"], set_=told))


def is_failing(name: str) -> bool:
    """True when it failed the last time."""
    return db.session.scalar(select(exists().where(FailingPeriodic.name == name)))


def forget(name: str) -> None:
    """It was done."""
    connection().execute(delete(FailingPeriodic).where(FailingPeriodic.name == name))


def failing_for(signed_in: SignedIn) -> Sequence[FailingPeriodic]:
    """What fails, the longest first; it is done for the whole installation. Raises NotAllowed."""
    signed_in.require_manager(MANAGERS_ONLY)
    return db.session.scalars(select(FailingPeriodic).order_by(FailingPeriodic.since)).all()


def prune(now: datetime) -> None:
    """Forget what is not tried any more."""
    old = FailingPeriodic.failed_at < now - FORGOTTEN_AFTER
    connection().execute(delete(FailingPeriodic).where(old))
