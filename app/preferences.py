"""What a browser prefers, kept in a cookie: the theme. A public form without a session, so without CSRF."""

from flask import Blueprint, Response, redirect, request

from . import config, web
from .errors import Invalid
from .local_paths import local_path

bp = Blueprint("preferences", __name__, url_prefix="/preferences")
web.csrf.exempt(bp)

AUTO = "auto"
ONE_YEAR = 365 * 24 * 60 * 60


@bp.post("/theme")
def theme() -> Response:
    """Light, dark, or as the device has it."""
    wish = request.form.get("theme", "")
    if wish not in (*web.THEMES, AUTO):
        raise Invalid("There is no such choice.")
    answer: Response = redirect(local_path(request.form.get("next")), 303)  # type: ignore[assignment]
    if wish == AUTO:
        answer.delete_cookie("theme")
    else:
        is_https = config.current().is_https
        answer.set_cookie("theme", wish, ONE_YEAR, httponly=True, secure=is_https, samesite="Lax")
    return answer
