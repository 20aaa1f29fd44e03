"""A new password for somebody who knows the present one. Runs in the caller's transaction."""

from datetime import datetime

from ..db import db
from . import email_changes, sessions
from .models import User


def change(user: User, password_hash: str, kept_session: int, now: datetime) -> None:
    """Every session of the user but `kept_session` ends, and a change of e-mail that waits is withdrawn."""
    email_changes.withdraw(user.id, now)  # first: whoever confirms one takes the rows in this order too
    user.password_hash = password_hash
    db.session.flush()  # before the sessions: a sign-in by the old password that holds the row shall end too
    sessions.end_others(user.id, kept_session, now)
