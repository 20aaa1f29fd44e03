"""Who belongs to a workspace, and in which role. Everything here runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select, update

from .. import events
from ..db import db
from ..errors import Conflict, NotAllowed, NotFound
from . import service, sessions
from .models import Invitation, Membership, Role, User
from .roles import given_by
from .sessions import SignedIn

NOT_YOURS = "The team is managed by the owners and admins of the workspace."
OWNERS_ONLY = "Only an owner may do this to an owner."
LAST_OWNER = "This is the only owner, and a workspace needs one. Make somebody else an owner first."


class Member(NamedTuple):
    """A person and their role."""

    user: User
    role: Role


def members_of(account_id: int) -> Sequence[Member]:
    """Everybody in the workspace, by name."""
    return [Member(*row) for row in db.session.execute(_members(account_id).order_by(User.name, User.id))]


def member_for(signed_in: SignedIn, user_id: int) -> Member:
    """Somebody of the own workspace, for whoever manages it. Raises NotAllowed and NotFound."""
    signed_in.require_manager(NOT_YOURS)
    return _member(signed_in.account.id, user_id)


def changeable_for(signed_in: SignedIn, user_id: int) -> Member:
    """Somebody whom this person may give another role, or remove. Raises NotAllowed and NotFound."""
    member = member_for(signed_in, user_id)
    if not may_change(signed_in, member):
        raise NotAllowed(OWNERS_ONLY)
    return member


def may_change(signed_in: SignedIn, member: Member) -> bool:
    """Whether this person may give the member another role or remove them."""
    return member.role in given_by(signed_in.role)


def is_last_owner(account_id: int, member: Member) -> bool:
    """True for the only owner, who can neither leave nor become anything else."""
    owners = select(func.count()).where(Membership.account_id == account_id, Membership.role == Role.OWNER)
    return member.role == Role.OWNER and db.session.scalar(owners) == 1


def change_role(signed_in: SignedIn, user_id: int, role: Role, now: datetime) -> None:
    """Give somebody another role. Raises NotAllowed beyond one's own role, Conflict for the last owner."""
    member = _locked(signed_in, user_id)
    if role not in given_by(oneself(signed_in).role):
        raise NotAllowed(OWNERS_ONLY)
    if member.role == role:
        return
    if is_last_owner(signed_in.account.id, member):
        raise Conflict(LAST_OWNER)
    membership = _membership(signed_in.account.id, user_id)
    membership.role = role
    db.session.flush()
    _revoke_invitations(signed_in, user_id, given_by(role), now)
    _record("member_role_changed", signed_in, user_id, now, role=role.value, was=member.role.value)


def remove(signed_in: SignedIn, user_id: int, now: datetime) -> None:
    """Take somebody out of the workspace: they are signed out at once, and what they did stays. Only their invitations
    that nobody has accepted yet are revoked.

    Raises NotAllowed beyond one's own role, Conflict for the last owner. Their calendars are the caller's to hand over.
    """
    _take_out(signed_in, _locked(signed_in, user_id), now)


def leave(signed_in: SignedIn, now: datetime) -> None:
    """The same with oneself, in whatever role. Raises Conflict for the last owner."""
    service.hold(signed_in.account.id)
    _take_out(signed_in, oneself(signed_in), now)


def held_role(signed_in: SignedIn) -> Role:
    """One's own role as of now, which nobody changes before the transaction ends. Raises NotFound without one."""
    service.hold(signed_in.account.id)
    return oneself(signed_in).role


def oneself(signed_in: SignedIn) -> Member:
    """One's own place in the workspace as of now. Raises NotFound for somebody who was removed."""
    return _member(signed_in.account.id, signed_in.user.id)


def _take_out(signed_in: SignedIn, member: Member, now: datetime) -> None:
    if is_last_owner(signed_in.account.id, member):
        raise Conflict(LAST_OWNER)
    user_id = member.user.id
    db.session.delete(_membership(signed_in.account.id, user_id))
    db.session.flush()
    sessions.end_all(user_id, now)
    _revoke_invitations(signed_in, user_id, (), now)
    _record("member_removed", signed_in, user_id, now, role=member.role.value)


def _revoke_invitations(signed_in: SignedIn, user_id: int, given: Sequence[Role], now: datetime) -> None:
    """Nobody joins by the word of somebody who may not give that role (any more)."""
    beyond = (
        update(Invitation)
        .where(
            Invitation.account_id == signed_in.account.id,
            Invitation.invited_by_id == user_id,
            Invitation.role.not_in(given),
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(Invitation.id, Invitation.role)
    )
    for invitation_id, role in db.session.execute(beyond).all():
        events.record(
            "invitation_revoked",
            account_id=signed_in.account.id,
            actor_id=signed_in.user.id,
            at=now,
            data={"invitation_id": invitation_id, "role": role.value},
        )


def _locked(signed_in: SignedIn, user_id: int) -> Member:
    """The member as of now, whom this person may change as of now."""
    own = held_role(signed_in)
    member = _member(signed_in.account.id, user_id)
    if member.role not in given_by(own):
        raise NotAllowed(OWNERS_ONLY if member.role == Role.OWNER else NOT_YOURS)
    return member


def _member(account_id: int, user_id: int) -> Member:
    found = db.session.execute(_members(account_id).where(User.id == user_id)).one_or_none()
    if found is None:
        raise NotFound("There is nobody like that in this workspace.")
    return Member(*found)


def _members(account_id: int) -> Select[tuple[User, Role]]:
    joined = select(User, Membership.role).join(Membership, Membership.user_id == User.id)
    return joined.where(Membership.account_id == account_id)


def _membership(account_id: int, user_id: int) -> Membership:
    mine = select(Membership).where(Membership.account_id == account_id, Membership.user_id == user_id)
    return db.session.scalars(mine.execution_options(populate_existing=True)).one()


def _record(name: str, signed_in: SignedIn, user_id: int, now: datetime, /, **data: str) -> None:
    events.record(
        name,
        account_id=signed_in.account.id,
        actor_id=signed_in.user.id,
        at=now,
        data={"user_id": user_id, **data},
    )
