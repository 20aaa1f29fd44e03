"""The blueprint of accounts, and what its pages share."""

from flask import Blueprint, Response

from ..error_pages import ask_to_wait
from ..errors import DomainError, TooMany, Unavailable

bp = Blueprint("accounts", __name__)


def answer_as(refusal: DomainError, page: Response) -> Response:
    """The page with the refusal's status and, after too many attempts, the time to come back."""
    page.status_code = refusal.status
    return ask_to_wait(page, refusal.retry_after) if isinstance(refusal, TooMany | Unavailable) else page
