"""Settings > Team: who is here, in which role, who is invited, and who leaves."""

from flask import Response, request, session

from .. import config
from ..bookings.coming import coming_of
from ..calendars.handing_over import calendars_of, hand_over
from ..clock import now
from ..db import transaction
from ..digits import ID
from ..errors import Conflict, Invalid
from ..web import current, go_to, reader, render, sign_in_required
from . import team
from .blueprint import bp
from .forms import InviteForm, RemoveForm, RoleForm
from .invitations import pending_of
from .models import Role
from .roles import given_by
from .service import account_of
from .team import Member
from .team_page import invitation_rows

TEAM = "/settings/team"
MEMBER = f"{TEAM}/<{ID}:user_id>"


@bp.get(TEAM, endpoint="team")
@sign_in_required
def show_team() -> Response:
    """Members, open invitations, and the form to invite."""
    return team_page(invite_form())


@bp.route(f"{MEMBER}/role", methods=["GET", "POST"])
@sign_in_required
def change_role(user_id: int) -> Response:
    """Another role for somebody."""
    member = team.changeable_for(current(), user_id)
    form = RoleForm(role=member.role.value)
    form.offer(given_by(current().role))
    if form.submitted():
        try:
            with transaction():
                team.change_role(current(), user_id, Role(form.role.data), now())
        except Conflict as refusal:
            form.refuse(refusal)
            return _role_page(member, form, refusal.status)
        return _after_change(member, f"{member.user.name} is now {form.role.data}.")
    return _role_page(member, form, 422 if form.errors else 200)


@bp.route(f"{MEMBER}/remove", methods=["GET", "POST"])
@sign_in_required
def remove_member(user_id: int) -> Response:
    """Asks who takes over, and lets somebody leave; oneself too."""
    return _removal(team.changeable_for(current(), user_id))


@bp.route("/account/leave", methods=["GET", "POST"])
@sign_in_required
def leave() -> Response:
    """The same for oneself, in whatever role."""
    return _removal(team.oneself(current()))


def _removal(member: Member) -> Response:
    form = _remove_form(member)
    if team.is_last_owner(current().account.id, member):
        return _remove_page(member, form, team.LAST_OWNER, 409 if request.method == "POST" else 200)
    if not form.submitted():
        return _remove_page(member, form, status=422 if form.errors else 200)
    try:
        _remove(member, form.to_id.data if form.to_id else 0)
    except (Conflict, Invalid) as refusal:
        return _remove_page(member, form, refusal.sentence, refusal.status)
    return _after_change(member, f"{member.user.name} has left the workspace.")


def invite_form() -> InviteForm:
    """The form, with the roles that this person may give."""
    form = InviteForm(role=Role.MEMBER.value)
    form.offer(given_by(current().role))
    return form


def team_page(form: InviteForm, status: int = 200) -> Response:
    """The whole page, for whoever manages the account. Raises NotAllowed."""
    current().require_manager(team.NOT_YOURS)
    account_id = current().account.id
    return render(
        "accounts/team.html",
        members=team.members_of(account_id),
        may_change=lambda member: team.may_change(current(), member),
        invitations=invitation_rows(pending_of(account_id), current(), reader(), now()),
        zone=reader().zone_label(now()),
        sends_mail=config.current().mail is not None,
        form=form,
        status=status,
    )


def _remove(member: Member, to_id: int) -> None:
    person, at = current(), now()
    with transaction():
        hand_over(person.account.id, member.user.id, to_id, actor_id=person.user.id, now=at)
        if member.user.id == person.user.id:
            team.leave(person, at)
        else:
            team.remove(person, member.user.id, at)


def _remove_form(member: Member) -> RemoveForm:
    others = {each.user.id: each.user.name for each in _takers(member)}
    mine = current().user.id
    form = RemoveForm(to_id=mine if mine in others else next(iter(others), None))
    form.to_id.choices = others
    if not calendars_of(current().account.id, member.user.id):
        del form.to_id
    return form


def _takers(member: Member) -> list[Member]:
    """Who may get the calendars: anybody who stays, as a manager sees fit; a member leaves them to the managers."""
    stay = [each for each in team.members_of(current().account.id) if each.user.id != member.user.id]
    return [each for each in stay if current().manages_account or given_by(each.role)]


def _after_change(member: Member, notice: str) -> Response:
    """Back to the team; whoever is no longer one who manages it goes where they may."""
    if member.user.id != current().user.id:
        return go_to(".team", notice=notice)
    if account_of(member.user.id):
        return go_to("calendars.index", notice=notice)
    name = current().account.name
    session.clear()
    return go_to(".sign_in", notice=f"You have left {name}.")


def _role_page(member: Member, form: RoleForm, status: int = 200) -> Response:
    return render("accounts/role.html", member=member, form=form, status=status)


def _remove_page(member: Member, form: RemoveForm, refusal: str = "", status: int = 200) -> Response:
    return render(
        "accounts/remove.html",
        member=member,
        form=form,
        calendars=calendars_of(current().account.id, member.user.id),
        coming=coming_of(current().account.id, member.user.id, now()),
        refusal=refusal,
        status=status,
    )
