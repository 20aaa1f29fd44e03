"""The owner answers a request. Mails lead to the booking's page, where it is a POST."""

from collections.abc import Callable

from flask import Response

from .. import clock, web
from ..db import in_transaction
from ..errors import Conflict
from . import booking_page, lists, requests
from .blueprint import BOOKING, bp
from .forms import DeclineForm, SeenForm
from .lists import Viewed


@bp.post(f"{BOOKING}/accept")
def accept(booking_id: int) -> Response:
    """The request becomes a booking."""
    lists.booking_for(web.current(), booking_id)
    actor, seen = web.current().user.id, SeenForm().sequence

    def answer() -> None:
        requests.accept(booking_id, clock.now(), actor, seen=seen)

    return _answered(booking_id, answer, "Request accepted.")


@bp.route(f"{BOOKING}/decline", methods=["GET", "POST"])
def decline(booking_id: int) -> Response:
    """Asks for a reason, and declines."""
    viewed = lists.booking_for(web.current(), booking_id)
    form = DeclineForm(data={"seen": viewed.booking.sequence})
    if not form.submitted():
        return _ask_to_decline(viewed, form)
    actor, reason, seen = web.current().user.id, form.reason.data, form.sequence

    def answer() -> None:
        requests.decline(booking_id, reason, clock.now(), actor, seen=seen)

    return _answered(booking_id, answer, "Request declined. Its time is open again.")


def _answered(booking_id: int, answer: Callable[[], None], said: str) -> Response:
    try:
        in_transaction(answer)
    except Conflict as refusal:
        return booking_page.refused(booking_id, refusal)
    return web.go_to(".show", booking_id=booking_id, notice=said)


def _ask_to_decline(viewed: Viewed, form: DeclineForm) -> Response:
    if not viewed.booking.is_waiting(clock.now()):
        return web.go_to(".show", booking_id=viewed.booking.id)
    status = 422 if form.errors else 200
    shared = booking_page.shared(viewed)
    return web.render("bookings/decline.html", status=status, booking=viewed.booking, form=form, **shared)
