"""The demo's messages: what followed from its bookings, and when. Nothing leaves this machine."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select, update

from ..bookings.models import Booking
from ..db import connection, db, in_transaction
from ..events import Event
from ..messaging import reminders, service
from ..messaging.models import MessageState
from ..worker.handlers import handlers_of
from .diary import Entry, live_through

ONE_DAY = timedelta(days=1)


def catch_up(account_id: int, now: datetime) -> None:
    """React to all that happened so far, each thing at its own time; messages are kept, and their events done with."""
    live_through([*_reactions(account_id), *_reminders(account_id, now)])
    for event in _open_events(account_id, "message_queued"):
        in_transaction(partial(_keep, event))
    in_transaction(lambda: _mark_delivered(account_id))


def _reactions(account_id: int) -> Iterator[Entry]:
    for event in _open_events(account_id):
        for handler in handlers_of(event.name).values():
            yield event.at, partial(handler, event)


def _reminders(account_id: int, now: datetime) -> Iterator[Entry]:
    starts = select(Booking.starts_at).where(Booking.account_id == account_id)
    for starts_at in db.session.scalars(starts).all():
        if starts_at - ONE_DAY <= now:
            yield starts_at - ONE_DAY, reminders.queue_due


def _open_events(account_id: int, name: str | None = None) -> list[Event]:
    found = select(Event).where(Event.account_id == account_id, Event.delivered_at.is_(None))
    found = found.where(Event.name == name) if name else found
    events = list(db.session.scalars(found.order_by(Event.at)).all())
    db.session.expunge_all()
    return events


def _keep(event: Event) -> None:
    claimed = service.claim(event.data["message_id"], event.id, event.at)
    if claimed:
        service.record(claimed, MessageState.KEPT, "", event.at)


def _mark_delivered(account_id: int) -> None:
    mine = update(Event).where(Event.account_id == account_id, Event.delivered_at.is_(None))
    connection().execute(mine.values(delivered_at=Event.at))
