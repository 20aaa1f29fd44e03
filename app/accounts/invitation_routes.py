"""Invitations: sent, sent again, revoked; and the page where somebody joins."""

from flask import Response

from .. import ratelimit
from ..clock import now
from ..db import transaction
from ..digits import ID
from ..errors import Conflict, DomainError, Invalid
from ..web import current, go_to, render, sign_in_required
from . import invitations, joining, passwords, service
from .blueprint import answer_as, bp, browser, enter, locale
from .forms import JoinForm
from .invitations import PER_ACCOUNT, Invited
from .models import Role
from .service import NewUser
from .sessions import SignedIn
from .team_routes import TEAM, invite_form, team_page

INVITATION = f"{TEAM}/invitations/<{ID}:invitation_id>"


@bp.post(f"{TEAM}/invitations")
@sign_in_required
def invite() -> Response:
    """One more person, by e-mail."""
    form = invite_form()
    if not form.submitted():
        return team_page(form, 422)
    try:
        ratelimit.check(PER_ACCOUNT, current().account.id, now=now())
        with transaction():
            invited = invitations.invite(current(), form.email.data, Role(form.role.data), now())
    except (Invalid, Conflict) as refusal:
        form.email.errors = [refusal.sentence]
        return team_page(form, refusal.status)
    ratelimit.count(PER_ACCOUNT, current().account.id, now=now())
    return go_to(".team", notice=f"{invited.email} is invited.")


@bp.post(f"{INVITATION}/resend")
@sign_in_required
def resend_invitation(invitation_id: int) -> Response:
    """The same once more; what was sent before stops working."""
    ratelimit.check(PER_ACCOUNT, current().account.id, now=now())
    with transaction():
        invited = invitations.resend(current(), invitation_id, now())
    ratelimit.count(PER_ACCOUNT, current().account.id, now=now())
    return go_to(".team", notice=f"{invited.email} is invited again. The earlier link no longer works.")


@bp.post(f"{INVITATION}/revoke")
@sign_in_required
def revoke_invitation(invitation_id: int) -> Response:
    """Nobody can join by it any more."""
    with transaction():
        invited = invitations.revoke(current(), invitation_id, now())
    return go_to(".team", notice=f"The invitation of {invited.email} is revoked.")


@bp.route("/i/<token>", methods=["GET", "POST"])
def join(token: str) -> Response:
    """A name and a password, and one is in. Raises InvitationGone."""
    invited = joining.find(token, now())
    form = JoinForm(tz=invited.by.tz)
    form.offer(invited.by.tz, locale(), now())
    if form.submitted():
        try:
            enter(_joined(invited, form))
            return go_to("calendars.index", notice=f"Welcome to {invited.account.name}.")
        except joining.InvitationGone:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
            return answer_as(refusal, _join_page(invited, form))
    return _join_page(invited, form, 422 if form.errors else 200)


def _joined(invited: Invited, form: JoinForm) -> SignedIn:
    password_hash = passwords.hashed(form.password.data)
    email = invited.invitation.email
    person = NewUser(form.name.data, email, password_hash, form.tz.data, locale())
    with transaction():
        user = joining.accept(invited, person, now())
        return service.begin_session(user, now(), browser())


def _join_page(invited: Invited, form: JoinForm, status: int = 200) -> Response:
    return render("accounts/join.html", invited=invited, form=form, status=status)
