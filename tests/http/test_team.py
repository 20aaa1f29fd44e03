"""Settings > Team, and joining by an invitation. Strangers and forged forms: tests/security (R20, R23)."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.accounts import invitations, service
from app.accounts.models import Membership, Role, User
from app.calendars.models import Calendar
from app.db import db

from ..factories import NOW, account_of, make_booking, make_calendar, make_invitation
from ..forms_on_page import submit
from ..people import form_token, make_person, send, sign_in
from .calendar_people import Scene, join_team, make_scene, signed_in

PASSWORD = "quite a long password"


@pytest.fixture
def scene(app: Flask, now: object) -> Scene:
    return make_scene(app)


@pytest.fixture
def link(scene: Scene) -> str:
    """Grace is invited as a member."""
    with scene.app.app_context():
        return f"/i/{invitations.token_of(make_invitation(db.session.get(User, scene.ada.id)))}"


def role_of(scene: Scene, user: User) -> Role | None:
    with scene.app.app_context():
        return db.session.scalar(db.select(Membership.role).where(Membership.user_id == user.id))


def join(client: FlaskClient, link: str, **changes: str):
    return send(
        client, link, **{"name": "Grace Hopper", "password": PASSWORD, "tz": "Europe/Berlin", **changes}
    )


def invite(scene: Scene, email: str, role: str = "member"):
    return submit(scene.client, "/settings/team", "email", email=email, role=role)


class TestTeam:
    def test_page_shows_members_and_who_is_invited(self, scene: Scene, link: str) -> None:
        join_team(scene.app, scene.ada)
        page = scene.client.get("/settings/team").text
        for words in ("Ada Lovelace", "(you)", "Ben Babbage", "grace@example.org", "Tue 8 Dec 09:00 Berlin"):
            assert words in page

    def test_it_is_closed_to_members_and_not_offered_to_them(self, scene: Scene) -> None:
        ben = signed_in(scene.app, join_team(scene.app, scene.ada))
        answer = ben.get("/settings/team")
        assert answer.status_code == 403
        assert "managed by the owners and admins" in answer.text
        assert "/settings/team" not in ben.get("/account").text
        assert "/settings/team" in scene.client.get("/account").text

    def test_invitation_without_mail_shows_its_address_to_who_made_it_only(self, scene: Scene) -> None:
        assert invite(scene, "grace@example.org").status_code == 303
        page = scene.client.get("/settings/team").text
        link = re.search(r"http://slotkey\.test(/i/[\w-]{32})", page)[1]
        assert scene.app.test_client().get(link).status_code == 200
        grace = signed_in(scene.app, join_team(scene.app, scene.ada, "Alan Turing", Role.OWNER))
        page = grace.get("/settings/team").text
        assert "grace@example.org" in page
        assert "/i/" not in page

    @pytest.mark.parametrize(
        ("email", "role", "status", "sentence"),
        [
            ("", "member", 422, "Enter the e-mail address to invite."),
            ("nonsense", "member", 422, "not an e-mail address"),
            ("grace@example.org", "emperor", 422, "Not a valid choice"),
        ],
    )
    def test_bad_invitation_is_refused(
        self, scene: Scene, email: str, role: str, status: int, sentence: str
    ) -> None:
        answer = invite(scene, email, role)
        assert answer.status_code == status
        assert sentence in answer.text

    def test_who_is_invited_already_is_said(self, scene: Scene, link: str) -> None:
        answer = invite(scene, "grace@example.org")
        assert answer.status_code == 409
        assert "is invited already" in answer.text

    def test_many_invitations_are_slowed_down(self, scene: Scene) -> None:
        answers = [invite(scene, f"p{number}@example.org").status_code for number in range(31)]
        assert answers == [303] * 30 + [429]

    def test_admin_is_not_offered_what_only_owners_may(self, scene: Scene) -> None:
        alan = signed_in(scene.app, join_team(scene.app, scene.ada, "Alan Turing", Role.ADMIN))
        page = alan.get("/settings/team").text
        assert 'value="owner"' not in page
        assert f"/settings/team/{scene.ada.id}/" not in page
        sent = {
            "csrf_token": form_token(alan.get("/settings/team")),
            "role": "owner",
            "email": "x@example.org",
        }
        assert alan.post("/settings/team/invitations", data=sent).status_code == 422
        for page in ("role", "remove"):
            path = f"/settings/team/{scene.ada.id}/{page}"
            assert alan.get(path).status_code == 403
            assert alan.post(path, data=sent).status_code == 403
        assert role_of(scene, scene.ada) == Role.OWNER

    def test_invitation_is_sent_again_and_revoked(self, scene: Scene, link: str) -> None:
        path = re.search(
            r'action="(/settings/team/invitations/\d+)/resend', scene.client.get("/settings/team").text
        )
        send(scene.client, f"{path[1]}/resend", "/settings/team")
        assert scene.app.test_client().get(link).status_code == 410
        assert "grace@example.org is invited again." in scene.client.get("/settings/team").text
        send(scene.client, f"{path[1]}/revoke", "/settings/team")
        assert "The invitation of grace@example.org is revoked." in scene.client.get("/settings/team").text
        assert send(scene.client, f"{path[1]}/revoke", "/settings/team").status_code == 404

    def test_role_is_changed_and_counts_at_once(self, scene: Scene) -> None:
        ben = join_team(scene.app, scene.ada)
        browser = signed_in(scene.app, ben)
        answer = submit(scene.client, f"/settings/team/{ben.id}/role", "role", role="admin")
        assert answer.status_code == 303
        assert "Ben Babbage is now admin." in scene.client.get(answer.location).text
        assert browser.get(scene.path("details")).status_code == 200

    def test_only_owner_can_be_nothing_else_and_cannot_leave(self, scene: Scene) -> None:
        mine = f"/settings/team/{scene.ada.id}"
        answer = submit(scene.client, f"{mine}/role", "role", role="member")
        assert answer.status_code == 409
        assert "This is the only owner" in answer.text
        page = scene.client.get(f"{mine}/remove")
        assert "This is the only owner" in page.text
        sent = {"csrf_token": form_token(page), "to_id": scene.ada.id}
        assert scene.client.post(f"{mine}/remove", data=sent).status_code == 409

    def test_owner_who_steps_down_lands_where_they_may_be(self, scene: Scene) -> None:
        join_team(scene.app, scene.ada, role=Role.OWNER)
        answer = submit(scene.client, f"/settings/team/{scene.ada.id}/role", "role", role="member")
        assert answer.location == "/calendars"
        assert scene.client.get("/calendars").status_code == 200


class TestLeaving:
    @pytest.fixture
    def ben(self, scene: Scene) -> User:
        """With a calendar, and a booking to come."""
        ben = join_team(scene.app, scene.ada)
        with scene.app.app_context():
            account = account_of(db.session.get(User, scene.ada.id))
            calendar = make_calendar(db.session.get(User, ben.id), account_id=account, name="Ben's hour")
            make_booking(calendar)
        return ben

    def test_page_says_what_becomes_of_everything(self, scene: Scene, ben: User) -> None:
        page = scene.client.get(f"/settings/team/{ben.id}/remove").text
        assert "Ben&#39;s hour: this calendar goes to whom you choose below, switched off" in page
        assert "1 booking is still to come with Ben Babbage." in page

    def test_removed_member_is_out_and_the_calendar_is_ours(self, scene: Scene, ben: User) -> None:
        browser = signed_in(scene.app, ben)
        answer = submit(scene.client, f"/settings/team/{ben.id}/remove", "to_id")
        assert "Ben Babbage has left the workspace." in scene.client.get(answer.location).text
        assert browser.get("/calendars").status_code == 302
        refused = sign_in(browser, ben)
        assert refused.status_code == 403
        assert "You belong to no workspace any more." in refused.text
        with scene.app.app_context():
            his = db.session.scalars(db.select(Calendar).where(Calendar.name == "Ben's hour")).one()
            assert (his.host_id, his.is_on) == (scene.ada.id, False)

    def test_calendars_go_to_nobody_outside(self, scene: Scene, ben: User) -> None:
        cleo = make_person(scene.app, "Cleo Stranger")
        for to in (cleo.id, ben.id, "x"):
            answer = submit(scene.client, f"/settings/team/{ben.id}/remove", "to_id", to_id=to)
            assert answer.status_code == 422
        assert role_of(scene, ben) == Role.MEMBER

    def test_one_can_leave_oneself(self, scene: Scene) -> None:
        alan = join_team(scene.app, scene.ada, "Alan Turing", Role.ADMIN)
        browser = signed_in(scene.app, alan)
        path = f"/settings/team/{alan.id}/remove"
        assert "Leave Ada Lovelace&#39;s account?" in browser.get(path).text
        answer = send(browser, path)
        assert answer.location == "/sign-in"
        assert "You have left Ada Lovelace&#39;s account." in browser.get("/sign-in").text
        assert role_of(scene, alan) is None

    def test_a_member_leaves_by_themself_and_their_calendar_goes_to_who_manages(
        self, scene: Scene, ben: User
    ) -> None:
        """Not to another member, who was not asked."""
        grace = join_team(scene.app, scene.ada, "Grace Hopper")
        browser = signed_in(scene.app, ben)
        assert 'href="/account/leave"' in browser.get("/account").text
        page = browser.get("/account/leave").text
        assert "Leave Ada Lovelace&#39;s account?" in page
        assert "this calendar goes to whom you choose below" in page
        assert submit(browser, "/account/leave", "to_id", to_id=grace.id).status_code == 422
        assert role_of(scene, ben) == Role.MEMBER
        answer = submit(browser, "/account/leave", "to_id")
        assert "You have left Ada Lovelace&#39;s account." in browser.get(answer.location).text
        assert role_of(scene, ben) is None
        with scene.app.app_context():
            his = db.session.scalars(db.select(Calendar).where(Calendar.name == "Ben's hour")).one()
            assert (his.host_id, his.is_on) == (scene.ada.id, False)

    def test_the_last_owner_stays(self, scene: Scene) -> None:
        page = scene.client.get("/account/leave")
        assert (page.status_code, "This is the only owner" in page.text) == (200, True)
        sent = {"csrf_token": form_token(scene.client.get("/account"))}
        assert scene.client.post("/account/leave", data=sent).status_code == 409
        assert role_of(scene, scene.ada) == Role.OWNER


class TestJoining:
    def test_name_and_password_are_enough(self, scene: Scene, link: str) -> None:
        client = scene.app.test_client()
        page = client.get(link).text
        assert "Ada Lovelace invites you as a member." in page
        assert "grace@example.org" in page
        answer = join(client, link)
        assert (answer.status_code, answer.location) == (303, "/calendars")
        assert "Welcome to Ada Lovelace&#39;s account." in client.get("/calendars").text
        assert client.get(scene.path("details")).status_code == 404
        with scene.app.app_context():
            assert service.user_by_email("grace@example.org").name == "Grace Hopper"

    def test_link_is_dead_then(self, scene: Scene, link: str) -> None:
        join(scene.app.test_client(), link)
        client = scene.app.test_client()
        assert client.get(link).status_code == client.head(link).status_code == 410
        assert "no longer open" in client.get(link).text

    def test_role_and_address_are_not_the_guests_to_choose(self, scene: Scene, link: str) -> None:
        """R21."""
        client = scene.app.test_client()
        join(client, link, role="owner", email="mallory@example.org", account_id="1")
        with scene.app.app_context():
            assert service.user_by_email("mallory@example.org") is None
            grace = service.user_by_email("grace@example.org")
        assert role_of(scene, grace) == Role.MEMBER

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"name": " "}, "Enter your name."),
            ({"name": "\u202e\u200b"}, "Enter your name."),
            ({"password": "short"}, "at least 10 characters"),
            ({"tz": "Mars/Olympus"}, "Not a valid choice"),
        ],
    )
    def test_bad_input_is_refused_and_the_link_kept(
        self, scene: Scene, link: str, changes: dict[str, str], sentence: str
    ) -> None:
        client = scene.app.test_client()
        answer = join(client, link, **changes)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert join(client, link).status_code == 303

    def test_opening_it_changes_nothing_and_a_week_ends_it(self, scene: Scene, link: str) -> None:
        client = scene.app.test_client()
        assert [client.get(link).status_code for _ in range(3)] == [200] * 3
        with clock.fixed(NOW + timedelta(days=7)):
            assert client.get(link).status_code == 410

    def test_somebody_who_is_signed_in_becomes_the_new_person_in_this_browser(
        self, scene: Scene, link: str
    ) -> None:
        join(scene.client, link)
        assert "Grace Hopper" in scene.client.get("/account").text

    def test_address_that_belongs_to_another_workspace_by_now(self, scene: Scene, link: str) -> None:
        make_person(scene.app, "Grace Elsewhere", email="grace@example.org")
        answer = join(scene.app.test_client(), link)
        assert answer.status_code == 409
        assert "signs in to another workspace" in answer.text
