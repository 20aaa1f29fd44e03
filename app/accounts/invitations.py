"""Inviting people to a workspace. Everything here runs in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError

from .. import config, events, tokens
from ..db import db
from ..errors import Conflict, NotAllowed, NotFound
from ..ratelimit import Limit
from . import service, team
from .models import Account, Invitation, Membership, Role, User
from .roles import given_by
from .sessions import SignedIn

LIFETIME = timedelta(days=7)
PER_ACCOUNT = Limit(
    "invitations",
    30,
    timedelta(hours=1),
    "Many invitations were sent from this workspace within an hour. Please send the next ones in {wait}.",
)


@dataclass(frozen=True)
class Invited:
    """An open invitation with the workspace and the person who sent it."""

    invitation: Invitation
    account: Account
    by: User


def invite(signed_in: SignedIn, email: str, role: Role, now: datetime) -> Invitation:
    """Invite an address that belongs to nobody here. Raises Invalid, Conflict, and NotAllowed beyond one's own role."""
    if role not in _given_now(signed_in):
        raise NotAllowed(team.OWNERS_ONLY)
    email = service.checked_email(email)
    _require_free(email, signed_in.account.id)
    invitation = Invitation(
        account_id=signed_in.account.id,
        email=email,
        role=role,
        invited_by_id=signed_in.user.id,
        created_at=now,
        **_fresh(now),
    )
    db.session.add(invitation)
    try:
        db.session.flush()
    except IntegrityError as known:
        raise Conflict(f"{email} is invited already. Send that invitation again, or revoke it.") from known
    record("member_invited", invitation, signed_in.user.id, now)
    return invitation


def pending_of(account_id: int) -> Sequence[Invited]:
    """Invitations that were neither accepted nor revoked, expired ones included, newest first."""
    found = invited().where(
        Invitation.account_id == account_id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    return [Invited(*row) for row in db.session.execute(found.order_by(Invitation.id.desc()))]


def resend(signed_in: SignedIn, invitation_id: int, now: datetime) -> Invitation:
    """Another week, and another address: the one that was sent before stops working. Raises NotFound."""
    return _while_open(signed_in, invitation_id, "member_invited", _fresh(now), now)


def revoke(signed_in: SignedIn, invitation_id: int, now: datetime) -> Invitation:
    """Nobody can join by it any more. Raises NotFound when it is not open."""
    return _while_open(signed_in, invitation_id, "invitation_revoked", {"revoked_at": now}, now)


def token_of(invitation: Invitation) -> str | None:
    """The secret behind /i/; None when the server key that made it was dropped."""
    return maker().token(invitation.nonce, invitation.key_id)


def _require_free(email: str, account_id: int) -> None:
    known = select(Membership.account_id).join(User, User.id == Membership.user_id).where(User.email == email)
    found = db.session.scalar(known)
    if found == account_id:
        raise Conflict(f"{email} belongs to this workspace already.")
    if found is not None:
        raise Conflict(elsewhere(email))


def elsewhere(email: str) -> str:
    """Why somebody of another workspace cannot join."""
    return (
        f"{email} signs in to another workspace here already, and a person belongs to one. "
        "Invite another address of theirs."
    )


def _while_open(
    signed_in: SignedIn, invitation_id: int, event: str, values: dict[str, object], now: datetime
) -> Invitation:
    """Write the values if the invitation is still open at that very moment, and may be changed by this person."""
    still = update(Invitation).where(
        Invitation.id == invitation_id,
        Invitation.account_id == signed_in.account.id,
        Invitation.role.in_(_given_now(signed_in)),
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    changed = db.session.scalars(still.values(values).returning(Invitation)).one_or_none()
    if changed is None:
        raise NotFound("There is no such invitation that is open.")
    record(event, changed, signed_in.user.id, now)
    return changed


def _given_now(signed_in: SignedIn) -> tuple[Role, ...]:
    """The roles that this person may give; who takes theirs from them meanwhile waits, and then revokes what they sent.

    Raises NotAllowed for a member.
    """
    given = given_by(team.held_role(signed_in))
    if not given:
        raise NotAllowed(team.NOT_YOURS)
    return given


def _fresh(now: datetime) -> dict[str, object]:
    return {"nonce": tokens.new_nonce(), "key_id": maker().key_id, "expires_at": now + LIFETIME}


def maker() -> tokens.TokenMaker:
    """What makes and checks the tokens of invitations here."""
    return tokens.TokenMaker(tokens.INVITATION, config.current().secrets)


def invited() -> Select[tuple[Invitation, Account, User]]:
    """A query for invitations, each with its workspace and who sent it."""
    joined = select(Invitation, Account, User).join(Account, Account.id == Invitation.account_id)
    # What an UPDATE of ours has changed since counts, whatever this session read before.
    found = joined.join(User, User.id == Invitation.invited_by_id)
    return found.execution_options(populate_existing=True)


def record(name: str, invitation: Invitation, actor_id: int, now: datetime) -> None:
    """Write an event about the invitation."""
    events.record(
        name,
        account_id=invitation.account_id,
        actor_id=actor_id,
        at=now,
        data={"invitation_id": invitation.id, "role": invitation.role.value},
    )
