"""The request as the public pages see it: whose words to use, what to remember, whether a person looks."""

from datetime import timedelta

from flask import Response, current_app, request, session
from flask_login import current_user

from .. import clock, config, web
from ..links import sightings
from ..links.models import SightingKind
from ..visitor import address_key
from .doors import Door
from .guessing import Guesses
from .reading import Reading, reading_of

ONE_YEAR = timedelta(days=365)


def reading_for(host_tz: str) -> Reading:
    """In whose words this request is answered."""
    languages = request.headers.get("Accept-Language", "")
    asked = request.form if request.method == "POST" else request.args
    return reading_of(asked, request.cookies, languages, host_tz, config.current().locale)


def reading_of_owner() -> Reading:
    """The same on the owner's pages: their own zone and language, unless another zone is asked for."""
    asked, user = request.form if request.method == "POST" else request.args, web.current().user
    return reading_of(asked, {"tz": user.tz}, "", user.tz, user.locale)


def reading_behind(door: Door) -> Reading:
    """In whose words the pages behind a door speak; a booking's own are those of the zone it was made in."""
    if door.moving is None:
        return reading_for(door.calendar.tz)
    return reading_of_owner() if door.moving.is_hosts else reading_for(door.moving.booking.tz)


def remember_choices(answer: Response, reading: Reading) -> Response:
    """Keep the zone and the clock that were chosen for the next visit; pages work as well without."""
    for name, value in reading.carried:
        if request.cookies.get(name) != value:
            answer.set_cookie(
                name, value, ONE_YEAR, httponly=True, samesite="Lax", secure=config.current().is_https
            )
    return answer


def count_guess() -> None:
    """Note that this address has sent a token that is not ours. Raises TooMany."""
    guesses = current_app.extensions.setdefault("slotkey.guesses", Guesses())
    guesses.count(address_key(), clock.now())


def is_own(door: Door) -> bool:
    """True when someone of the link's account opens it. Asks for the session only if there may be one."""
    if door.moving or "_user_id" not in session or not current_user.is_authenticated:
        return False
    return web.current().account.id == door.calendar.account_id


def note(door: Door, kind: SightingKind) -> None:
    """Count what was seen of a one-time link, unless its own account looks or nobody does."""
    if door.link is None or request.method == "HEAD" or is_own(door):
        return
    if kind == SightingKind.LOOKED and _is_fetched_ahead():
        kind = SightingKind.FETCHED
    sightings.note(door.link.id, kind, clock.now())


def _is_fetched_ahead() -> bool:
    return "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
