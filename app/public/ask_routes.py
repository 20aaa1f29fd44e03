"""/o/<token>/ask: a new link, for whoever opened one that is over. Its owner decides."""

from flask import Response, redirect, request

from .. import clock, ratelimit, web
from ..db import in_transaction
from ..error_pages import ask_to_wait
from ..errors import TooMany
from ..links import requests
from ..links.requests import Asker
from ..visitor import address_key
from .ask_forms import AskForm
from .blueprint import bp
from .doors import Door
from .expired import shown_name, takes_requests, variant_of
from .limits import LINK_ASKED, LINK_ASKED_BY_ALL
from .recipient import through_link


@bp.route("/o/<token>/ask", methods=["GET", "POST"])
@through_link
def ask_for_link(door: Door) -> Response:
    """Name, e-mail and note; sent, they wait for the owner."""
    if not takes_requests(door.calendar, variant_of(door.link, clock.now())):
        return redirect(door.path, 303)  # type: ignore[return-value]
    form = AskForm()
    if not form.submitted():
        return _page(door, form, 422 if form.errors else 200)
    try:
        _keep(door, form)
    except TooMany as refused:
        form.form_errors.append(refused.sentence)
        return ask_to_wait(_page(door, form, refused.status), refused.retry_after)
    return redirect(f"{door.path}/ask?sent=1", 303)  # type: ignore[return-value]


def _keep(door: Door, form: AskForm) -> None:
    """Raises TooMany. What a program sends is answered alike, and kept nowhere."""
    now = clock.now()
    ratelimit.take(LINK_ASKED, door.subject, address_key(), now=now)
    ratelimit.take(LINK_ASKED_BY_ALL, door.subject, now=now)
    if not form.is_by_program:
        asker = Asker(form.name.data, form.email.data, form.note.data)
        in_transaction(lambda: requests.ask(door.link, asker, now))


def _page(door: Door, form: AskForm, status: int) -> Response:
    return web.render(
        "public/ask.html",
        status=status,
        door=door,
        form=form,
        host_name=shown_name(door.calendar, door.host),
        is_sent="sent" in request.args and request.method != "POST",
    )
