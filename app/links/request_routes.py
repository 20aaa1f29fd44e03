"""What the owner does with a request for a new link: one press makes a link and sends it, or puts the request away."""

from collections.abc import Callable

from flask import Response, request
from sqlalchemy import select

from .. import clock, web
from ..calendars.access import calendar_for
from ..calendars.models import Calendar
from ..db import db, in_transaction
from ..digits import ID
from ..errors import Conflict, NotFound
from . import requests
from .blueprint import bp, my_link
from .link_page import link_page
from .models import LinkRequest, RequestStatus
from .sent_words import on_its_way

REQUEST = f"/calendars/<{ID}:calendar_id>/requests/<{ID}:request_id>"


@bp.post(f"{REQUEST}/answer")
def answer_request(calendar_id: int, request_id: int) -> Response:
    """A new link for whoever asked, sent to the address they gave. Pressed twice, it was made once."""
    calendar, asked = _my_request(calendar_id, request_id)
    user, now = web.current().user, clock.now()
    try:
        _settle(asked, RequestStatus.ANSWERED, lambda: requests.answer(calendar, asked, user, now))
    except Conflict as refusal:
        return _settled_otherwise(asked, refusal)
    return _go_back(asked, on_its_way("The new link", asked.email), created=asked.new_link_id)


@bp.post(f"{REQUEST}/ignore")
def ignore_request(calendar_id: int, request_id: int) -> Response:
    """Puts the request away; nobody is told."""
    _, asked = _my_request(calendar_id, request_id)
    user, now = web.current().user, clock.now()
    try:
        _settle(asked, RequestStatus.IGNORED, lambda: requests.ignore(asked, user, now))
    except Conflict as refusal:
        return _settled_otherwise(asked, refusal)
    return _go_back(asked, f"The request of {asked.name} was ignored.")


def _my_request(calendar_id: int, request_id: int) -> tuple[Calendar, LinkRequest]:
    calendar = calendar_for(web.current(), calendar_id)
    own = select(LinkRequest).where(LinkRequest.id == request_id, LinkRequest.calendar_id == calendar.id)
    found = db.session.scalars(own).one_or_none()
    if found is None:
        raise NotFound("There is no such request.")
    return calendar, found


def _settle(asked: LinkRequest, wanted: RequestStatus, work: Callable[[], object]) -> None:
    """Do the work once; that it is done already is fine. Raises Conflict when the other thing was done."""
    try:
        in_transaction(work)
    except Conflict:
        db.session.refresh(asked)
        if asked.status != wanted:
            raise
    db.session.refresh(asked)


def _settled_otherwise(asked: LinkRequest, refusal: Conflict) -> Response:
    """The page of the link that was made for the request, else of the one it came by, under what refused."""
    return link_page(*my_link(asked.calendar_id, asked.new_link_id or asked.link_id), refusal)


def _go_back(asked: LinkRequest, notice: str, **done: int | None) -> Response:
    """To the page the button stood on."""
    if "page" in request.args:
        return web.go_to(".show", calendar_id=asked.calendar_id, link_id=asked.link_id, notice=notice)
    return web.go_to(".index", calendar_id=asked.calendar_id, notice=notice, **done)
