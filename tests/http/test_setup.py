"""The first account: only with the printed code, and only one (DESIGN 6)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import setup_codes
from app.accounts.models import Account, SetupCode, User
from app.db import db, transaction
from tests.factories import NOW
from tests.people import form_token, make_person, send

pytestmark = pytest.mark.usefixtures("now")
ADA = {
    "name": "Ada Lovelace",
    "email": "Ada@Example.org",
    "password": "correct horse battery",
    "workspace": "Engines",
    "tz": "Europe/London",
}


@pytest.fixture
def code(app: Flask) -> str:
    """The code that was printed."""
    with app.app_context(), transaction():
        return setup_codes.new_code(NOW)


def test_code_makes_the_first_account_and_signs_in(app: Flask, client: FlaskClient, code: str) -> None:
    answer = send(client, "/setup", code=code, **ADA)
    assert (answer.status_code, answer.location) == (303, "/calendars")
    page = client.get("/account").text
    assert "ada@example.org" in page
    assert "Engines" in page


def test_code_is_read_however_it_is_typed(client: FlaskClient, code: str) -> None:
    typed = code.lower().replace("-", " ")
    assert send(client, "/setup", code=typed, **ADA).status_code == 303


def test_everything_leads_to_setup_until_there_is_an_account(client: FlaskClient, code: str) -> None:
    assert client.get("/").location == "/setup"
    assert client.get("/sign-in").location == "/setup"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": "AAAAA-AAAAA-AAAAA-AAAAA"}, "not the code that was printed last"),
        ({"password": "short"}, "at least 10 characters"),
        ({"password": "x" * 201}, "at most 200 characters"),
        ({"email": "ada"}, "not an e-mail address we can use"),
        ({"email": "ada@example.org\r\nBcc: x@example.org"}, "not an e-mail address we can use"),
        ({"name": "  "}, "Enter your name."),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"tz": "Europe/Atlantis"}, "Not a valid choice"),
    ],
)
def test_bad_input_is_shown_beside_its_field_and_kept(
    app: Flask, client: FlaskClient, code: str, changes: dict[str, str], sentence: str
) -> None:
    answer = send(client, "/setup", **{"code": code, **ADA, **changes})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Engines"' in answer.text
    assert "<title>Error: " in answer.text
    with app.app_context():
        assert db.session.scalar(db.select(User.id)) is None
        assert db.session.scalar(db.select(SetupCode.id)) is not None


def test_zone_of_the_device_is_taken_by_its_old_name_too(client: FlaskClient, code: str) -> None:
    page = client.get("/setup?tz=Asia/Calcutta").text
    assert '<option selected value="Asia/Kolkata">' in page
    assert "data-own-zone" not in page
    assert "data-own-zone" in client.get("/setup").text


def test_closed_once_there_is_an_account(app: Flask, client: FlaskClient, code: str) -> None:
    token = form_token(client.get("/setup"))
    make_person(app)
    assert client.get("/setup").location == "/sign-in"
    answer = client.post("/setup", data={"csrf_token": token, "code": code, **ADA})
    assert answer.status_code == 409
    with app.app_context():
        assert db.session.query(Account).count() == 1


def test_two_at_once_make_one_account(app: Flask, code: str) -> None:
    def set_up(number: int) -> int:
        browser = app.test_client()
        return send(browser, "/setup", code=code, **{**ADA, "email": f"ada{number}@example.org"}).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(set_up, range(4)))
    assert statuses[0] == 303
    assert set(statuses[1:]) <= {409, 422}
    with app.app_context():
        assert db.session.query(Account).count() == db.session.query(User).count() == 1


def test_guessing_codes_is_slowed_down(client: FlaskClient, code: str) -> None:
    for _ in range(10):
        assert send(client, "/setup", **{**ADA, "code": "wrong"}).status_code == 422
    answer = send(client, "/setup", **{**ADA, "code": code})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
