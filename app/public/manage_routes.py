"""/m/<token>: a booking, for the contact who made it."""

from flask import Response, current_app

from .. import clock, web
from ..bookings import manage
from ..bookings.manage import Managed
from ..errors import NotFound
from . import visits
from .blueprint import bp
from .confirmation import calendar_file, confirmation


@bp.get("/m/<token>")
def manage_booking(token: str) -> Response:
    """The confirmation; safe to reload, to keep and to print."""
    managed = _booking_or_404(token)
    reading = visits.reading_for(managed.booking.tz)
    page = confirmation(managed, reading.reader, clock.now())
    answer = web.render(
        "public/manage.html",
        booking=managed.booking,
        host=managed.host,
        view=page,
        file_path=f"/m/{token}/booking.ics",
    )
    return visits.remember_choices(answer, reading)


@bp.get("/m/<token>/booking.ics")
def manage_ics(token: str) -> Response:
    """The booking as a calendar file."""
    answer = current_app.response_class(
        calendar_file(_booking_or_404(token), clock.now()), mimetype="text/calendar"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="booking.ics"'
    return answer


def _booking_or_404(token: str) -> Managed:
    managed = manage.find(token)
    if managed is None:
        visits.count_guess()
        raise NotFound("Check that the whole address was copied.")
    return managed
