"""The demo's messages: what followed from its bookings, and when. Nothing leaves this machine."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter

from sqlalchemy import ColumnElement, select, update

from ..bookings.models import Booking
from ..db import EPOCH, connection, db, in_transaction
from ..events import Event
from ..messaging import reminders, service
from ..messaging.models import MessageState
from ..worker.handlers import handlers_of
from ..workflows import runs
from ..workflows.models import WorkflowRun
from .diary import Entry

ONE_DAY = timedelta(days=1)
QUEUED = "message_queued"


def catch_up(account_id: int, now: datetime) -> None:
    """React to all that happened so far, each thing at its own time; messages are kept, and their events done with.

    What follows leads to more, and takes its place among what is still to come: contacts come into workflows, whose
    waits end one after the other.
    """
    seen: set[str] = set()
    begun: set[tuple[int, datetime]] = set()
    upcoming = [*_reactions(account_id, seen), *_reminders(account_id, now)]
    while upcoming:
        upcoming.sort(key=itemgetter(0))
        at, happens = upcoming.pop(0)
        happens(at)
        upcoming += [*_reactions(account_id, seen, since=at), *_waits(account_id, begun, now)]
    for event in _open_events(account_id, Event.name == QUEUED):
        in_transaction(partial(_keep, event))
    in_transaction(lambda: _mark_delivered(account_id))


def _reactions(account_id: int, seen: set[str], since: datetime = EPOCH) -> Iterator[Entry]:
    for event in _open_events(account_id, Event.name != QUEUED, Event.at >= since, Event.id.not_in(seen)):
        seen.add(event.id)
        for handler in handlers_of(event.name).values():
            yield event.at, partial(handler, event)


def _waits(account_id: int, begun: set[tuple[int, datetime]], now: datetime) -> Iterator[Entry]:
    """Runs of workflows that have waited long enough by now."""
    waiting = select(WorkflowRun.id, WorkflowRun.due_at).where(
        WorkflowRun.account_id == account_id, WorkflowRun.due_at <= now
    )
    for run_id, due_at in db.session.execute(waiting).all():
        if (run_id, due_at) not in begun:
            begun.add((run_id, due_at))
            yield due_at, partial(_go_on, run_id)


def _go_on(run_id: int, now: datetime) -> None:
    in_transaction(lambda: runs.resume([run_id], now))


def _reminders(account_id: int, now: datetime) -> Iterator[Entry]:
    starts = select(Booking.starts_at).where(Booking.account_id == account_id)
    for starts_at in db.session.scalars(starts).all():
        if starts_at - ONE_DAY <= now:
            yield starts_at - ONE_DAY, reminders.queue_due


def _open_events(account_id: int, *which: ColumnElement[bool]) -> list[Event]:
    found = select(Event).where(Event.account_id == account_id, Event.delivered_at.is_(None), *which)
    events = list(db.session.scalars(found.order_by(Event.at, Event.id)).all())
    db.session.expunge_all()
    return events


def _keep(event: Event) -> None:
    claimed = service.claim(event.data["message_id"], event.id, event.at)
    if claimed:
        service.record(claimed, MessageState.KEPT, "", event.at)


def _mark_delivered(account_id: int) -> None:
    mine = update(Event).where(Event.account_id == account_id, Event.delivered_at.is_(None))
    connection().execute(mine.values(delivered_at=Event.at))
