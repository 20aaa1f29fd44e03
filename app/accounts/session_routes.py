"""Where somebody is signed in: each browser can be signed out from here, and all others at once."""

from flask import Response

from ..clock import now
from ..db import transaction
from ..digits import ID
from ..web import current, go_to, sign_in_required
from . import sessions
from .blueprint import bp

SESSIONS = "/account/sessions"


@bp.post(f"{SESSIONS}/<{ID}:session_id>/end")
@sign_in_required
def end_session(session_id: int) -> Response:
    """One browser less."""
    with transaction():
        sessions.end_own(current().user.id, session_id, now())
    return go_to(".show", notice="That browser is signed out.")


@bp.post(f"{SESSIONS}/end-others")
@sign_in_required
def end_other_sessions() -> Response:
    """Only this browser stays."""
    with transaction():
        sessions.end_others(current().user.id, current().session.id, now())
    return go_to(".show", notice="All other browsers are signed out.")
