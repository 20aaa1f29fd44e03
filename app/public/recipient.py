"""Whether this browser has shown that the link's recipient sits at it, and the page that asks for it.

A pass is a signed session cookie, bound to the link and to the address it was made for; never a mark in an address,
which could be forwarded with it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from flask import Response, request

from .. import clock, web
from ..error_pages import problem, wants_json
from ..links import recipient_check
from ..links.models import SightingKind
from ..messaging.addresses import masked
from . import doors, gone, visits
from .check_form import CodeForm
from .doors import Door
from .link_cookies import LinkCookie

PASSED = LinkCookie("recipient", "slotkey recipient cookie")  # marks by link id
ASKED = LinkCookie("code", "slotkey code cookie")  # [challenge id, epoch second of its end] by link id
TITLE = "Show that this link is yours"
SENTENCE = "This booking link was made for one person. It asks for a code that is sent to them by mail."
REFUSED = 403
BOOKING = "public.book_by_link"


def through_link(view: Callable[[Door], Response]) -> Callable[[str], Response]:
    """The view of a page under /o/<token>: for those who may come in, and nobody else.

    Unknown tokens get 404. Of a live link that checks its recipient nobody sees, books or learns anything before they
    have passed, whatever page, fragment or method they ask for: every route of a link goes through here.
    """

    @wraps(view)
    def answer(token: str) -> Response:
        door = doors.by_token(token)
        if door is None:
            return gone.unknown()
        return page(door, CodeForm(formdata=None)) if is_asked_for(door, clock.now()) else view(door)

    return answer


def is_asked_for(door: Door, now: datetime) -> bool:
    """True while this browser has to show whose it is."""
    link = door.link
    if link is None or not link.checks_recipient or not link.is_open(now):
        return False
    return PASSED.read(request).get(link.id) != recipient_check.mark_of(link) and not _manages(door)


def page(door: Door, form: CodeForm, status: int | None = None, *, has_code: bool | None = None) -> Response:
    """Asks to have a code sent, or for the code that was; tells strangers neither whose link it is nor what for.

    `has_code` is whether there is one to enter; by default what the browser's cookie says.
    """
    visits.note(door, SightingKind.BARRED if _is_booking() else SightingKind.FETCHED)
    status = status or (200 if request.method in ("GET", "HEAD") else REFUSED)
    if wants_json():
        return problem(max(status, REFUSED), TITLE, SENTENCE)
    return web.render(
        "public/check.html",
        status=status,
        door=door,
        form=form,
        title=TITLE,
        sentence=SENTENCE,
        masked=masked(door.link.for_email),
        has_code=challenge_of(door, clock.now()) is not None if has_code is None else has_code,
        is_cookieless="asked" in request.args and not ASKED.read(request),
    )


def challenge_of(door: Door, now: datetime) -> int | None:
    """The challenge that this browser has open at the link."""
    challenge_id, ends = ASKED.read(request).get(door.link.id, (0, 0))
    return challenge_id if now.timestamp() < ends else None


def _is_booking() -> bool:
    return request.endpoint == BOOKING and request.method == "POST"


def _manages(door: Door) -> bool:
    """True for who could take the check off. Others of the account are no recipients either."""
    if not visits.is_own(door):
        return False
    return web.current().manages_account or door.calendar.host_id == web.current().user.id
