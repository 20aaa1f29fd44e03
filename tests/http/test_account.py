"""One's own account: profile and password. Covers R20, R22 and R23 for these pages."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import User
from app.db import db
from tests.people import PASSWORD, make_person, send, sign_in

pytestmark = pytest.mark.usefixtures("now")
NEW_PASSWORD = "a longer battery staple"


@pytest.fixture
def ada(app: Flask, client: FlaskClient) -> User:
    """Signed in, in `client`."""
    person = make_person(app)
    sign_in(client, person)
    return person


def stored(app: Flask, user: User) -> User:
    with app.app_context():
        return db.session.get(User, user.id)


def change_password(client: FlaskClient, current: str = PASSWORD, new: str = NEW_PASSWORD):
    return send(client, "/account/password", page="/account", current_password=current, password=new)


def test_page_shows_what_is_stored(client: FlaskClient, ada: User) -> None:
    page = client.get("/account").text
    assert 'value="Ada Lovelace"' in page
    assert '<option selected value="Europe/Berlin">' in page
    assert '<option selected value="en_GB">United Kingdom' in page


def test_profile_is_saved_and_said_once(app: Flask, client: FlaskClient, ada: User) -> None:
    answer = send(client, "/account", name=" Ada King ", tz="Asia/Calcutta", locale="en_US")
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "Saved." in client.get("/account").text
    assert "Saved." not in client.get("/account").text
    person = stored(app, ada)
    assert (person.name, person.tz, person.locale) == ("Ada King", "Asia/Kolkata", "en_US")


def test_only_the_shown_fields_are_saved(app: Flask, client: FlaskClient, ada: User) -> None:
    """R21: mass assignment."""
    more = {"email": "mallory@example.org", "id": "7", "password_hash": "x", "role": "owner"}
    send(client, "/account", name="Ada", tz="UTC", locale="en_GB", **more)
    person = stored(app, ada)
    assert (person.email, person.password_hash) == (ada.email, ada.password_hash)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Enter your name."),
        ({"tz": "Mars/Olympus"}, "Not a valid choice"),
        ({"locale": "xx_XX"}, "Not a valid choice"),
    ],
)
def test_bad_profile_is_refused(
    app: Flask, client: FlaskClient, ada: User, changes: dict[str, str], sentence: str
) -> None:
    answer = send(client, "/account", **{"name": "Ada K", "tz": "UTC", "locale": "en_GB", **changes})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "<title>Error: Account" in answer.text
    assert stored(app, ada).name == "Ada Lovelace"


def test_change_of_password_ends_other_sessions(app: Flask, client: FlaskClient, ada: User) -> None:
    """R22."""
    other = app.test_client()
    sign_in(other, ada)
    assert change_password(client).status_code == 303
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert sign_in(other, ada).status_code == 422
    assert sign_in(other, ada, NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "sentence"),
    [
        ("wrong password", NEW_PASSWORD, "This is not your present password."),
        (PASSWORD, "short", "at least 10 characters"),
        ("", NEW_PASSWORD, "Enter your present password."),
    ],
)
def test_bad_change_of_password_is_refused(
    client: FlaskClient, ada: User, current: str, new: str, sentence: str
) -> None:
    answer = change_password(client, current, new)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Ada Lovelace"' in answer.text
    assert change_password(client).status_code == 303


def test_guessing_the_present_password_is_slowed_down(client: FlaskClient, ada: User) -> None:
    for _ in range(10):
        assert change_password(client, "wrong password").status_code == 422
    answer = change_password(client)
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers


@pytest.mark.parametrize("path", ["/account", "/account/password"])
def test_strangers_and_forms_without_token_change_nothing(
    app: Flask, client: FlaskClient, ada: User, path: str
) -> None:
    """R20 and R23."""
    fields = {
        "name": "X",
        "tz": "UTC",
        "locale": "en_GB",
        "current_password": PASSWORD,
        "password": NEW_PASSWORD,
    }
    assert client.post(path, data=fields).status_code == 403
    assert app.test_client().post(path, data=fields).status_code in (302, 403)
    person = stored(app, ada)
    assert (person.name, person.password_hash) == (ada.name, ada.password_hash)


def test_page_asks_strangers_to_sign_in(app: Flask, ada: User) -> None:
    assert app.test_client().get("/account").location == "/sign-in?next=%2Faccount"


def test_cleo_sees_and_changes_herself_only(app: Flask, ada: User) -> None:
    """R20."""
    cleo, browser = make_person(app, "Cleo Stranger"), app.test_client()
    sign_in(browser, cleo)
    assert "Ada Lovelace" not in browser.get("/account").text
    send(browser, "/account", name="Cleopatra", tz="UTC", locale="en_GB")
    assert stored(app, ada).name == "Ada Lovelace"


def test_name_is_shown_as_text(client: FlaskClient, ada: User) -> None:
    """R24."""
    send(client, "/account", name='"><script>alert(1)</script>', tz="UTC", locale="en_GB")
    assert "<script>alert" not in client.get("/account").text
