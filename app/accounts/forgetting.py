"""What accounts need not keep: sessions, invitations and changes of e-mail that are over. Opens its own transaction."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_

from ..db import connection, in_transaction
from . import sessions
from .models import EmailChange, Invitation, Session

KEPT = timedelta(days=30)


def forget_old(now: datetime) -> None:
    """Periodic: delete what has been over for a month. Events tell on what happened."""
    in_transaction(lambda: _forget(now - KEPT))


def _forget(before: datetime) -> None:
    for table, is_over in (
        (Session, or_(Session.ended_at < before, Session.created_at < before - sessions.LIFETIME)),
        (Invitation, Invitation.expires_at < before),
        (EmailChange, EmailChange.expires_at < before),
    ):
        connection().execute(delete(table).where(is_over))
