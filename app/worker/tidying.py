"""Forgets what nobody looks at any more.

Events of a link, a booking or a contact are its timeline, and stay as long as it does. Others, of calendars and of work
itself, go when they have been delivered and are older than EVENTS_KEPT_DAYS, unless failed work still needs them.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select

from .. import config
from ..db import connection, db, in_transaction
from ..events import Event
from . import periodic, service
from .models import FailedWork

AT_ONCE = 1_000


def tidy(now: datetime) -> None:
    """Prune events and failed work, a part at a time: bookings wait for no long transaction."""
    in_transaction(lambda: service.prune(now))
    in_transaction(lambda: periodic.prune(now))
    before = now - timedelta(days=config.current().events_kept_days)
    while ids := _old_events(before):
        in_transaction(lambda known=ids: connection().execute(delete(Event).where(Event.id.in_(known))))


def _old_events(before: datetime) -> list[str]:
    """Found before any transaction: it means looking at all events."""
    is_old = (Event.delivered_at < before, Event.at < before)
    on_no_timeline = (Event.link_id.is_(None), Event.booking_id.is_(None), Event.contact_id.is_(None))
    is_needed = exists().where(FailedWork.event_id == Event.id)
    old = select(Event.id).where(*is_old, *on_no_timeline, ~is_needed)
    with db.engine.connect() as reading:
        return list(reading.scalars(old.limit(AT_ONCE)))
