"""Details and the booking itself: GET shows a form for one slot, POST books it."""

from flask import Response, redirect, request

from .. import clock, counters
from ..bookings import manage
from ..bookings.booking_step import CalendarClosed, book
from ..error_pages import STORAGE_FAILURES, unavailable
from ..errors import DomainError, LinkGone, SlotTaken, TooMany, Unavailable
from ..links.models import SightingKind
from . import booked_cookie, doors, gone, visits
from .blueprint import bp
from .details_page import DetailsPage
from .doors import Door
from .forms import epoch_seconds
from .picker_routes import standard_door_or_404
from .recipient import through_link

# Also where the answer to a commit was lost: the form keeps its key, by which it finds the booking it has made.
NOT_SAVED = (
    "We could not save your booking just now. Your details are kept: wait a moment, then send them again. "
    "However often you do, you book once."
)


@bp.get("/o/<token>/details")
@through_link
def details(door: Door) -> Response:
    """The form for a slot of a one-time link."""
    return show_details(door)


@bp.post("/o/<token>/details")
@through_link
def book_by_link(door: Door) -> Response:
    """Book it; the link is Used from then on."""
    return take_booking(door)


@bp.get("/c/<slug>/details")
def standard_details(slug: str) -> Response:
    """The form for a slot of a standard link."""
    return show_details(standard_door_or_404(slug))


@bp.post("/c/<slug>/details")
def book_by_standard_link(slug: str) -> Response:
    """Book it; the link stays."""
    return take_booking(standard_door_or_404(slug))


def show_details(door: Door) -> Response:
    """The form for an open slot, or the times nearest to one that is not open (any more)."""
    now = clock.now()
    if door.is_dead(now) or not door.takes_bookings:
        return gone.dead(door, now)
    visits.note(door, SightingKind.LOOKED)
    start = epoch_seconds(request.args.get("s", ""))
    if start is None:
        return redirect(door.path, 303)  # type: ignore[return-value]
    page = DetailsPage(door, now)
    return page.show(start) if page.openings().has(start) else page.show_taken(start)


def take_booking(door: Door) -> Response:
    """Book what the form says. Each refusal answers with what the person can do next, and what they typed."""
    page = DetailsPage(door, clock.now())
    try:
        return _taken(page)
    except STORAGE_FAILURES as failed:
        refused = unavailable(failed)
        return page.refuse(refused.status, NOT_SAVED, refused.retry_after)


def _taken(page: DetailsPage) -> Response:
    try:
        page.checks.require_within_limits()
        return _booked(page) if page.checks.is_complete() else _incomplete(page)
    except TooMany as refused:  # no mistake to count; it is over after a while
        return page.refuse(refused.status, refused.sentence, refused.retry_after)
    except Unavailable:
        raise
    except DomainError as refused:
        page.checks.count_mistake()
        counters.current().count_booking("refused")
        return _refused(page, refused)


def _booked(page: DetailsPage) -> Response:
    door = page.door
    booked = book(page.checks.request(page.reading.reader), page.now)
    if not booked.is_repeat:
        page.checks.count_booking()
    counters.current().count_booking("repeated" if booked.is_repeat else "made")
    token = manage.token_of(booked.manage_nonce, booked.key_id)
    answer = redirect(manage.path_to(token), 303) if token else gone.lost_page(door, booked.id)
    return booked_cookie.add(answer, request, door.link.id, booked.id) if door.link else answer


def _incomplete(page: DetailsPage) -> Response:
    page.checks.count_mistake()
    if page.door.is_dead(page.now):
        return gone.dead(page.door, page.now)
    return page.refuse(422) if page.door.takes_bookings else _closed(page)


def _refused(page: DetailsPage, refused: DomainError) -> Response:
    if isinstance(refused, SlotTaken):
        return page.refuse_taken(refused)
    if isinstance(refused, CalendarClosed):
        return _closed(page)
    if isinstance(refused, LinkGone):
        # The link may have gone since this request read it.
        return gone.dead(doors.by_token(request.view_args["token"]), page.now)
    return page.refuse(refused.status, refused.sentence)


def _closed(page: DetailsPage) -> Response:
    return gone.dead(page.door, page.now, status=CalendarClosed.status)
