"""Open invitations in words, for the team's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .. import config
from ..localtime import Reader
from .invitations import Invited, token_of
from .models import Role
from .roles import given_by
from .sessions import SignedIn


@dataclass(frozen=True)
class InvitationRow:
    """One open invitation. Its `address` is only for who made it, and only where no mail carries it."""

    id: int
    email: str
    role: Role
    by: str
    until: str
    is_expired: bool
    may_change: bool
    address: str | None


def invitation_rows(
    pending: Sequence[Invited], signed_in: SignedIn, reader: Reader, now: datetime
) -> list[InvitationRow]:
    """A row for each, times as `reader` reads them."""
    return [_row(each, signed_in, reader, now) for each in pending]


def _row(invited: Invited, signed_in: SignedIn, reader: Reader, now: datetime) -> InvitationRow:
    invitation = invited.invitation
    is_expired = invitation.expires_at <= now
    return InvitationRow(
        id=invitation.id,
        email=invitation.email,
        role=invitation.role,
        by=invited.by.name,
        until=reader.short(invitation.expires_at),
        is_expired=is_expired,
        may_change=invitation.role in given_by(signed_in.role),
        address=None if is_expired else _address(invited, signed_in),
    )


def _address(invited: Invited, signed_in: SignedIn) -> str | None:
    if invited.by.id != signed_in.user.id or config.current().mail:
        return None
    token = token_of(invited.invitation)
    return f"{config.current().base_url}/i/{token}" if token else None
