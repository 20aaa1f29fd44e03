"""Where somebody is signed in: the list under Account, and signing browsers out. Covers R22 for these pages."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.accounts.models import Session, User
from app.db import db
from tests.factories import NOW
from tests.people import make_person, send, sign_in

pytestmark = pytest.mark.usefixtures("now", "ada")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
LATER = NOW + timedelta(hours=1)


def another_browser(app: Flask, user: User, user_agent: str = FIREFOX) -> FlaskClient:
    browser = app.test_client()
    browser.environ_base["HTTP_USER_AGENT"] = user_agent
    sign_in(browser, user)
    return browser


def stored(app: Flask, browser: str) -> Session:
    with app.app_context():
        return db.session.scalars(db.select(Session).where(Session.browser == browser)).one()


def test_list_names_browsers_and_marks_this_one(app: Flask, client: FlaskClient, ada: User) -> None:
    another_browser(app, ada)
    page = client.get("/account").text
    assert "Firefox on Linux" in page
    assert page.count("This browser") == 1
    assert "Tue 1 Dec 09:00 Berlin" in page


def test_last_seen_follows_use_now_and_then(app: Flask, client: FlaskClient, ada: User) -> None:
    other = another_browser(app, ada)
    with clock.fixed(NOW + timedelta(minutes=9)):
        other.get("/account").close()
    assert stored(app, "Firefox on Linux").last_seen_at == NOW
    with clock.fixed(LATER):
        other.get("/account").close()
        assert stored(app, "Firefox on Linux").last_seen_at == LATER
        assert "Tue 1 Dec 10:00 Berlin" in client.get("/account").text


def test_note_that_cannot_be_written_fails_no_page(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_work: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("app.accounts.last_seen.in_transaction", fail)
    with clock.fixed(LATER):
        answer = client.get("/account")
        answer.close()
    assert answer.status_code == 200


def test_one_browser_is_signed_out(app: Flask, client: FlaskClient, ada: User) -> None:
    other = another_browser(app, ada)
    path = f"/account/sessions/{stored(app, 'Firefox on Linux').id}/end"
    assert send(client, path, page="/account").status_code == 303
    assert other.get("/account").status_code == 302
    page = client.get("/account").text
    assert "That browser is signed out." in page
    assert "Firefox on Linux" not in page


def test_all_others_are_signed_out(app: Flask, client: FlaskClient, ada: User) -> None:
    others = [another_browser(app, ada) for _ in range(2)]
    assert send(client, "/account/sessions/end-others", page="/account").status_code == 303
    assert [other.get("/account").status_code for other in others] == [302, 302]
    assert client.get("/account").status_code == 200
    assert "Sign out all others" not in client.get("/account").text


def test_sessions_of_others_stay(app: Flask, client: FlaskClient) -> None:
    """R20."""
    cleo = make_person(app, "Cleo Stranger")
    hers = another_browser(app, cleo)
    path = f"/account/sessions/{stored(app, 'Firefox on Linux').id}/end"
    send(client, path, page="/account")
    send(client, "/account/sessions/end-others", page="/account")
    assert hers.get("/account").status_code == 200
    assert "Firefox on Linux" not in client.get("/account").text
