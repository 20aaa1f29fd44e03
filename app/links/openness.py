"""Whether a link can still make its booking: Active, and not past its date. Asked of rows, and of the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_

from .models import LinkStatus, OneTimeLink

link = OneTimeLink.__table__


def is_open(found: Any, now: datetime) -> bool:
    """True while the link can make its booking. Takes anything with a link's columns."""
    return found.status == LinkStatus.ACTIVE and not _is_past(found, now)


def is_expired(found: Any, now: datetime) -> bool:
    """True when the link is neither used nor deleted, and its date has passed."""
    return found.status == LinkStatus.ACTIVE and _is_past(found, now)


def opens_at(now: Any) -> ColumnElement[bool]:
    """`is_open` as a condition on one_time_link; `now` may be a parameter of the statement."""
    return (link.c.status == LinkStatus.ACTIVE) & or_(link.c.expires_at.is_(None), link.c.expires_at > now)


def _is_past(found: Any, now: datetime) -> bool:
    return found.expires_at is not None and found.expires_at <= now
