"""Loads a calendar for the person who asks, or nothing: strangers get the answer an unknown id gets."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from ..accounts.models import Membership, User
from ..accounts.sessions import SignedIn
from ..db import db
from ..errors import NotFound
from .models import Calendar


def calendars_for(signed_in: SignedIn) -> Select[tuple[Calendar]]:
    """A query for the calendars this person manages: all of the account, or for a member those that book them."""
    mine = select(Calendar).where(Calendar.account_id == signed_in.account.id)
    return mine if signed_in.manages_account else mine.where(Calendar.host_id == signed_in.user.id)


def calendar_for(signed_in: SignedIn, calendar_id: int) -> Calendar:
    """The calendar, if this person manages it. Raises NotFound."""
    found = db.session.scalars(calendars_for(signed_in).where(Calendar.id == calendar_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such calendar.")
    return found


def hosts_for(signed_in: SignedIn) -> Sequence[User]:
    """The people this person may make hosts: the members of the account, for a member only themself."""
    if not signed_in.manages_account:
        return [signed_in.user]
    members = select(User).join(Membership, Membership.user_id == User.id)
    return db.session.scalars(
        members.where(Membership.account_id == signed_in.account.id).order_by(User.name, User.id)
    ).all()
