"""/m/<token>: a booking, for the contact who made it."""

from flask import Response, current_app

from .. import clock
from . import manage_page
from .blueprint import bp
from .confirmation import calendar_file


@bp.get("/m/<token>")
def manage_booking(token: str) -> Response:
    """The confirmation; safe to reload, to keep and to print."""
    return manage_page.show(token, manage_page.booking_or_404(token))


@bp.get("/m/<token>/booking.ics")
def manage_ics(token: str) -> Response:
    """The booking as a calendar file."""
    answer = current_app.response_class(
        calendar_file(manage_page.booking_or_404(token), clock.now()), mimetype="text/calendar"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="booking.ics"'
    return answer
