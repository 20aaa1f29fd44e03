"""Forgets what nobody looks at any more.

Events of a link or a booking are its timeline, and stay as long as it does. Others, of calendars and of work itself,
go when they have been delivered and are older than EVENTS_KEPT_DAYS, unless failed work still needs them.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select

from .. import config
from ..db import connection, in_transaction
from ..events import Event
from . import service
from .models import FailedWork

AT_ONCE = 1_000


def tidy(now: datetime) -> None:
    """Prune events and failed work, a part at a time: bookings wait for no long transaction."""
    in_transaction(lambda: service.prune(now))
    before = now - timedelta(days=config.current().events_kept_days)
    while in_transaction(lambda: _prune_events(before)) == AT_ONCE:
        pass


def _prune_events(before: datetime) -> int:
    on_no_timeline = (Event.link_id.is_(None), Event.booking_id.is_(None))
    is_needed = exists().where(FailedWork.event_id == Event.id)
    old = select(Event.id).where(Event.delivered_at < before, Event.at < before, *on_no_timeline, ~is_needed)
    return connection().execute(delete(Event).where(Event.id.in_(old.limit(AT_ONCE)))).rowcount
