"""/o/<token>/find: the way to a booking, for whoever made it and has lost it; of a deleted link, a newer one.

Asked with the right address or with another, the answer, its status and the statements behind it are the same;
only a mail tells, and it goes to the booker or the contact.
"""

from datetime import datetime

from flask import Response, redirect

from .. import clock, config, web
from ..bookings import finding
from ..links import newer
from ..links.models import LinkStatus
from .ask_forms import FindForm
from .blueprint import bp
from .doors import Door
from .expired import Variant, contact_of, shown_name, variant_of
from .holder_forms import Sending, is_sent
from .limits import SEEKING
from .recipient import through_link

SEARCHES = {Variant.USED: finding.seek, Variant.DELETED: newer.seek}


@bp.route("/o/<token>/find", methods=["GET", "POST"])
@through_link
def find_booking(door: Door) -> Response:
    """Asks for the address that the booking, or the link, was made with, and sends the way to it there."""
    search = SEARCHES.get(variant_of(door.link, clock.now()))
    if search is None:
        return redirect(door.path, 303)  # type: ignore[return-value]
    form = FindForm()

    def seek(now: datetime) -> None:
        search(door.link.account_id, door.link.id, form.email.data, now)

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
        is_used=door.link.status == LinkStatus.USED,
        is_sent=is_sent(),
        sends_mail=config.current().mail is not None,
        host_name=host_name,
        contact=contact_of(door.calendar, door.host, host_name),
    )
