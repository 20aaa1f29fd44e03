"""/f/<slug>: the public page of a form. It needs no cookie, and other sites may send to it where its owner says so."""

from flask import Response, abort, redirect, request
from sqlalchemy.exc import IntegrityError

from .. import clock
from ..db import in_transaction
from ..errors import Conflict, TooMany, Unavailable
from ..intake import sending
from .blueprint import bp
from .intake_page import IntakePage, form_by_slug


@bp.route("/f/<slug>", methods=["GET", "POST"])
def form(slug: str) -> Response:
    """The form; sent, it thanks, or leads back to the site that it was sent from."""
    page = IntakePage(form_by_slug(slug) or abort(404), clock.now())
    if request.method != "POST":
        return page.show()
    page.require_allowed()
    if not page.intake.is_on:
        return page.show(Conflict.status)
    if not page.is_complete():
        page.count_mistake()
        return page.show(422)
    try:
        _keep(page)
    except (TooMany, Unavailable) as refused:
        return page.show(refused.status, refused.sentence, refused.retry_after)
    return redirect(page.next_address, 303)  # type: ignore[return-value]


def _keep(page: IntakePage) -> None:
    """Store it once. What a program sends is answered alike, and kept nowhere. Raises TooMany and Conflict."""
    page.take_turn()
    if page.form.is_by_program:
        return
    sent = page.sent()
    try:
        in_transaction(lambda: sending.submit(sent, page.now))
    except IntegrityError:
        if not sending.is_repeat(sent):
            raise
