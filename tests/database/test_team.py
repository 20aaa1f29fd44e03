"""Who belongs to a workspace, in which role, and how one joins and leaves it. On both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from app.accounts import email_changes, invitations, joining, service, sessions, team
from app.accounts.joining import InvitationGone
from app.accounts.models import Membership, Role, User
from app.accounts.service import NewUser
from app.accounts.sessions import SignedIn
from app.calendars.handing_over import hand_over
from app.calendars.models import Calendar
from app.db import db, transaction
from app.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from app.events import Event
from tests.factories import (
    NOW,
    account_of,
    join,
    make_calendar,
    make_email_change,
    make_invitation,
    make_user,
)

A_WEEK = timedelta(days=7)
OWNER, ADMIN, MEMBER = Role.OWNER, Role.ADMIN, Role.MEMBER


@pytest.fixture
def ada() -> User:
    return make_user()


def signed_in(user: User) -> SignedIn:
    with transaction():
        return sessions.find(sessions.begin(user, service.account_of(user.id), NOW), NOW)


def roles() -> dict[str, Role]:
    db.session.rollback()
    rows = db.session.execute(db.select(User.name, Membership.role).join(Membership)).all()
    return {name.split()[0]: role for name, role in rows}


def happened() -> list[str]:
    return list(db.session.scalars(db.select(Event.name).order_by(Event.name)))


def change(by: User, whom: User, role: Role) -> None:
    person = signed_in(by)
    with transaction():
        team.change_role(person, whom.id, role, NOW)


def grace(name: str = "Grace Hopper") -> NewUser:
    return NewUser(name, "ignored@example.org", "her hash", "America/New_York", "en_US")


def accept(invitation, person: NewUser | None = None) -> User:
    invited = joining.find(invitations.token_of(invitation), NOW)
    with transaction():
        return joining.accept(invited, person or grace(), NOW)


class TestRoles:
    @pytest.mark.parametrize(
        ("actor", "target", "role", "is_allowed"),
        [
            (OWNER, MEMBER, OWNER, True),
            (OWNER, OWNER, MEMBER, True),
            (ADMIN, MEMBER, ADMIN, True),
            (ADMIN, ADMIN, MEMBER, True),
            (ADMIN, MEMBER, OWNER, False),
            (ADMIN, OWNER, MEMBER, False),
            (MEMBER, MEMBER, ADMIN, False),
            (MEMBER, ADMIN, MEMBER, False),
        ],
    )
    def test_nobody_gives_or_takes_more_than_their_own(
        self, ada: User, actor: Role, target: Role, role: Role, is_allowed: bool
    ) -> None:
        by, whom = join(ada, "Ben", actor), join(ada, "Grace", target)
        if is_allowed:
            change(by, whom, role)
        else:
            with pytest.raises(NotAllowed):
                change(by, whom, role)
        assert roles()["Grace"] == (role if is_allowed else target)

    def test_admin_and_member_cannot_raise_themselves(self, ada: User) -> None:
        for role in (ADMIN, MEMBER):
            ben = join(ada, "Ben", role)
            with pytest.raises(NotAllowed):
                change(ben, ben, OWNER)

    def test_role_that_was_taken_away_meanwhile_counts(self, ada: User) -> None:
        """The request began while Ben was an owner."""
        ben, grace = join(ada, "Ben", OWNER), join(ada, "Grace")
        stale, sent = signed_in(ben), make_invitation(ben)
        change(ada, ben, MEMBER)
        with pytest.raises(NotAllowed), transaction():
            team.change_role(stale, grace.id, ADMIN, NOW)
        with pytest.raises(NotAllowed), transaction():
            invitations.invite(stale, "mary@example.org", MEMBER, NOW)
        with pytest.raises(NotAllowed), transaction():
            invitations.resend(stale, sent.id, NOW)

    def test_last_owner_stays_one_and_stays(self, ada: User) -> None:
        join(ada, "Ben", ADMIN)
        person = signed_in(ada)
        with pytest.raises(Conflict, match="only owner"):
            change(ada, ada, ADMIN)
        with pytest.raises(Conflict, match="only owner"), transaction():
            team.remove(person, ada.id, NOW)
        with pytest.raises(Conflict, match="only owner"), transaction():
            team.leave(person, NOW)

    def test_of_two_owners_who_leave_at_once_one_stays(self, app: Flask, ada: User) -> None:
        assert _leave_at_once(app, ada) == 1

    def test_without_the_lock_both_may_leave(
        self, app: Flask, ada: User, database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The twin: SQLite lets one writer in at a time, so that the lock shows on PostgreSQL alone."""
        if database.kind == "postgresql":
            monkeypatch.setattr(service, "hold", lambda _account_id: None)
            assert min(_leave_at_once(app, make_user()) for _ in range(10)) == 0

    def test_people_of_other_workspaces_are_not_found(self, ada: User) -> None:
        cleo = make_user("Cleo Stranger")
        with pytest.raises(NotFound):
            change(ada, cleo, MEMBER)
        with pytest.raises(NotFound):
            team.changeable_for(signed_in(ada), cleo.id)


