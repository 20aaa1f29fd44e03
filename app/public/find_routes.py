"""/o/<token>/find: the way to a booking, for whoever made it and has lost it.

Asked with the booker's address or with another, the answer, its status and the statements behind it are the same;
only a mail tells, and it goes to the booker.
"""

from flask import Response, redirect, request

from .. import clock, config, ratelimit, web
from ..bookings import finding
from ..db import in_transaction
from ..error_pages import ask_to_wait
from ..errors import TooMany
from ..visitor import address_key
from .ask_forms import FindForm
from .blueprint import bp
from .doors import Door
from .expired import Variant, contact_of, shown_name, variant_of
from .limits import BOOKING_SOUGHT, BOOKING_SOUGHT_BY_ALL, BOOKING_SOUGHT_TODAY
from .recipient import through_link


@bp.route("/o/<token>/find", methods=["GET", "POST"])
@through_link
def find_booking(door: Door) -> Response:
    """Asks for the address that the booking was made with, and sends the way to it there."""
    if variant_of(door.link, clock.now()) != Variant.USED:
        return redirect(door.path, 303)  # type: ignore[return-value]
    form = FindForm()
    if not form.submitted():
        return _page(door, form, 422 if form.errors else 200)
    try:
        _seek(door, form)
    except TooMany as refused:
        form.form_errors.append(refused.sentence)
        return ask_to_wait(_page(door, form, refused.status), refused.retry_after)
    return redirect(f"{door.path}/find?sent=1", 303)  # type: ignore[return-value]


def _seek(door: Door, form: FindForm) -> None:
    """Raises TooMany. What a program sends is answered alike, and sought nowhere."""
    now = clock.now()
    ratelimit.take(BOOKING_SOUGHT, door.subject, address_key(), now=now)
    ratelimit.take(BOOKING_SOUGHT_TODAY, door.subject, address_key(), now=now)
    ratelimit.take(BOOKING_SOUGHT_BY_ALL, door.subject, now=now)
    if not form.is_by_program:
        in_transaction(lambda: finding.seek(door.link.account_id, door.link.id, form.email.data, now))


def _page(door: Door, form: FindForm, status: int) -> Response:
    host_name = shown_name(door.calendar, door.host)
    return web.render(
        "public/find.html",
        status=status,
        door=door,
        form=form,
        is_sent="sent" in request.args and request.method != "POST",
        sends_mail=config.current().mail is not None,
        host_name=host_name,
        contact=contact_of(door.calendar, door.host, host_name),
    )
