"""Takes away whom messages went to. The rows stay, so that counts and timelines stay true."""

from typing import Any

from sqlalchemy import update

from ..db import connection
from .models import Message

table = Message.__table__
BLANK = {"to_name": "Name removed", "to_address": "", "why": ""}


def blank_messages(ids: list[Any]) -> None:
    """Forget the recipients of messages, in the caller's transaction."""
    connection().execute(update(table).where(table.c.id.in_(ids)).values(BLANK))
