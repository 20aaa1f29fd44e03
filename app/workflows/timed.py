"""Starts runs by the clock: some time before or after a booking, and when a link was left unopened or unused.

Nothing is scheduled ahead, as with reminders: what is due follows from the rows, so a booking that moves or a link
that is used leaves nothing behind, and a clock that jumps can lose or repeat nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, cast, exists, literal, select, text, true

from ..bookings.models import Booking, BookingStatus
from ..bookings.offering import LONGEST_BLOCK
from ..db import connection, epoch_seconds, in_transaction
from ..links.models import LinkSighting, LinkStatus, OneTimeLink, SightingKind
from . import runs, versions
from .models import WorkflowRun

booking, link, sighting, run = (
    Booking.__table__, OneTimeLink.__table__, LinkSighting.__table__, WorkflowRun.__table__,
)  # fmt: skip
AT_ONCE = 500
# After an outage, what was due longer ago than this is not made up for: by then it would be odd.
LATEST = timedelta(days=2)
# As words of the statements, not as parameters: else the partial indexes stay unused.
IS_ACTIVE = text("one_time_link.status = 'active'")
IS_CONTACTS = text("one_time_link.contact_id IS NOT NULL")
MAY_EXPIRE = text("one_time_link.expires_at IS NOT NULL")


class _Due(NamedTuple):
    """What was found: whom it concerns, and what names this occasion, so that it starts one run."""

    contact_id: int
    entry: str
    booking_id: int | None
    link_id: int | None


def start_due(now: datetime) -> None:
    """Periodic: start the runs whose time has come."""
    for followed in versions.following(tuple(_FINDERS)):
        due = _not_begun(_FINDERS[followed.definition.trigger](followed, now), followed)
        if connection().execute(due.limit(1)).first():
            in_transaction(lambda each=followed, due=due: _start(each, due.limit(AT_ONCE), now))


def _start(followed: versions.Followed, due: Select[Any], now: datetime) -> None:
    """Found again each time this is tried: contacts may be merged or erased meanwhile."""
    for row in connection().execute(due).all():
        one = _Due(*row)
        runs.start(followed, one.contact_id, one.entry, now, booking_id=one.booking_id, link_id=one.link_id)


def _not_begun(found: Select[Any], followed: versions.Followed) -> Select[Any]:
    """Without those that may not come in (again): else they would be found each minute, and keep others out."""
    columns = found.selected_columns
    mine = [run.c.workflow_id == followed.workflow_id, run.c.contact_id == columns.contact_id]
    if followed.definition.settings.reentry:
        mine.append(run.c.entry == columns.entry)
    return found.where(~exists().where(*mine))


def _before_booking(followed: versions.Followed, now: datetime) -> Select[Any]:
    ahead = _minutes(followed)
    return _bookings(followed, "before").where(
        booking.c.starts_at > now,
        booking.c.starts_at <= now + ahead,
        booking.c.starts_at > followed.on_since + ahead,
        # Who books later than that needs no word before it.
        epoch_seconds(booking.c.created_at)
        <= epoch_seconds(booking.c.starts_at) - int(ahead.total_seconds()),
    )


def _after_booking(followed: versions.Followed, now: datetime) -> Select[Any]:
    over = now - _minutes(followed)
    return _bookings(followed, "after").where(
        booking.c.ends_at <= over,
        booking.c.ends_at > max(over - LATEST, followed.on_since - _minutes(followed)),
        booking.c.starts_at > over - LATEST - LONGEST_BLOCK,  # what the index knows
        booking.c.no_show_at.is_(None),
    )


def _link_not_opened(followed: versions.Followed, now: datetime) -> Select[Any]:
    made = now - _minutes(followed)
    return _links(followed, "unopened").where(
        IS_ACTIVE,
        link.c.created_at <= made,
        link.c.created_at > max(made - LATEST, followed.on_since - _minutes(followed)),
        ~_has_expired(now),
        ~exists().where(sighting.c.link_id == link.c.id, sighting.c.kind == SightingKind.LOOKED),
    )


def _link_not_booked(followed: versions.Followed, now: datetime) -> Select[Any]:
    looked = now - _minutes(followed)
    return _seen(followed, "unbooked", SightingKind.LOOKED).where(
        IS_ACTIVE,
        sighting.c.first_at <= looked,
        sighting.c.first_at > max(looked - LATEST, followed.on_since - _minutes(followed)),
        ~_has_expired(now),
    )


def _link_opened_after_use(followed: versions.Followed, now: datetime) -> Select[Any]:
    return _seen(followed, "refused", SightingKind.REFUSED).where(
        link.c.status == LinkStatus.USED,
        sighting.c.last_at > max(now - LATEST, followed.on_since),
        sighting.c.last_at <= now,
    )


def _link_expired(followed: versions.Followed, now: datetime) -> Select[Any]:
    return _links(followed, "expired").where(
        IS_ACTIVE,
        MAY_EXPIRE,
        link.c.expires_at <= now,
        link.c.expires_at > max(now - LATEST, followed.on_since),
    )


def _has_expired(now: datetime) -> ColumnElement[bool]:
    return link.c.expires_at.is_not(None) & (link.c.expires_at <= now)


def _bookings(followed: versions.Followed, word: str) -> Select[Any]:
    """Confirmed bookings of the account. The entry names the change: a booking that has moved is looked at anew."""
    number = cast(booking.c.id, String) + ":" + cast(booking.c.sequence, String)
    found = select(
        booking.c.contact_id,
        (literal(f"{word}:") + number).label("entry"),
        booking.c.id.label("booking_id"),
        booking.c.link_id,
    )
    return found.where(
        booking.c.account_id == followed.account_id,
        booking.c.status == BookingStatus.CONFIRMED,
        booking.c.contact_id.is_not(None),
        _of_calendar(followed, booking.c.calendar_id),
    ).order_by(booking.c.starts_at)


def _links(followed: versions.Followed, word: str) -> Select[Any]:
    """Links of the account that were made for a contact."""
    found = select(
        link.c.contact_id,
        (literal(f"{word}:") + cast(link.c.id, String)).label("entry"),
        literal(None).label("booking_id"),
        link.c.id.label("link_id"),
    )
    return found.where(
        link.c.account_id == followed.account_id,
        IS_CONTACTS,
        _of_calendar(followed, link.c.calendar_id),
    ).order_by(link.c.id)


def _seen(followed: versions.Followed, word: str, kind: SightingKind) -> Select[Any]:
    return _links(followed, word).join(
        sighting, (sighting.c.link_id == link.c.id) & (sighting.c.kind == kind)
    )


def _of_calendar(followed: versions.Followed, column: Any) -> ColumnElement[bool]:
    wanted = followed.definition.filters.get("calendar_id")
    return column == wanted if wanted else true()


def _minutes(followed: versions.Followed) -> timedelta:
    return timedelta(minutes=followed.definition.filters.get("minutes") or 0)


_FINDERS: dict[str, Callable[[versions.Followed, datetime], Select[Any]]] = {
    "before_booking": _before_booking,
    "after_booking": _after_booking,
    "link_not_opened": _link_not_opened,
    "link_not_booked": _link_not_booked,
    "link_opened_after_use": _link_opened_after_use,
    "link_expired": _link_expired,
}
