"""Another e-mail address in the database: confirmed once, within a day, by whoever has the mailbox. On both."""

from datetime import timedelta

import pytest

from app.accounts import email_changes, new_passwords, resetting, service, sessions
from app.accounts.email_changes import ChangeGone
from app.accounts.models import EmailChange, User
from app.accounts.sessions import SignedIn
from app.db import db, transaction
from app.errors import Conflict, Invalid
from app.events import Event
from tests.factories import NOW, account_of, make_email_change, make_user

NEW = "new@example.org"


@pytest.fixture
def ada() -> User:
    return make_user(email="ada@example.org")


def signed_in(user: User) -> SignedIn:
    with transaction():
        return sessions.find(sessions.begin(user, account_of(user), NOW), NOW)


def ask(user: User, email: str = NEW) -> EmailChange:
    person = signed_in(user)
    with transaction():
        email_changes.ask(person, email, NOW)
    return email_changes.pending_of(user.id, NOW)


def confirm(change: EmailChange, now=NOW) -> None:
    with transaction():
        email_changes.confirm(email_changes.find(email_changes.token_of(change), now), now)


def email_of(user: User) -> str:
    db.session.expire_all()
    return db.session.get(User, user.id).email


def test_address_changes_when_it_is_confirmed_and_not_before(ada: User) -> None:
    change = ask(ada, " New@Example.org ")
    assert email_of(ada) == "ada@example.org"
    confirm(change)
    assert email_of(ada) == NEW
    assert service.user_by_email(NEW).id == ada.id
    events = db.session.execute(db.select(Event.name, Event.data).order_by(Event.name)).all()
    assert [name for name, _ in events] == ["email_change_asked", "email_changed"]
    assert events[0].data == {"user_id": ada.id, "change_id": change.id}
    with pytest.raises(ChangeGone):
        confirm(change)


def test_later_wish_replaces_the_earlier_one(ada: User) -> None:
    first, second = ask(ada), ask(ada, "other@example.org")
    with pytest.raises(ChangeGone):
        confirm(first)
    confirm(second)
    assert email_of(ada) == "other@example.org"


def test_withdrawn_and_old_ones_are_gone(ada: User) -> None:
    change = ask(ada)
    with pytest.raises(ChangeGone):
        confirm(change, NOW + timedelta(days=1))
    with transaction():
        email_changes.withdraw(ada.id, NOW)
    with pytest.raises(ChangeGone):
        confirm(change)
    for forged in ("", "a" * 32):
        with pytest.raises(ChangeGone):
            email_changes.find(forged, NOW)
    assert email_of(ada) == "ada@example.org"


@pytest.mark.parametrize("way", ["reset", "change"])
def test_new_password_withdraws_it(ada: User, way: str) -> None:
    """Whoever has got in and asked for their own address must not keep it as a way back."""
    change = ask(ada)
    if way == "reset":
        resetting.reset(resetting.token_of(ada, NOW), "a longer battery staple", NOW)
    else:
        kept = signed_in(ada).session.id
        with transaction():
            new_passwords.change(ada, "other hash", kept, NOW)
    with pytest.raises(ChangeGone):
        confirm(change)


def test_taken_address_is_said_to_its_mailbox_only(ada: User) -> None:
    """Asking tells nobody whether somebody else signs in with the address."""
    cleo = make_user("Cleo", email="cleo@example.org")
    change = ask(ada, cleo.email)
    with pytest.raises(Conflict, match="belongs to somebody else"):
        confirm(change)
    assert email_changes.pending_of(ada.id, NOW) is not None
    assert email_of(ada) == "ada@example.org"


@pytest.mark.parametrize(
    ("email", "sentence"), [("ADA@example.org", "your address already"), ("x", "not an e-mail")]
)
def test_poor_address_is_refused(ada: User, email: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        ask(ada, email)


def test_links_to_a_new_password_that_were_sent_to_the_old_address_are_dead(ada: User) -> None:
    token = resetting.token_of(ada, NOW)
    confirm(ask(ada))
    db.session.expire_all()
    with pytest.raises(resetting.ResetGone):
        resetting.user_of(token, NOW)


def test_change_that_was_overtaken_by_another_one_is_gone(ada: User) -> None:
    """The operator has changed the address by hand in between."""
    change = make_email_change(ada, NEW)
    with transaction():
        email_changes.set_email(ada.id, "ada@example.org", "third@example.org", NOW)
    with pytest.raises(ChangeGone):
        confirm(change)
    assert email_of(ada) == "third@example.org"
