"""Writes the mails about accounts: a forgotten password, an invitation, another e-mail address.

Each has a secret address in it, which is made for the mail and hidden from whoever else looks at the message.
"""

from datetime import datetime

from ..accounts import email_changes, invitations, joining, resetting
from ..accounts.models import Account, EmailChange, Invitation, User
from ..accounts.roles import EXPLAINED
from ..db import db
from ..localtime import Reader
from ..scheduling.ical import Person
from .letters import Action, Fact, Letter, Overtaken
from .occasions import Occasion

GONE = "This was revoked, replaced or used before it could be sent."
SETTLED = "The password or the e-mail address was changed before this could be sent."
TOO_LATE = "The hour for this had passed before it could be sent."


def password_reset(occasion: Occasion) -> Letter:
    """The link by which somebody chooses a new password."""
    user = db.session.get(User, occasion.message.user_id, populate_existing=True)
    if occasion.is_sending:
        _require_forgotten(user, occasion)
    address = occasion.secret_address("/r/", resetting.token_of(user, occasion.message.created_at))
    return Letter(
        subject="Choose a new password",
        title="Choose a new password",
        opening=f"Hello {user.name},\n\nsomebody, probably you, has forgotten the password of this account.",
        facts=[Fact("Account", user.email)],
        actions=_actions("Choose a new password", address),
        closing="The link works once, for an hour. If it was not you, do nothing: your password stays as it is.",
        reason="You get this because a new password was asked for with your address.",
    )


def invitation(occasion: Occasion) -> Letter:
    """The link by which somebody joins a workspace."""
    found = db.session.get(Invitation, occasion.message.data["invitation_id"], populate_existing=True)
    if found is None or (occasion.is_sending and not joining.is_open(found, occasion.now)):
        raise Overtaken(GONE)
    account, by = db.session.get(Account, found.account_id), db.session.get(User, found.invited_by_id)
    address = occasion.secret_address("/i/", invitations.token_of(found))
    return Letter(
        subject=f"{by.name} invites you to {account.name}",
        title=f"Join {account.name}",
        opening=f"Hello,\n\n{by.name} invites you to {account.name}, where bookings are made.",
        facts=[
            Fact("You sign in with", found.email),
            Fact("Your role", f"{found.role.value.capitalize()}. {EXPLAINED[found.role]}"),
            Fact("Open until", _when(found.expires_at, by)),
        ],
        actions=_actions(f"Join {account.name}", address),
        closing="The link lets one person join. If you do not know what this is about, do nothing.",
        reason=f"You get this because {by.name} entered your address.",
        reply_to=Person(by.name, by.email),
    )


def email_confirmation(occasion: Occasion) -> Letter:
    """To the new address: the link that confirms it."""
    change, user = _change(occasion)
    if occasion.is_sending and not email_changes.is_open(change, occasion.now):
        raise Overtaken(GONE)
    address = occasion.secret_address("/e/", email_changes.token_of(change))
    return Letter(
        subject="Confirm your e-mail address",
        title="Confirm your e-mail address",
        opening=f"Hello {user.name},\n\nyou asked to sign in with this address from now on.",
        facts=[Fact("New", change.new_email), Fact("Open until", _when(change.expires_at, user))],
        actions=_actions("Confirm the address", address),
        closing="If you did not ask for this, do nothing: nothing changes.",
        reason="You get this because somebody entered your address as theirs.",
    )


def email_notice(occasion: Occasion) -> Letter:
    """To the old address: what was asked for, and what to do if it was somebody else."""
    change, user = _change(occasion)
    return Letter(
        subject="Your e-mail address is about to change",
        title="Your e-mail address is about to change",
        opening=f"Hello {user.name},\n\nsomebody who knows your password asked to sign in with another address.",
        facts=[Fact("Now", change.old_email), Fact("New", change.new_email)],
        actions=_actions("Open your account", occasion.address("/account")),
        closing="It counts once it is confirmed from the new mailbox. If it was not you, keep the present address "
        "under Account, and change your password at once.",
        reason="You get this because you sign in with this address.",
    )


def _require_forgotten(user: User, occasion: Occasion) -> None:
    """Another e-mail or password since it was asked for: a link made now would open what it was never meant for."""
    message = occasion.message
    if occasion.now >= message.created_at + resetting.LIFETIME:
        raise Overtaken(TOO_LATE)
    if message.to_address != user.email or message.data.get("mark") != resetting.mark_of(user):
        raise Overtaken(SETTLED)


def _change(occasion: Occasion) -> tuple[EmailChange, User]:
    change = db.session.get(EmailChange, occasion.message.data["change_id"], populate_existing=True)
    if change is None:
        raise Overtaken(GONE)
    return change, db.session.get(User, change.user_id, populate_existing=True)


def _actions(label: str, address: str | None) -> list[Action]:
    if address is None:
        raise Overtaken("The server key that made its link was removed.")
    return [Action(label, address)]


def _when(instant: datetime, reader: User) -> str:
    return Reader(reader.tz, reader.locale).short(instant, year=True)
