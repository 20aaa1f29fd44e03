"""/o/<token>/ask: a new link, for whoever opened one that is over. Its owner decides."""

from datetime import datetime

from flask import Response, redirect

from .. import clock, web
from ..links import requests
from ..links.requests import Asker
from .ask_forms import AskForm
from .blueprint import bp
from .doors import Door
from .expired import shown_name, takes_requests, variant_of
from .holder_forms import Sending, is_sent
from .limits import ASKING
from .recipient import through_link


@bp.route("/o/<token>/ask", methods=["GET", "POST"])
@through_link
def ask_for_link(door: Door) -> Response:
    """Name, e-mail and note; sent, they wait for the owner."""
    if not takes_requests(door.calendar, variant_of(door.link, clock.now())):
        return redirect(door.path, 303)  # type: ignore[return-value]
    form = AskForm()

    def page(status: int) -> Response:
        host_name = shown_name(door.calendar, door.host)
        return web.render(
            "public/ask.html", status=status, door=door, form=form, host_name=host_name, is_sent=is_sent()
        )

    def keep(now: datetime) -> None:
        requests.ask(door.link, Asker(form.name.data, form.email.data, form.note.data), now)

    return Sending(door, form, ASKING, f"{door.path}/ask", page, keep).answer()
