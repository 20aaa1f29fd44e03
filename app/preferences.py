"""What a browser prefers, kept in cookies: theme, hour cycle. Public forms without a session, so without CSRF."""

from flask import Blueprint, Response, redirect, request

from . import config, web
from .errors import Invalid
from .local_paths import local_path
from .locales import HourCycle

bp = Blueprint("preferences", __name__, url_prefix="/preferences")
web.csrf.exempt(bp)

AUTO = "auto"
HOUR_CYCLES: tuple[HourCycle, ...] = ("12", "24")
ONE_YEAR = 365 * 24 * 60 * 60


@bp.post("/theme")
def theme() -> Response:
    """Light, dark, or as the device has it."""
    return _prefer("theme", web.THEMES)


@bp.post("/hour-cycle")
def hour_cycle() -> Response:
    """12 or 24 hours, or as the reader's territory has it."""
    return _prefer("hour_cycle", HOUR_CYCLES)


def chosen_hour_cycle() -> HourCycle | None:
    """What this browser's reader has switched to; None when they never did."""
    return next((cycle for cycle in HOUR_CYCLES if cycle == request.cookies.get("hour_cycle")), None)


def _prefer(name: str, values: tuple[str, ...]) -> Response:
    wish = request.form.get(name, "")
    if wish not in (*values, AUTO):
        raise Invalid("There is no such choice.")
    answer: Response = redirect(local_path(request.form.get("next")), 303)  # type: ignore[assignment]
    if wish == AUTO:
        answer.delete_cookie(name)
    else:
        answer.set_cookie(
            name, wish, ONE_YEAR, httponly=True, secure=config.current().is_https, samesite="Lax"
        )
    return answer