def _leave_at_once(app: Flask, ada: User) -> int:
    """Two owners; how many are left."""
    ben = join(ada, "Ben", OWNER)
    people = [signed_in(ada), signed_in(ben)]
    account_id = account_of(ada)

    def leave(person: SignedIn) -> None:
        with app.app_context():
            try:
                with transaction():
                    team.leave(person, NOW)
            except DomainError:
                pass

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(leave, people))
    db.session.rollback()
    return db.session.query(Membership).filter_by(account_id=account_id).count()


class TestLeaving:
    def test_who_left_is_out_at_once_and_cannot_sign_in(self, ada: User) -> None:
        ben = join(ada, "Ben")
        his = signed_in(ben)
        person = signed_in(ada)
        with transaction():
            team.remove(person, ben.id, NOW)
        assert sessions.find(his.secret, NOW) is None
        with pytest.raises(NotAllowed, match="no workspace any more"), transaction():
            service.begin_session(ben, NOW)
        assert "member_removed" in happened()

    def test_calendars_go_to_somebody_who_stays_and_are_off(self, ada: User) -> None:
        ben = join(ada, "Ben")
        calendar, mine = make_calendar(ben), make_calendar(ada)
        version = calendar.version
        with transaction():
            hand_over(account_of(ada), ben.id, ada.id, actor_id=ada.id, now=NOW)
        assert (calendar.host_id, calendar.is_on, mine.is_on) == (ada.id, False, True)
        assert calendar.version > version
        assert happened() == ["calendar_changed", "calendar_switched_off"]

    def test_calendars_go_to_nobody_outside(self, ada: User) -> None:
        ben, cleo = join(ada, "Ben"), make_user("Cleo")
        calendar = make_calendar(ben)
        for to in (cleo.id, ben.id, 0):
            with pytest.raises(Invalid), transaction():
                hand_over(calendar.account_id, ben.id, to, actor_id=ada.id, now=NOW)
        assert db.session.get(Calendar, calendar.id).host_id == ben.id


