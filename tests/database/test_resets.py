"""A forgotten password in the database: the same work for everybody who asks, one use, one hour. On both."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from app.accounts import passwords, resetting, sessions
from app.accounts.models import User
from app.accounts.resetting import PER_ADDRESS, PER_EMAIL, ResetGone
from app.db import db, transaction
from app.errors import DomainError, Invalid, NotFound, TooMany
from app.events import Event
from tests.factories import NOW, account_of, make_user

NEW = "a longer battery staple"


@pytest.fixture
def ada() -> User:
    return make_user(email="ada@example.org", password_hash=passwords.hashed("correct horse battery"))


def asked() -> list[Event]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Event).where(Event.name == "password_reset_asked")))


def ask(email: str, address: str = "192.0.2.1", now=NOW) -> None:
    resetting.ask(email, address, now)


def test_asking_is_an_event_without_a_secret(ada: User) -> None:
    ask(" ADA@example.org ")
    (found,) = asked()
    assert (found.data, found.account_id) == (
        {"user_id": ada.id, "mark": resetting.mark_of(ada)},
        account_of(ada),
    )


def test_nobody_is_asked_for_without_an_event(ada: User) -> None:
    ask("nobody@example.org")
    assert asked() == []


def test_known_and_unknown_addresses_cost_the_same_work(ada: User) -> None:
    """As many statements of each kind, as many commits: neither words nor time tell them apart."""

    def work(email: str) -> tuple[list[str], int]:
        said: list[str] = []
        commits: list[int] = []
        listeners = {
            "before_cursor_execute": lambda _c, _cu, statement, *_rest: said.append(statement.split()[0]),
            "commit": lambda _c: commits.append(1),
        }
        for name, listener in listeners.items():
            event.listen(db.engine, name, listener)
        ask(email)
        for name, listener in listeners.items():
            event.remove(db.engine, name, listener)
        return [word for word in said if word != "DELETE"], len(commits)

    work("warm.up@example.org")
    assert work("ada@example.org") == work("nobody@example.org")


def test_token_works_once_and_ends_every_session(ada: User) -> None:
    with transaction():
        secrets = [sessions.begin(ada, account_of(ada), NOW) for _ in range(2)]
    token = resetting.token_of(ada, NOW)
    resetting.reset(token, NEW, NOW)
    assert [sessions.find(secret, NOW) for secret in secrets] == [None, None]
    db.session.expire_all()
    assert passwords.is_right(NEW, db.session.get(User, ada.id).password_hash)
    with pytest.raises(ResetGone):
        resetting.reset(token, "quite another password", NOW)


def test_of_many_at_once_one_gets_through(app: Flask, ada: User) -> None:
    token = resetting.token_of(ada, NOW)

    def reset(number: int) -> bool:
        with app.app_context():
            try:
                resetting.reset(token, f"{NEW} {number}", NOW)
            except DomainError:
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(reset, range(6))) == 1


def test_poor_password_is_refused_and_the_token_stays_good(ada: User) -> None:
    token = resetting.token_of(ada, NOW)
    with pytest.raises(Invalid):
        resetting.reset(token, "short", NOW)
    resetting.reset(token, NEW, NOW)


@pytest.mark.parametrize("change", [{"password_hash": "other"}, {"email": "other@example.org"}])
def test_token_dies_with_the_password_and_with_the_address(ada: User, change: dict[str, str]) -> None:
    token = resetting.token_of(ada, NOW)
    with transaction():
        db.session.execute(db.update(User).values(change))
    db.session.expire_all()
    with pytest.raises(ResetGone):
        resetting.user_of(token, NOW)


def test_token_lives_an_hour_and_is_for_one_person(ada: User) -> None:
    ben = make_user("Ben", password_hash=ada.password_hash)
    token = resetting.token_of(ada, NOW)
    assert resetting.user_of(token, NOW + timedelta(minutes=59)).id == ada.id
    with pytest.raises(ResetGone):
        resetting.user_of(token, NOW + timedelta(hours=1))
    assert resetting.user_of(resetting.token_of(ben, NOW), NOW).id == ben.id
    for forged in ("", "a" * 36, token[:-1], f"{token[:-2]}AA"):
        with pytest.raises(ResetGone):
            resetting.user_of(forged, NOW)


def test_asking_is_limited_by_address_and_by_e_mail_known_or_not(ada: User) -> None:
    for email in ("ada@example.org", "nobody@example.org"):
        for number in range(PER_EMAIL.attempts):
            ask(email, f"192.0.2.{number}")
        with pytest.raises(TooMany, match="unwanted mail"):
            ask(email, "198.51.100.1")
    for number in range(PER_ADDRESS.attempts):
        ask(f"p{number}@example.org", "203.0.113.5")
    with pytest.raises(TooMany, match="Too many links"):
        ask("q@example.org", "203.0.113.5")
    assert len(asked()) == PER_EMAIL.attempts


def test_operator_is_told_of_an_address_that_nobody_has(ada: User) -> None:
    assert resetting.user_called("ADA@example.org").id == ada.id
    with pytest.raises(NotFound, match=r"Nobody signs in with x@example\.org"):
        resetting.user_called("x@example.org")
