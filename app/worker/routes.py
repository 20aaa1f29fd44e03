"""The page of background work: whether somebody does it, and what failed."""

from typing import Any

from flask import Response, url_for

from .. import clock, web
from ..db import transaction
from ..digits import ID
from ..events import Event
from ..messaging import lists
from ..web import go_to, owners_blueprint, render
from . import beats, periodic, service
from .models import FailedWork

bp = owners_blueprint("worker")


@bp.get("/work")
def index() -> Response:
    """Workers, what waits for them, and the work that failed."""
    me, now = web.current(), clock.now()
    rows = [_row(*each) for each in service.failed_for(me)]
    return render(
        "worker/index.html",
        rows=rows,
        workers=beats.alive(now),
        waiting=service.waiting_for(me),
        periodic=periodic.failing_for(me),
        put_off=lists.put_off_for(me),
        count_words=lists.count_words,
        reader=web.reader(),
        now=now,
        most=service.MOST_LISTED,
    )


@bp.post(f"/work/<{ID}:failed_id>/retry")
def retry(failed_id: int) -> Response:
    """Try given-up work again."""
    with transaction():
        service.retry(web.current(), failed_id, clock.now())
    return go_to(".index", notice="It is being tried again.")


def _row(work: FailedWork, event: Event) -> dict[str, Any]:
    return {"work": work, "about": _in_words(event.name), "path": _path(event), "at": event.at}


def _in_words(event_name: str) -> str:
    return event_name.replace("_", " ").capitalize()


def _path(event: Event) -> str | None:
    """The page of what the event happened to."""
    if event.booking_id:
        return url_for("bookings.show", booking_id=event.booking_id)
    if event.link_id and event.calendar_id:
        return url_for("links.show", calendar_id=event.calendar_id, link_id=event.link_id)
    return None
