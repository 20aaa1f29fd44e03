"""Addresses with what mail programs take for their end: a slash, a full stop, a bracket. They lead to the page itself.

Only for a token whose tag is right: whoever has it may come in anyway, and whoever guesses learns nothing.
"""

from flask import Response, redirect, request

from ..bookings import manage
from ..links.service import link_tokens
from . import gone
from .blueprint import bp
from .manage_routes import manage_booking

ADDED = "/.,;:!?)]}>*'\"»\u201d\u2019"
SEEN = {"public.picker": ("/o/", link_tokens), "public.manage_booking": (manage.PAGE, manage.manage_tokens)}


@bp.before_request
def lead_to_the_page() -> Response | None:
    """308 to the address without its additions; None for one that has none, or whose token is not ours."""
    if request.endpoint in SEEN and request.view_args["token"].endswith(tuple(ADDED)):
        return _mended(request.endpoint, request.view_args["token"])
    return None


@bp.get("/o/<token>/")
def link_with_slash(token: str) -> Response:
    """The link itself."""
    return _mended("public.picker", token) or gone.unknown()


@bp.get("/m/<token>/")
def booking_with_slash(token: str) -> Response:
    """The booking itself; for any other token what its page says of one."""
    return _mended("public.manage_booking", token) or manage_booking(token)


def _mended(endpoint: str, token: str) -> Response | None:
    prefix, makers = SEEN[endpoint]
    itself = token.rstrip(ADDED)
    return redirect(f"{prefix}{itself}", 308) if makers().nonce(itself) else None  # type: ignore[return-value]
