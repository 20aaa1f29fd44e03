"""Signing in and out. Covers R21 (no open redirect), R22 (sessions, slowed guessing) and R23 (CSRF) for these pages."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock, create_app
from app.accounts import passwords, sessions
from app.accounts.models import Session, User
from app.accounts.signing_in import QUARTER
from app.db import db, transaction
from tests.factories import NOW
from tests.people import PASSWORD, form_token, make_person, send, sign_in
from tests.services.databases import Database, forget, settings_for

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def ada(app: Flask) -> User:
    """Somebody with an account."""
    return make_person(app)


def session_cookie(client: FlaskClient) -> str:
    return client.get_cookie("slotkey").value


def test_right_password_lets_in(client: FlaskClient, ada: User) -> None:
    answer = sign_in(client, ada)
    assert (answer.status_code, answer.location) == (303, "/calendars")
    assert client.get("/account").status_code == 200


def test_e_mail_may_be_spelt_in_capitals(client: FlaskClient, ada: User) -> None:
    assert send(client, "/sign-in", email=f" {ada.email.upper()} ", password=PASSWORD).status_code == 303


def test_wrong_password_and_unknown_e_mail_get_the_same_answer(client: FlaskClient, ada: User) -> None:
    pages = []
    for email in (ada.email, "nobody@example.org"):
        answer = send(client, "/sign-in", email=email, password="not the password")
        assert answer.status_code == 422
        assert f'value="{email}"' in answer.text
        assert "not the password" not in answer.text
        pages.append(answer.text.replace(email, "").replace(form_token(answer), ""))
    assert pages[0] == pages[1]


def test_unknown_e_mail_costs_a_hash_too(
    client: FlaskClient, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = _Counting(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", counting)
    send(client, "/sign-in", email="nobody@example.org", password=PASSWORD)
    assert counting.verified == 1


class _Counting:
    """Counts what is verified."""

    def __init__(self, hasher: object) -> None:
        self.hasher, self.verified = hasher, 0

    def verify(self, *stored_and_password: str) -> bool:
        self.verified += 1
        return self.hasher.verify(*stored_and_password)

    def __getattr__(self, name: str) -> object:
        return getattr(self.hasher, name)


def test_person_without_a_password_cannot_sign_in(app: Flask, client: FlaskClient, ada: User) -> None:
    ben = make_person(app, "Ben Okafor")
    with app.app_context(), transaction():
        db.session.execute(db.update(User).where(User.id == ben.id).values(password_hash=""))
    assert send(client, "/sign-in", email=ben.email, password="nobody's password").status_code == 422


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/account", "/account"),
        ("/account?x=1", "/account?x=1"),
        ("https://evil.example/", "/calendars"),
        ("//evil.example", "/calendars"),
        ("/\\evil.example", "/calendars"),
        ("/%09/evil.example", "/calendars"),
        ("javascript:alert(1)", "/calendars"),
        ("/sign-out", "/calendars"),
        ("/no-such-page", "/calendars"),
    ],
)
def test_next_leads_to_own_pages_only(client: FlaskClient, ada: User, wanted: str, reached: str) -> None:
    """R21."""
    assert sign_in(client, ada, path=f"/sign-in?next={wanted}").location == reached


def test_page_that_asked_comes_next(client: FlaskClient, ada: User) -> None:
    refused = client.get("/account")
    assert refused.status_code == 302
    assert sign_in(client, ada, path=refused.location).location == "/account"


def test_session_is_new_at_sign_in(client: FlaskClient, ada: User) -> None:
    """R22: what was in the cookie before, signs nobody in after."""
    client.get("/sign-in")
    before = session_cookie(client)
    sign_in(client, ada)
    assert session_cookie(client) != before
    stale = client.application.test_client()
    stale.set_cookie("slotkey", before)
    assert stale.get("/account").status_code == 302


def test_session_is_dead_after_sign_out(app: Flask, client: FlaskClient, ada: User) -> None:
    """R22: a copied cookie is worth nothing once its owner has signed out."""
    sign_in(client, ada)
    copied = session_cookie(client)
    send(client, "/sign-out", page="/account")
    thief = app.test_client()
    thief.set_cookie("slotkey", copied)
    for browser in (client, thief):
        assert browser.get("/account").status_code == 302
    with app.app_context():
        assert db.session.scalars(db.select(Session.ended_at)).all() == [NOW]


def test_cookie_alone_without_its_row_signs_nobody_in(app: Flask, client: FlaskClient, ada: User) -> None:
    sign_in(client, ada)
    with app.app_context(), transaction():
        db.session.execute(db.delete(Session))
    assert client.get("/account").status_code == 302


def test_session_outlives_the_key_it_was_signed_with_where_its_browser_comes_meanwhile(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    ada = make_person(app)
    comes, stays_away = app.test_client(), app.test_client()
    for browser in (comes, stays_away):
        sign_in(browser, ada)
        browser.get("/account")  # its form's token is in the cookie from here on
    old = settings_for(database.url, tmp_path).secrets[0]
    for secrets in (("new", old), ("new",)):
        rotated = create_app(settings_for(database.url, tmp_path, secrets=secrets))
        first, again = _visit(rotated, comes), _visit(rotated, comes)
        assert (first.status_code, again.status_code) == (200, 200)
        assert ("Set-Cookie" in first.headers, "Set-Cookie" in again.headers) == (len(secrets) == 2, False)
        forget(rotated)
    assert _visit(rotated, stays_away).status_code == 302


def _visit(app: Flask, browser: FlaskClient) -> TestResponse:
    """What the app answers to that browser, which keeps what it is given."""
    browser.application = app
    return browser.get("/account")


def test_session_ends_by_itself(client: FlaskClient, ada: User) -> None:
    sign_in(client, ada)
    with clock.fixed(NOW + sessions.LIFETIME * 1.01):
        assert client.get("/account").status_code == 302


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
def test_forms_without_token_are_refused(client: FlaskClient, ada: User, path: str) -> None:
    """R23."""
    sign_in(client, ada)
    assert client.post(path, data={"email": ada.email, "password": PASSWORD}).status_code == 403
    assert client.get("/account").status_code == 200


def test_ten_wrong_passwords_slow_down(app: Flask, client: FlaskClient, ada: User) -> None:
    """R22: from here nothing more, from elsewhere the owner still gets in; in a quarter of an hour all is well."""
    for _ in range(10):
        assert sign_in(client, ada, "wrong password").status_code == 422
    answer = sign_in(client, ada)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert f'value="{ada.email}"' in answer.text
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert sign_in(elsewhere, ada).status_code == 303
    with clock.fixed(NOW + QUARTER):
        assert sign_in(client, ada).status_code == 303


def test_many_e_mails_from_one_address_slow_down(client: FlaskClient, ada: User) -> None:
    """R28 for sign-in: one address cannot try one password on everybody."""
    token = form_token(client.get("/sign-in"))
    answers = [
        client.post(
            "/sign-in",
            data={"csrf_token": token, "email": f"p{n}@example.org", "password": "x" * 12},
            headers={"X-Forwarded-For": f"198.51.100.{n}"},
        ).status_code
        for n in range(61)
    ]
    assert answers == [422] * 60 + [429]


def test_old_hashes_are_renewed(app: Flask, client: FlaskClient, ada: User) -> None:
    with app.app_context():
        old = passwords.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
        with transaction():
            db.session.execute(db.update(User).where(User.id == ada.id).values(password_hash=old))
    assert sign_in(client, ada).status_code == 303
    with app.app_context():
        stored = db.session.scalar(db.select(User.password_hash).where(User.id == ada.id))
    assert not passwords.is_outdated(stored)
    assert passwords.is_right(PASSWORD, stored)
