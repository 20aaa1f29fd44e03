"""The signed cookie that lets a browser find the bookings it made again, and tells its owner from a stranger.

It names links and bookings by id; a manage token is made from the row when a page shows it.
"""

from datetime import timedelta

from flask import Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

from .. import config

NAME = "booked"
MOST_KEPT = 20
ONE_YEAR = timedelta(days=365)


def read(request: Request) -> dict[int, int]:
    """Booking ids by link id; empty without a cookie, or for one that is not ours."""
    if NAME not in request.cookies:
        return {}
    try:
        return {int(link): booking for link, booking in _signer().loads(request.cookies[NAME])}
    except (BadSignature, TypeError, ValueError):
        return {}


def add(answer: Response, request: Request, link_id: int, booking_id: int) -> Response:
    """Remember that this browser used the link for the booking."""
    kept = [*read(request).items(), (link_id, booking_id)][-MOST_KEPT:]
    answer.set_cookie(
        NAME,
        _signer().dumps(kept),
        ONE_YEAR,
        httponly=True,
        samesite="Lax",
        secure=config.current().is_https,
        path="/o/",
    )
    return answer


def _signer() -> URLSafeSerializer:
    keys = config.current().secrets
    return URLSafeSerializer(list(reversed(keys)), salt="slotkey booked cookie")
