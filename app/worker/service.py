"""Work that failed: noted, listed, tried again, forgotten. Runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select, update

from .. import events
from ..accounts.sessions import SignedIn
from ..db import connection, db, upsert
from ..errors import Conflict, NotFound
from ..events import Event
from .models import FailedWork

RETRIED = "work_retried"
MOST_LISTED = 100
LONGEST_ERROR = 500
GIVEN_UP_IS_KEPT = timedelta(days=90)

MANAGERS_ONLY = "Only owners and admins of the workspace see its background work."


def note_failure(
    event: Event,
    handler: str,
    title: str,
    attempts: int,
    error: str,
    now: datetime,
    next_try_at: datetime | None,
) -> None:
    """List the work as failed; without a next try, as given up."""
    told = {
        "title": title[:120],
        "attempts": attempts,
        "error": error[:LONGEST_ERROR],
        "failed_at": now,
        "next_try_at": next_try_at,
    }
    row = upsert(FailedWork.__table__).values(
        account_id=event.account_id, event_id=event.id, handler=handler, **told
    )
    connection().execute(row.on_conflict_do_update(index_elements=["event_id", "handler"], set_=told))


def is_listed(event_id: str, handler: str) -> bool:
    """True when this work has failed before."""
    return db.session.scalar(select(exists().where(*_work(event_id, handler))))


def forget(event_id: str, handler: str) -> None:
    """It is done after all."""
    connection().execute(delete(FailedWork).where(*_work(event_id, handler)))


def failed_for(signed_in: SignedIn) -> Sequence[tuple[FailedWork, Event]]:
    """What failed in this person's workspace, the latest first, with the events it failed with. Raises NotAllowed."""
    signed_in.require_manager(MANAGERS_ONLY)
    found = select(FailedWork, Event).join(Event, Event.id == FailedWork.event_id)
    mine = found.where(FailedWork.account_id == signed_in.account.id)
    latest = mine.order_by(FailedWork.failed_at.desc(), FailedWork.id.desc())
    return db.session.execute(latest.limit(MOST_LISTED)).all()


def waiting_for(signed_in: SignedIn) -> int:
    """How many events of this person's workspace no worker has taken up yet."""
    mine = (Event.delivered_at.is_(None), Event.account_id == signed_in.account.id)
    return db.session.scalar(select(func.count()).select_from(Event).where(*mine))


def retry(signed_in: SignedIn, failed_id: int, now: datetime) -> None:
    """Have work that was given up tried again. Raises NotFound, NotAllowed, and Conflict when it is under way."""
    work = db.session.get(FailedWork, failed_id)
    if work is None or work.account_id != signed_in.account.id:
        raise NotFound("There is no such work. Perhaps it has been done in the meantime.")
    signed_in.require_manager(MANAGERS_ONLY)
    given_up = update(FailedWork).where(FailedWork.id == failed_id, FailedWork.next_try_at.is_(None))
    if connection().execute(given_up.values(next_try_at=now)).rowcount == 0:
        raise Conflict("This is being tried again already.")
    events.record(
        RETRIED,
        account_id=work.account_id,
        at=now,
        actor_id=signed_in.user.id,
        data={"event_id": work.event_id, "handler": work.handler},
    )


def prune(now: datetime) -> None:
    """Forget what was given up long ago."""
    long_ago = FailedWork.failed_at < now - GIVEN_UP_IS_KEPT
    connection().execute(delete(FailedWork).where(long_ago, FailedWork.next_try_at.is_(None)))


def _work(event_id: str, handler: str) -> tuple[object, object]:
    return FailedWork.event_id == event_id, FailedWork.handler == handler
