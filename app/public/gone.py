"""The answer of a link that books nothing: the expired page, in a browser and for programs."""

from datetime import datetime

from flask import Response, request

from .. import web
from ..bookings import manage
from ..error_pages import problem, wants_json
from ..links.models import SightingKind
from . import booked_cookie, visits
from .confirmation import may_change
from .doors import Door
from .expired import (
    UNKNOWN,
    ExpiredPage,
    Variant,
    booked_without_page,
    contact_of,
    expired_page,
    last_day_of,
    own_page,
    variant_of,
)


def unknown() -> Response:
    """404 for a token that is not ours; such an address is soon asked to wait. Raises TooMany."""
    visits.count_guess()
    return answer(UNKNOWN)


def dead(door: Door, now: datetime, *, status: int | None = None) -> Response:
    """The page of a link that is used, deleted, past its date or of a calendar that is off."""
    visits.note(door, SightingKind.REFUSED if door.is_dead(now) else SightingKind.FETCHED)
    variant = variant_of(door.link, now)
    own = _own_booking(door) if variant == Variant.USED else None
    if own is None:
        last_day = _last_day(door) if variant == Variant.EXPIRED else ""
        page = expired_page(door.calendar, door.host, variant, last_day=last_day, path=web.PATH)
        return answer(page, door.path, status=status)
    return answer(
        own_page(own.booking),
        booking=own,
        reader=visits.reading_for(door.calendar.tz).reader,
        manage_path=manage.path_of(own.booking),
        may_change=may_change(own.booking, now),
    )


def lost_page(door: Door, booking_id: int) -> Response:
    """A booking that stands, though the server key that would open its own page was dropped."""
    reader = visits.reading_for(door.calendar.tz).reader
    page = booked_without_page(contact_of(door.calendar, door.host, door.host.name))
    own = manage.of_link(door.link.id if door.link else None, booking_id)
    return answer(page, booking=own, reader=reader)


def answer(page: ExpiredPage, path: str = "", *, status: int | None = None, **context: object) -> Response:
    """The page with its status, as problem+json where JSON is asked for. web.PATH in it stands for `path`."""
    status = status or page.status
    if wants_json():
        return problem(status, page.title, page.sentence)
    if context:
        return web.render("public/expired.html", status=status, view=page, **context)
    return web.render_kept("public/expired.html", path, status=status, view=page)


def _last_day(door: Door) -> str:
    tz = door.calendar.tz
    return last_day_of(door.link.expires_at, tz, visits.reading_for(tz).reader)


def _own_booking(door: Door) -> manage.Managed | None:
    """The booking that this very browser made with the link."""
    booking_id = booked_cookie.read(request).get(door.link.id)
    return manage.of_link(door.link.id, booking_id) if booking_id else None
