"""A forgotten password: asking for a link, and choosing a new one by it. Covers R16, R19 and R22 for these pages."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.accounts import resetting
from app.accounts.models import User
from app.db import db
from tests.factories import NOW
from tests.people import PASSWORD, form_token, make_person, send, sign_in

pytestmark = pytest.mark.usefixtures("now")
NEW = "a longer battery staple"


@pytest.fixture
def ada(app: Flask) -> User:
    return make_person(app)


@pytest.fixture
def link(app: Flask, ada: User) -> str:
    with app.app_context():
        return f"/r/{resetting.token_of(db.session.get(User, ada.id), NOW)}"


def test_sign_in_leads_there(client: FlaskClient, ada: User) -> None:
    assert 'href="/forgot-password"' in client.get("/sign-in").text


def test_known_and_unknown_addresses_get_the_same_answer(client: FlaskClient, ada: User) -> None:
    pages = []
    for email in (ada.email, "nobody@example.org"):
        answer = send(client, "/forgot-password", email=email)
        assert (answer.status_code, answer.location) == (303, "/forgot-password/asked")
        pages.append(client.get(answer.location).text)
    assert pages[0] == pages[1]


def test_without_mail_the_pages_name_the_command(client: FlaskClient, ada: User) -> None:
    for path in ("/forgot-password", "/forgot-password/asked"):
        assert "slotkey reset-password" in client.get(path).text


def test_asking_too_often_is_refused_with_a_time_to_come_back(client: FlaskClient, ada: User) -> None:
    answers = [send(client, "/forgot-password", email=ada.email).status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]
    answer = send(client, "/forgot-password", email=ada.email)
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert f'value="{ada.email}"' in answer.text


def test_address_is_needed(client: FlaskClient, ada: User) -> None:
    assert send(client, "/forgot-password", email=" ").status_code == 422


def test_new_password_signs_everybody_out_and_lets_in(app: Flask, ada: User, link: str) -> None:
    """R22."""
    before, browser = app.test_client(), app.test_client()
    sign_in(before, ada)
    answer = send(browser, link, password=NEW)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert "Your password is changed" in browser.get("/sign-in").text
    assert before.get("/account").status_code == 302
    assert sign_in(browser, ada, PASSWORD).status_code == 422
    assert sign_in(browser, ada, NEW).status_code == 303
    over = browser.get(link)
    assert (over.status_code, 'href="/forgot-password">Ask for a new link<' in over.text) == (410, True)


def test_opening_the_link_changes_nothing(client: FlaskClient, ada: User, link: str) -> None:
    for _ in range(3):
        assert client.get(link).status_code == client.head(link).status_code == 200
    assert sign_in(client, ada).status_code == 303


def test_poor_password_is_refused_and_the_link_kept(client: FlaskClient, ada: User, link: str) -> None:
    for poor in ("", "short"):
        answer = send(client, link, password=poor)
        assert answer.status_code == 422
        assert "There is a problem" in answer.text
    assert send(client, link, password=NEW).status_code == 303


def test_dead_and_forged_links_are_gone_for_all_methods(client: FlaskClient, ada: User, link: str) -> None:
    token = form_token(client.get(link))
    for path in ("/r/x", f"/r/{'a' * 36}", link[:-1], f"/r/{link[3:].swapcase()}"):
        assert client.get(path).status_code == 410
        assert client.post(path, data={"csrf_token": token, "password": NEW}).status_code == 410
    with clock.fixed(NOW + timedelta(hours=1)):
        answer = client.get(link)
        assert answer.status_code == 410
        assert "Ask for a new one." in answer.text


def test_page_is_kept_by_nobody_and_named_to_nobody(client: FlaskClient, ada: User, link: str) -> None:
    """R19 for pages whose address is a secret."""
    for path in (link, "/r/x", "/i/x", "/e/x"):
        headers = client.get(path).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "noindex" in headers["X-Robots-Tag"]


def test_form_without_token_is_refused(client: FlaskClient, ada: User, link: str) -> None:
    """R23."""
    assert client.post(link, data={"password": NEW}).status_code == 403
    assert client.post("/forgot-password", data={"email": ada.email}).status_code == 403
    assert sign_in(client, ada).status_code == 303
