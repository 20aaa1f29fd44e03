"""A booking that is about to change: as it stands, until when its contact may change it, what it keeps; and how the
rows that change with it are written."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, update

from .. import events
from ..calendars.models import Calendar
from ..db import connection
from ..errors import Conflict, NotFound
from . import statements
from .models import Booking, BookingStatus, LimitPeriod, Party
from .offering import Held, LinkTerms, dates_of

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)

table = Booking.__table__


def find(booking_id: int) -> Any:
    """The booking's row with its calendar's version and cut-off and its link's dates. Raises NotFound."""
    found = connection().execute(statements.FIND_BOOKING, {"booking_id": booking_id}).one_or_none()
    if found is None:
        raise NotFound("There is no such booking.")
    return found


def require_seen(found: Any, seen: int) -> None:
    """Raises Conflict when the booking was changed since a page showed it; `seen` is its sequence there.

    What it stands for by now has not been seen: another time, perhaps.
    """
    if found.sequence != seen:
        raise Conflict("This booking was changed after this page was opened.")


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


def answer_by(calendar: Calendar, starts_at: datetime, now: datetime) -> datetime:
    """Until when a request for this time waits: not beyond the time itself."""
    return min(now + timedelta(minutes=calendar.answer_minutes), starts_at)


def change(booking_id: int, *conditions: ColumnElement[bool], **values: Any) -> Any:
    """The row after the change; None when it is cancelled or a condition does not hold at that very moment."""
    live = update(table).where(
        table.c.id == booking_id, table.c.status != BookingStatus.CANCELLED, *conditions
    )
    return connection().execute(live.values(**values).returning(*table.c)).one_or_none()


def close(found: Any, now: datetime, *conditions: ColumnElement[bool], **values: Any) -> Any:
    """Cancel the booking, which opens its time again; None when it is not (any more) what `found` says.

    Counts first, then the booking: the order in which a booking takes them, or the two would deadlock. What it counts
    for was read before, so it must not have moved since.
    """
    for period, starts_on in ((LimitPeriod.DAY, found.counted_day), (LimitPeriod.WEEK, found.counted_week)):
        give_back(found.calendar_id, period, starts_on)
    return change(
        found.id,
        table.c.sequence == found.sequence,
        *conditions,
        status=BookingStatus.CANCELLED,
        cancelled_at=now,
        sequence=table.c.sequence + 1,
        **values,
    )


def give_back(calendar_id: int, period: LimitPeriod, starts_on: date) -> None:
    """One booking less on that day or in that week."""
    counted = {"calendar_id": calendar_id, "period": period.value, "starts_on": starts_on}
    connection().execute(statements.GIVE_BACK_COUNT, counted)


def record(name: str, row: Any, now: datetime, actor_id: int | None, **data: Any) -> None:
    """Write the event of a change; `row` is the booking after it."""
    events.record(
        name,
        account_id=row.account_id,
        calendar_id=row.calendar_id,
        link_id=row.link_id,
        booking_id=row.id,
        at=now,
        actor_id=actor_id,
        data={"sequence": row.sequence, **data},
    )
