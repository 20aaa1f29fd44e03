"""Forgetting people: what bookings, links, messages, calls, requests and submissions of long ago say is blanked.

The rows stay, with their times, states and events, so that counts and timelines stay true. A person's account, an
Active link and whatever is still to come are left alone.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from .. import clock, config
from ..bookings.blanking import SAID, blank_bookings, blank_reasons
from ..bookings.models import Booking
from ..db import db, in_transaction
from ..events import Event
from ..intake.blanking import blank_submissions
from ..intake.models import Submission
from ..links.blanking import NO_ADDRESS, blank_links, blank_requests
from ..links.models import LinkRequest, LinkStatus, OneTimeLink
from ..messaging.blanking import blank_messages
from ..messaging.models import Message
from ..phone.blanking import blank_calls, blank_texts
from ..phone.models import MissedCall, ReceivedText

AT_ONCE = 500  # bookings wait for no long transaction


class Part(NamedTuple):
    """Rows of one kind. `due` tells which of them still say something of somebody, and need not any more."""

    name: str
    id: Any
    due: Callable[[datetime], ColumnElement[bool]]
    forget: Callable[[list[Any]], None]


def forget_old(now: datetime) -> None:
    """What the worker does every so often: as PERSONAL_DATA_DAYS says, which by default keeps everything."""
    days = config.current().personal_data_days
    if days:
        forget(now - timedelta(days=days))


def due(before: datetime) -> dict[str, int]:
    """How many rows of each kind `forget` would change."""
    return {
        part.name: db.session.scalar(select(func.count(part.id)).where(part.due(before))) or 0
        for part in PARTS
    }


def forget(before: datetime) -> dict[str, int]:
    """Blank what was over before that moment; how many rows of each kind. Again, it finds nothing."""
    return {part.name: sum(_forget_part(part, before)) for part in PARTS}


def _forget_part(part: Part, before: datetime) -> Iterator[int]:
    ids = _next_ids(part, before, None)
    while ids:
        in_transaction(partial(part.forget, ids))
        yield len(ids)
        ids = _next_ids(part, before, ids[-1])


def _next_ids(part: Part, before: datetime, last: Any) -> list[Any]:
    # On from the last one: those before it need not be looked at again.
    found = select(part.id).where(part.due(before)).order_by(part.id).limit(AT_ONCE)
    return list(db.session.scalars(found if last is None else found.where(part.id > last)))


def _is_over(before: datetime) -> ColumnElement[bool]:
    return Booking.ends_at < before


def _has_over_booking(column: Any, before: datetime) -> ColumnElement[bool]:
    return select(Booking.id).where(column, _is_over(before)).exists()


def _link_is_due(before: datetime) -> ColumnElement[bool]:
    is_for_somebody = OneTimeLink.for_email.not_in(("", NO_ADDRESS))
    says = or_(OneTimeLink.for_name != "", is_for_somebody, OneTimeLink.note != "")
    is_over = or_(
        _has_over_booking(Booking.link_id == OneTimeLink.id, before),
        OneTimeLink.deleted_at < before,
        and_(OneTimeLink.status == LinkStatus.ACTIVE, OneTimeLink.expires_at < before),
    )
    return and_(says, is_over)


def _message_is_due(before: datetime) -> ColumnElement[bool]:
    """Those to hosts and members stay: they are people of the house."""
    is_old = and_(Message.booking_id.is_(None), Message.created_at < before)
    is_over = _has_over_booking(Booking.id == Message.booking_id, before)
    return and_(Message.to_address != "", Message.user_id.is_(None), or_(is_old, is_over))


def _request_is_due(before: datetime) -> ColumnElement[bool]:
    """One that nobody has answered for so long is answered no more."""
    return and_(LinkRequest.email != "", func.coalesce(LinkRequest.settled_at, LinkRequest.asked_at) < before)


def _submission_is_due(before: datetime) -> ColumnElement[bool]:
    return and_(func.json_array_length(Submission.answers) > 0, Submission.submitted_at < before)


def _has_number(model: Any, before: datetime) -> ColumnElement[bool]:
    return and_(model.number != "", model.at < before)


def _event_is_due(before: datetime) -> ColumnElement[bool]:
    says = func.coalesce(Event.data[SAID].as_string(), "") != ""
    return and_(says, _has_over_booking(Booking.id == Event.booking_id, before))


PARTS = (
    Part("bookings", Booking.id, lambda before: and_(Booking.email != "", _is_over(before)), blank_bookings),
    Part("reasons", Event.id, _event_is_due, blank_reasons),
    Part("links", OneTimeLink.id, _link_is_due, blank_links),
    Part("requests", LinkRequest.id, _request_is_due, lambda ids: blank_requests(ids, clock.now())),
    Part("submissions", Submission.id, _submission_is_due, blank_submissions),
    Part("calls", MissedCall.id, partial(_has_number, MissedCall), blank_calls),
    Part("texts", ReceivedText.id, partial(_has_number, ReceivedText), blank_texts),
    Part("messages", Message.id, _message_is_due, blank_messages),
)
