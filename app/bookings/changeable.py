"""A booking that may be about to change: as it stands, until when its contact may change it, and what it keeps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ..db import connection
from ..errors import NotFound
from . import statements
from .models import Party
from .offering import Held, LinkTerms, dates_of

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def find(booking_id: int) -> Any:
    """The booking's row with its calendar's version and cut-off and its link's dates. Raises NotFound."""
    found = connection().execute(statements.FIND_BOOKING, {"booking_id": booking_id}).one_or_none()
    if found is None:
        raise NotFound("There is no such booking.")
    return found


def closes_at(starts_at: datetime, cutoff_minutes: int) -> datetime:
    """Until when the contact may change or cancel; the host may until it is over."""
    return starts_at - timedelta(minutes=cutoff_minutes)


def must_start_after(by: Party, cutoff_minutes: int, now: datetime) -> datetime:
    """The same as a bound of `starts_at`, for the statement that changes the booking."""
    return now + timedelta(minutes=cutoff_minutes) if by == Party.CONTACT else ALWAYS


def terms_to_move(found: Any, by: Party) -> LinkTerms:
    """What holds for the new time. A booking keeps its length, and its contact the dates of the link that made it.

    The host made those dates for the contact; who offers times may offer others.
    """
    dates = dates_of(found) if by == Party.CONTACT else LinkTerms()
    start = int(found.starts_at.timestamp())
    return replace(
        dates,
        duration_minutes=(found.ends_at - found.starts_at) // timedelta(minutes=1),
        held=Held(found.id, found.host_id, start, found.counted_day, found.counted_week),
    )
