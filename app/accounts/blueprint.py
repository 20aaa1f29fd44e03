"""The blueprint of accounts, and what its pages share."""

from flask import Blueprint, Response, request, session
from flask_login import login_user

from .. import config
from ..error_pages import ask_to_wait
from ..errors import DomainError, TooMany, Unavailable
from ..locales import negotiate_locale
from .browsers import browser_words
from .sessions import SignedIn

bp = Blueprint("accounts", __name__)


def answer_as(refusal: DomainError, page: Response) -> Response:
    """The page with the refusal's status and, after too many attempts, the time to come back."""
    page.status_code = refusal.status
    return ask_to_wait(page, refusal.retry_after) if isinstance(refusal, TooMany | Unavailable) else page


def enter(signed_in: SignedIn) -> None:
    """Give this browser its session. What the cookie held before belongs to nobody in particular, and goes."""
    session.clear()
    session.permanent = True
    login_user(signed_in)


def browser() -> str:
    """What this request's browser is called, for the list of sessions."""
    return browser_words(request.headers.get("User-Agent", ""))


def locale() -> str:
    """How somebody who has no account yet reads dates, by their browser."""
    return negotiate_locale(request.headers.get("Accept-Language", ""), config.current().locale)
