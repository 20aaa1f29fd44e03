"""/o/<token>/find: the way to a booking, for whoever made it and has lost it.

Asked with the booker's address or with another, the answer, its status and the statements behind it are the same;
only a mail tells, and it goes to the booker.
"""

from datetime import datetime

from flask import Response, redirect

from .. import clock, config, web
from ..bookings import finding
from .ask_forms import FindForm
from .blueprint import bp
from .doors import Door
from .expired import Variant, contact_of, shown_name, variant_of
from .holder_forms import Sending, is_sent
from .limits import SEEKING
from .recipient import through_link


@bp.route("/o/<token>/find", methods=["GET", "POST"])
@through_link
def find_booking(door: Door) -> Response:
    """Asks for the address that the booking was made with, and sends the way to it there."""
    if variant_of(door.link, clock.now()) != Variant.USED:
        return redirect(door.path, 303)  # type: ignore[return-value]
    form = FindForm()

    def seek(now: datetime) -> None:
        finding.seek(door.link.account_id, door.link.id, form.email.data, now)

    return Sending(
        door, form, SEEKING, f"{door.path}/find", lambda status: _page(door, form, status), seek
    ).answer()


def _page(door: Door, form: FindForm, status: int) -> Response:
    host_name = shown_name(door.calendar, door.host)
    return web.render(
        "public/find.html",
        status=status,
        door=door,
        form=form,
        is_sent=is_sent(),
        sends_mail=config.current().mail is not None,
        host_name=host_name,
        contact=contact_of(door.calendar, door.host, host_name),
    )
