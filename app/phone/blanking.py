"""Takes away who called and what was written. The rows stay, so that counts and timelines stay true."""

from typing import Any

from sqlalchemy import update

from ..db import connection
from .models import MissedCall, ReceivedText

call, text = MissedCall.__table__, ReceivedText.__table__


def blank_calls(ids: list[Any]) -> None:
    """Forget who called, in the caller's transaction."""
    connection().execute(update(call).where(call.c.id.in_(ids)).values(number=""))


def blank_texts(ids: list[Any]) -> None:
    """Forget who wrote, and what."""
    connection().execute(update(text).where(text.c.id.in_(ids)).values(number="", text=""))
