"""/u/<token>: no more reminders, for whoever gets them. A mail program may post here by itself, at one press."""

from flask import Response, request

from .. import clock, web
from ..db import transaction
from ..errors import NotFound
from ..public import visits
from ..public.blueprint import bp
from . import opt_outs
from .addresses import masked


@bp.get("/u/<token>")
def reminders(token: str) -> Response:
    """What it would mean, and the button; opening the page changes nothing."""
    return _page(_subscriber_or_404(token))


@bp.post("/u/<token>")
def choose_reminders(token: str) -> Response:
    """Stops reminders, or starts them again. No redirect: RFC 8058 forbids it for one-click posts."""
    subscriber = _subscriber_or_404(token)
    with transaction():
        if request.form.get("reminders") == "again":
            opt_outs.start(subscriber.account_id, subscriber.address)
        else:
            opt_outs.stop(subscriber.account_id, subscriber.address, clock.now())
    return _page(subscriber)


def _page(subscriber: opt_outs.Subscriber) -> Response:
    return web.render(
        "public/reminders.html",
        is_out=opt_outs.has_stopped(subscriber.account_id, subscriber.address),
        address=masked(subscriber.address),
        sender=subscriber.sender,
    )


def _subscriber_or_404(token: str) -> opt_outs.Subscriber:
    subscriber = opt_outs.subscriber_of(token)
    if subscriber is None:
        visits.count_guess()
        raise NotFound("Check that the whole address was copied from the message.")
    return subscriber
