"""Takes what links and requests for them say of people away. The rows stay, so that counts and timelines stay true."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, case, cast, literal, update

from ..db import connection
from .models import LinkRequest, LinkStatus, OneTimeLink, RequestStatus

NAME_REMOVED, NO_ADDRESS = "Name removed", "Address removed"

link, request = OneTimeLink.__table__, LinkRequest.__table__
_KEEPS_CHECK = and_(link.c.status == LinkStatus.ACTIVE, link.c.checks_recipient)
BLANK = {
    "for_name": "",
    # Its owner may give an expired one another date, and it must not open for everybody then. What stands here is no
    # address: no code goes there, and the link is not stored again before it has another one.
    "for_email": case((_KEEPS_CHECK, NO_ADDRESS), else_=""),
    "note": "",
    "checks_recipient": _KEEPS_CHECK,
    # What is left to find it by is its calendar, as links/search.py keeps it.
    "search_words": literal("c") + cast(link.c.calendar_id, String),
}


def blank_links(ids: list[Any]) -> None:
    """Forget whom links were for, in the caller's transaction."""
    connection().execute(update(link).where(link.c.id.in_(ids)).values(BLANK))


def blank_requests(ids: list[Any], now: datetime) -> None:
    """Forget who asked for a new link.

    Open requests are ignored by it, which frees them of having an address that no other open one of the link has.
    """
    ignored = {"status": RequestStatus.IGNORED, "settled_at": now}
    is_open = request.c.id.in_(ids), request.c.status == RequestStatus.OPEN
    connection().execute(update(request).where(*is_open).values(ignored))
    blank = {"name": NAME_REMOVED, "email": "", "note": ""}
    connection().execute(update(request).where(request.c.id.in_(ids)).values(blank))
