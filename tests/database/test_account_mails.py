"""Mails about accounts: who gets which, that their links open, and that nobody else reads them. On both databases."""

import re
from datetime import timedelta

import pytest

from app.accounts import email_changes, forgetting, invitations, joining, resetting, sessions
from app.accounts.models import EmailChange, Invitation, Role, Session, User
from app.accounts.sessions import SignedIn
from app.db import db, in_transaction, transaction
from app.events import Event
from app.messaging import compose, kinds, service
from app.messaging.delivery import deliver
from app.messaging.letters import Letter, Overtaken
from app.messaging.models import Message, MessageState
from app.messaging.occasions import HIDDEN, Occasion
from tests.factories import NOW, account_of, make_email_change, make_invitation, make_user
from tests.mailing import deliver_all, events_called, mails_go_to, messages, react_to
from tests.services.mail import Post, mail_server

pytestmark = pytest.mark.usefixtures("now")
MONTH = forgetting.KEPT
LINK = re.compile(r"http://slotkey\.test/[rie]/([\w-]+)")


@pytest.fixture
def ada() -> User:
    return make_user(email="ada@example.org")


@pytest.fixture
def person(ada: User) -> SignedIn:
    with transaction():
        return sessions.find(sessions.begin(ada, account_of(ada), NOW), NOW)


def ask_for_password(_person: SignedIn) -> None:
    resetting.ask("ada@example.org", "192.0.2.1", NOW)


def invite(person: SignedIn) -> None:
    with transaction():
        invitations.invite(person, "grace@example.org", Role.ADMIN, NOW)


def ask_for_email(person: SignedIn) -> None:
    with transaction():
        email_changes.ask(person, "new@example.org", NOW)


ASKED = {
    "password_reset_asked": (ask_for_password, [("password_reset", "ada@example.org")]),
    "member_invited": (invite, [("invitation", "grace@example.org")]),
    "email_change_asked": (
        ask_for_email,
        [("email_confirmation", "new@example.org"), ("email_notice", "ada@example.org")],
    ),
}


def written(message: Message, *, is_sending: bool = True, now=NOW) -> Letter:
    return kinds.write(Occasion(message, now, is_sending))


@pytest.mark.parametrize("name", ASKED)
def test_each_event_makes_its_messages_once(person: SignedIn, name: str) -> None:
    ask, expected = ASKED[name]
    ask(person)
    for _ in range(2):
        react_to(name)
    assert [(each.kind, each.to_address) for each in messages()] == expected


@pytest.mark.parametrize("name", ASKED)
def test_link_is_in_the_mail_and_nowhere_else(person: SignedIn, name: str) -> None:
    """R17 and R18: no row holds it, and whoever looks at the message does not see it."""
    ask, _ = ASKED[name]
    ask(person)
    react_to(name)
    first = messages()[0]
    text = compose.text_of(written(first))
    (token,) = LINK.findall(text)
    assert token in compose.html_of(written(first))
    shown = written(first, is_sending=False)
    assert token not in compose.text_of(shown) + compose.html_of(shown)
    assert HIDDEN in compose.text_of(shown)
    rows = [str(dict(row._mapping)) for row in db.session.execute(db.select(Message.__table__))]
    rows += [str(event.data) for event in db.session.scalars(db.select(Event))]
    assert not [row for row in rows if token in row]


def test_links_open_what_they_are_for(person: SignedIn) -> None:
    opens = {
        "password_reset_asked": lambda token: resetting.user_of(token, NOW).email == "ada@example.org",
        "member_invited": lambda token: joining.find(token, NOW).account.id == person.account.id,
        "email_change_asked": lambda token: email_changes.find(token, NOW).new_email == "new@example.org",
    }
    for name, (ask, _) in ASKED.items():
        ask(person)
        react_to(name)
    sent = [LINK.findall(compose.text_of(written(each))) for each in messages()]
    tokens = [found[0] for found in sent if found]
    for token, is_right in zip(tokens, opens.values(), strict=True):
        assert is_right(token)


def test_mail_goes_out(person: SignedIn) -> None:
    post = Post()
    ask_for_password(person)
    react_to("password_reset_asked")
    with mail_server(post) as server, mails_go_to(server):
        deliver_all()
    (mail,) = post.sent
    assert (mail["To"], mail["Subject"]) == ("Ada Lovelace <ada@example.org>", "Choose a new password")


@pytest.mark.parametrize("name", ["password_reset_asked", "member_invited"])
def test_mail_that_comes_too_late_is_not_sent(person: SignedIn, name: str) -> None:
    ask, _ = ASKED[name]
    ask(person)
    react_to(name)
    deliver_all(NOW + timedelta(days=8))
    (message,) = messages()
    assert message.state == MessageState.DROPPED


@pytest.mark.parametrize("change", [{"password_hash": "other"}, {"email": "other@example.org"}])
@pytest.mark.parametrize("is_queued", [True, False])
def test_reset_of_what_was_changed_meanwhile_is_not_sent(
    person: SignedIn, change: dict[str, str], is_queued: bool
) -> None:
    ask_for_password(person)
    if is_queued:
        react_to("password_reset_asked")
    with transaction():
        db.session.execute(db.update(User).values(change))
    db.session.expire_all()
    react_to("password_reset_asked")
    deliver_all()
    assert [each.state for each in messages()] == [MessageState.DROPPED]


def test_sending_a_reset_again_renews_neither_its_hour_nor_its_use(person: SignedIn) -> None:
    ask_for_password(person)
    react_to("password_reset_asked")
    (message,) = messages()
    (token,) = LINK.findall(compose.text_of(written(message, now=NOW + timedelta(minutes=50))))
    assert resetting.user_of(token, NOW + timedelta(minutes=59)).id == person.user.id
    with pytest.raises(resetting.ResetGone):
        resetting.user_of(token, NOW + resetting.LIFETIME)
    with mail_server(Post()) as server, mails_go_to(server):
        deliver_all()
        resetting.reset(token, "a longer battery staple", NOW)
        in_transaction(lambda: service.resend(message.id, NOW))
        deliver(events_called("message_queued")[-1], NOW)
    (message,) = messages()
    assert (message.state, message.sent_at) == (MessageState.DROPPED, NOW)


def test_what_is_long_over_is_forgotten_and_its_messages_say_so(person: SignedIn) -> None:
    make_invitation(person.user, "old@example.org", expires_at=NOW - MONTH)
    make_email_change(person.user, expires_at=NOW - MONTH, withdrawn_at=NOW - MONTH)
    for name in ("member_invited", "email_change_asked"):
        ASKED[name][0](person)
        react_to(name)
    later = NOW + timedelta(days=8) + MONTH
    forgetting.forget_old(NOW + timedelta(seconds=1))
    assert db.session.scalars(db.select(Invitation.email)).all() == ["grace@example.org"]
    assert db.session.query(EmailChange).count() == 1
    assert sessions.find(person.secret, NOW) is not None
    forgetting.forget_old(later + sessions.LIFETIME)
    db.session.expire_all()
    assert [db.session.query(each).count() for each in (Invitation, EmailChange, Session)] == [0, 0, 0]
    for message in messages():
        with pytest.raises(Overtaken):
            written(message, is_sending=False)


def test_revoked_invitation_is_not_sent(person: SignedIn) -> None:
    invite(person)
    react_to("member_invited")
    with transaction():
        invitations.revoke(person, db.session.scalar(db.select(Invitation.id)), NOW)
    deliver_all()
    assert [each.state for each in messages()] == [MessageState.DROPPED]
