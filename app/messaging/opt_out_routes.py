"""/u/<token>: no more reminders, for whoever gets them. A mail program may post here by itself, at one press."""

from flask import Response, request

from .. import clock, web
from ..bookings.models import Booking
from ..db import transaction
from ..errors import NotFound
from ..public import visits
from ..public.blueprint import bp
from . import opt_outs
from .addresses import masked


@bp.get("/u/<token>")
def reminders(token: str) -> Response:
    """What it would mean, and the button; opening the page changes nothing."""
    return _page(_booking_or_404(token))


@bp.post("/u/<token>")
def choose_reminders(token: str) -> Response:
    """Stops reminders, or starts them again. No redirect: RFC 8058 forbids it for one-click posts."""
    booking = _booking_or_404(token)
    with transaction():
        if request.form.get("reminders") == "again":
            opt_outs.opt_in(booking)
        else:
            opt_outs.opt_out(booking, clock.now())
    return _page(booking)


def _page(booking: Booking) -> Response:
    return web.render(
        "public/reminders.html",
        is_out=opt_outs.is_out(booking),
        address=masked(booking.email),
        host=booking.calendar.host,
    )


def _booking_or_404(token: str) -> Booking:
    booking = opt_outs.booking_of(token)
    if booking is None:
        visits.count_guess()
        raise NotFound("Check that the whole address was copied from the message.")
    return booking
