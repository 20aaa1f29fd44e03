"""Turns what happened to accounts into messages: handlers of events, with keys made from the event's id."""

from datetime import datetime

from ..accounts.models import EmailChange, Invitation, User
from ..db import db, in_transaction
from ..events import Event
from .service import Recipient, queue_from


def password_reset_asked(event: Event, now: datetime) -> None:
    """The link, to the person themself."""
    in_transaction(lambda: _tell_user(event, now))


def member_invited(event: Event, now: datetime) -> None:
    """The invitation, to the address that is invited."""
    in_transaction(lambda: _tell_invited(event, now))


def email_change_asked(event: Event, now: datetime) -> None:
    """The link to the new address, and a notice to the old one."""
    in_transaction(lambda: _tell_both(event, now))


def _tell_user(event: Event, now: datetime) -> None:
    user, asked = db.session.get(User, event.data["user_id"]), {"mark": event.data.get("mark")}
    to = Recipient(user.name, user.email)
    queue_from(event, "password_reset", to, now, user_id=user.id, data=asked)


def _tell_invited(event: Event, now: datetime) -> None:
    invitation = db.session.get(Invitation, event.data["invitation_id"])
    to, asked = Recipient("", invitation.email), {"invitation_id": invitation.id}
    queue_from(event, "invitation", to, now, data=asked)


def _tell_both(event: Event, now: datetime) -> None:
    change = db.session.get(EmailChange, event.data["change_id"])
    user = db.session.get(User, change.user_id)
    more = {"user_id": user.id, "data": {"change_id": change.id}}
    queue_from(event, "email_confirmation", Recipient(user.name, change.new_email), now, **more)
    queue_from(event, "email_notice", Recipient(user.name, change.old_email), now, **more)
