"""Joining a workspace by an invitation. Everything here runs in the caller's transaction."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from ..db import connection, db
from ..errors import Conflict, DomainError
from . import email_changes, invitations, service, sessions
from .invitations import Invited
from .models import Invitation, Membership, User
from .service import NewUser


class InvitationGone(DomainError):
    """The invitation was accepted or revoked, is too old, or was never ours."""

    status = 410
    title = "This invitation is no longer open"

    def __init__(self) -> None:
        super().__init__(
            "It was used or withdrawn, or is more than a week old. Ask whoever invited you for a new one."
        )


def find(token: str, now: datetime) -> Invited:
    """What a genuine token invites to. Raises InvitationGone for every other text, and for what is over."""
    nonce = invitations.maker().nonce(token)
    found = (
        db.session.execute(invitations.invited().where(Invitation.nonce == nonce)).one_or_none()
        if nonce
        else None
    )
    if found is None or not is_open(found[0], now):
        raise InvitationGone
    return Invited(*found)


def is_open(invitation: Invitation, now: datetime) -> bool:
    """True while somebody can join by it."""
    return invitation.accepted_at is None and invitation.revoked_at is None and now < invitation.expires_at


def accept(invited: Invited, person: NewUser, now: datetime) -> User:
    """Make the person, or the one who had left, a member. Of two who try at once, one gets in.

    Raises InvitationGone, and Conflict when the address has come to belong to somebody of another workspace.
    """
    invitation = invited.invitation
    still = update(Invitation).where(
        Invitation.id == invitation.id,
        Invitation.nonce == invitation.nonce,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now,
    )
    if connection().execute(still.values(accepted_at=now)).rowcount != 1:
        raise InvitationGone
    taken = Conflict(invitations.elsewhere(invitation.email))
    try:
        user = _person(invitation, person, now)
        db.session.add(Membership(account_id=invitation.account_id, user_id=user.id, role=invitation.role))
        db.session.flush()
    except IntegrityError as elsewhere:
        raise taken from elsewhere
    invitations.record("member_joined", invitation, user.id, now)
    return user


def _person(invitation: Invitation, person: NewUser, now: datetime) -> User:
    """Whoever had this address and left, with the new name and password; else somebody new."""
    user = service.user_by_email(invitation.email)
    if user and service.account_of(user.id):
        raise Conflict(invitations.elsewhere(invitation.email))
    if user is None:
        user = User(email=invitation.email, created_at=now, locale=person.locale)
        db.session.add(user)
    else:
        email_changes.withdraw(user.id, now)
        sessions.end_all(user.id, now)
    user.name, user.password_hash = person.name.strip(), person.password_hash
    user.tz = service.checked_tz(person.tz)
    db.session.flush()
    return user
