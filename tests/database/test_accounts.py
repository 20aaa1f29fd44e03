"""Accounts in the database: one first account, sessions, e-mails that belong to one person. On both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from app.accounts import new_passwords, passwords, service, sessions, setup_codes, signing_in
from app.accounts.models import Account, Role, Session, SetupCode, User
from app.accounts.service import NewUser
from app.db import db, transaction
from app.errors import Conflict, DomainError, Invalid
from tests.factories import NOW, account_of, make_user


def new_user(email: str = "Ada@Example.org", tz: str = "Asia/Calcutta") -> NewUser:
    return NewUser(" Ada Lovelace ", email, "hash", tz, "en_GB")


def create(user: NewUser, workspace: str = "") -> User:
    with transaction():
        return service.create_account(workspace, user, NOW)


@pytest.mark.usefixtures("app_context")
def test_owner_of_a_new_account() -> None:
    ada = create(new_user())
    assert (ada.name, ada.email, ada.tz) == ("Ada Lovelace", "ada@example.org", "Asia/Kolkata")
    with transaction():
        signed_in = service.begin_session(ada, NOW)
    assert (signed_in.user.id, signed_in.role) == (ada.id, Role.OWNER)
    assert signed_in.account.name == "Ada Lovelace's workspace"


@pytest.mark.usefixtures("app_context")
def test_e_mail_belongs_to_one_person() -> None:
    create(new_user())
    with pytest.raises(Conflict):
        create(new_user("ADA@example.org"))
    assert db.session.query(User).count() == db.session.query(Account).count() == 1
    assert service.user_by_email(" ada@EXAMPLE.org").name == "Ada Lovelace"


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("wrong", [new_user("ada"), new_user("a b@example.org"), new_user(tz="Mars/Olympus")])
def test_wrong_e_mail_or_zone_stores_nothing(wrong: NewUser) -> None:
    with pytest.raises(Invalid):
        create(wrong)
    assert db.session.query(Account).count() == 0


@pytest.mark.usefixtures("app_context")
def test_newest_code_counts_and_only_its_hash_is_stored() -> None:
    with transaction():
        old = setup_codes.new_code(NOW)
    with transaction():
        new = setup_codes.new_code(NOW)
    stored = db.session.scalars(db.select(SetupCode)).one()
    assert new.replace("-", "").encode() not in stored.code_hash
    with pytest.raises(Invalid), transaction():
        setup_codes.take(old)
    with transaction():
        setup_codes.take(new)
    with pytest.raises(Invalid), transaction():
        setup_codes.take(new)


@pytest.mark.usefixtures("app_context")
def test_no_code_once_there_is_an_account() -> None:
    with transaction():
        code = setup_codes.new_code(NOW)
    create(new_user())
    with pytest.raises(setup_codes.AlreadySetUp), transaction():
        setup_codes.new_code(NOW)
    with pytest.raises(setup_codes.AlreadySetUp), transaction():
        setup_codes.take(code)


def test_only_one_of_many_at_once_is_first(app: Flask) -> None:
    with app.app_context(), transaction():
        code = setup_codes.new_code(NOW)

    def set_up(number: int) -> bool:
        with app.app_context():
            try:
                with transaction():
                    setup_codes.take(code)
                    service.create_account("", new_user(f"ada{number}@example.org"), NOW)
            except DomainError:
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(set_up, range(6))) == 1
    with app.app_context():
        assert db.session.query(Account).count() == 1


@pytest.mark.usefixtures("app_context")
def test_sessions_end_one_by_one_or_all_but_one() -> None:
    """R22."""
    ada = make_user()
    with transaction():
        secrets = [sessions.begin(ada, account_of(ada), NOW) for _ in range(3)]
    first, second, third = (sessions.find(secret, NOW) for secret in secrets)
    with transaction():
        sessions.end(first.session.id, NOW)
    assert sessions.find(secrets[0], NOW) is None
    with transaction():
        new_passwords.change(ada, "new hash", second.session.id, NOW)
    assert sessions.find(secrets[1], NOW).user.id == ada.id
    assert sessions.find(third.secret, NOW) is None
    assert sessions.find(secrets[1], NOW + sessions.LIFETIME + timedelta(seconds=1)) is None


@pytest.mark.usefixtures("app_context")
def test_database_holds_no_session_secret() -> None:
    """R17 for sessions."""
    ada = make_user()
    with transaction():
        secret = sessions.begin(ada, account_of(ada), NOW)
    stored = db.session.execute(db.text("SELECT secret_hash FROM session")).scalar_one()
    assert secret.encode() not in bytes(stored)
    assert sessions.find(bytes(stored).hex(), NOW) is None


@pytest.mark.usefixtures("app_context")
def test_password_changed_while_it_is_checked_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign-in by the old password must not outlive the change that ends all sessions."""
    old = passwords.hashed("correct horse")
    create(replace(new_user(), password_hash=old))

    def right_then_changed(password: str, stored: str | None) -> bool:
        with transaction():
            new_passwords.change(service.user_by_email("ada@example.org"), "another hash", 0, NOW)
        return is_right(password, stored)

    is_right = passwords.is_right
    monkeypatch.setattr(passwords, "is_right", right_then_changed)
    with pytest.raises(Invalid):
        signing_in.sign_in("ada@example.org", "correct horse", "192.0.2.1", NOW)
    assert db.session.query(Session).count() == 0