class TestInvitations:
    def test_whoever_accepts_is_a_member_in_the_role(self, ada: User) -> None:
        person = signed_in(ada)
        with transaction():
            invitation = invitations.invite(person, " Grace@Example.org ", ADMIN, NOW)
        user = accept(invitation)
        assert (user.email, user.tz, user.locale) == ("grace@example.org", "America/New_York", "en_US")
        assert roles()["Grace"] == ADMIN
        assert happened() == ["member_invited", "member_joined"]
        assert "nonce" not in str(db.session.scalars(db.select(Event.data)).all())

    def test_role_is_one_that_the_inviter_may_give(self, ada: User) -> None:
        for role, wanted in ((ADMIN, OWNER), (MEMBER, MEMBER)):
            person = signed_in(join(ada, "Ben", role))
            with pytest.raises(NotAllowed), transaction():
                invitations.invite(person, "grace@example.org", wanted, NOW)

    def test_admin_neither_resends_nor_revokes_an_owners_invitation(self, ada: User) -> None:
        invitation = make_invitation(ada, role=OWNER)
        person = signed_in(join(ada, "Ben", ADMIN))
        for do in (invitations.resend, invitations.revoke):
            with pytest.raises(NotFound), transaction():
                do(person, invitation.id, NOW)

    def test_who_is_here_or_elsewhere_or_invited_is_refused(self, ada: User) -> None:
        ben, cleo = join(ada, "Ben"), make_user("Cleo")
        make_invitation(ada, "grace@example.org")
        person = signed_in(ada)
        for email, sentence in (
            (ben.email, "belongs to this workspace already"),
            (cleo.email, "signs in to another workspace here already, and a person belongs to one"),
            ("grace@example.org", "is invited already"),
            ("nonsense", "not an e-mail address"),
        ):
            with pytest.raises((Conflict, Invalid), match=sentence), transaction():
                invitations.invite(person, email, MEMBER, NOW)

    def test_accepted_revoked_and_old_ones_are_gone(self, ada: User) -> None:
        invitation = make_invitation(ada)
        token = invitations.token_of(invitation)
        accept(invitation)
        revoked = make_invitation(ada, "r@example.org")
        person = signed_in(ada)
        with transaction():
            invitations.revoke(person, revoked.id, NOW)
        old = make_invitation(ada, "o@example.org", expires_at=NOW)
        for gone in (token, invitations.token_of(revoked), invitations.token_of(old), "a" * 32, ""):
            with pytest.raises(InvitationGone):
                joining.find(gone, NOW)

    def test_sending_again_renews_the_week_and_kills_the_earlier_link(self, ada: User) -> None:
        invitation = make_invitation(ada, expires_at=NOW)
        before, person = invitations.token_of(invitation), signed_in(ada)
        with transaction():
            renewed = invitations.resend(person, invitation.id, NOW)
        assert renewed.expires_at == NOW + A_WEEK
        with pytest.raises(InvitationGone):
            joining.find(before, NOW)
        assert joining.find(invitations.token_of(renewed), NOW).account.id == account_of(ada)

    def test_of_many_who_accept_at_once_one_gets_in(self, app: Flask, ada: User) -> None:
        token = invitations.token_of(make_invitation(ada))

        def try_to(number: int) -> bool:
            with app.app_context():
                try:
                    invited = joining.find(token, NOW)
                    with transaction():
                        joining.accept(invited, grace(f"Grace {number}"), NOW)
                except DomainError:
                    return False
                return True

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(try_to, range(6))) == 1
        db.session.rollback()
        assert db.session.query(Membership).count() == 2

    def test_who_was_revoked_while_they_typed_does_not_get_in(self, ada: User) -> None:
        invitation, person = make_invitation(ada), signed_in(ada)
        invited = joining.find(invitations.token_of(invitation), NOW)
        with transaction():
            invitations.revoke(person, invitation.id, NOW)
        with pytest.raises(InvitationGone), transaction():
            joining.accept(invited, grace(), NOW)
        assert "Grace" not in roles()

    def test_invitations_of_who_was_removed_are_revoked(self, ada: User) -> None:
        ben, person = join(ada, "Ben", ADMIN), signed_in(ada)
        his, hers = make_invitation(ben), make_invitation(ada, "h@example.org")
        token = invitations.token_of(his)
        with transaction():
            team.remove(person, ben.id, NOW)
        with pytest.raises(InvitationGone):
            joining.find(token, NOW)
        assert [each.by.id for each in invitations.pending_of(account_of(ada))] == [ada.id]
        assert joining.find(invitations.token_of(hers), NOW).by.id == ada.id
        assert "invitation_revoked" in happened()

    def test_invitations_beyond_a_smaller_role_are_revoked(self, ada: User) -> None:
        ben = join(ada, "Ben", OWNER)
        for role in (OWNER, ADMIN, MEMBER):
            make_invitation(ben, f"{role.value}@example.org", role=role)
        for smaller, left in ((ADMIN, {ADMIN, MEMBER}), (MEMBER, set())):
            change(ada, ben, smaller)
            pending = invitations.pending_of(account_of(ada))
            assert {each.invitation.role for each in pending} == left

    def test_who_comes_back_has_no_change_of_e_mail_waiting(self, ada: User) -> None:
        ben, person = join(ada, "Ben"), signed_in(ada)
        make_email_change(ben)
        with transaction():
            team.remove(person, ben.id, NOW)
        accept(make_invitation(ada, ben.email))
        assert email_changes.pending_of(ben.id, NOW) is None

    def test_who_had_left_comes_back_as_the_same_person(self, ada: User) -> None:
        ben, person = join(ada, "Ben"), signed_in(ada)
        with transaction():
            team.remove(person, ben.id, NOW)
        user = accept(make_invitation(ada, ben.email), grace("Ben Babbage"))
        assert (user.id, user.name, user.password_hash) == (ben.id, "Ben Babbage", "her hash")

    def test_who_joined_elsewhere_meanwhile_is_told(self, ada: User) -> None:
        invitation = make_invitation(ada)
        make_user("Grace", email="grace@example.org")
        with pytest.raises(Conflict, match="another workspace"):
            accept(invitation)
        assert len(team.members_of(account_of(ada))) == 1

    def test_database_refuses_a_second_workspace_for_a_person(self, ada: User) -> None:
        other = account_of(make_user("Cleo"))
        second = db.insert(Membership).values(account_id=other, user_id=ada.id, role=OWNER)
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(second)
