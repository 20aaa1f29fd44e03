"""The contact's page of a booking, and the booking behind its token."""

from flask import Response

from .. import clock, web
from ..bookings import manage
from ..bookings.manage import Managed
from ..bookings.models import BookingStatus
from ..db import db
from ..errors import DomainError, NotFound
from ..messaging.told import mail_sentence
from . import visits
from .confirmation import confirmation


def booking_or_404(token: str) -> Managed:
    """The booking of a genuine token. Raises NotFound, and TooMany for whoever guesses."""
    managed = manage.find(token)
    if managed is None:
        visits.count_guess()
        raise NotFound("Check that the whole address was copied.")
    return managed


def show(token: str, managed: Managed, refusal: str = "", status: int = 200) -> Response:
    """The booking as it stands, with what kept it from being changed, if anything did."""
    reading = visits.reading_for(managed.booking.tz)
    page = confirmation(managed, reading.reader, clock.now())
    answer = web.render(
        "public/manage.html",
        status=status,
        booking=managed.booking,
        host=managed.host,
        reader=reading.reader,
        view=page,
        path=manage.path_to(token),
        mailed=mail_sentence(managed.booking, clock.now()) if page.state.is_on else "",
        refusal=refusal,
    )
    return visits.remember_choices(answer, reading)


def refused(token: str, refusal: DomainError) -> Response:
    """The same, read anew: something else has happened since this request read it."""
    db.session.expire_all()
    return show(token, booking_or_404(token), refusal.sentence, refusal.status)


def is_cancelled(token: str) -> bool:
    """Whether it is by now, whoever did it."""
    db.session.expire_all()
    return booking_or_404(token).booking.status == BookingStatus.CANCELLED
