"""Error pages: each kind as a page with a way on and as problem+json, with every header. Covers R19 here."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app import errors
from app.errors import Invalid
from app.headers import EVERYWHERE
from app.links.forms import LinkForm
from tests.people import make_person, sign_in

JSON = {"Accept": "application/json"}
WAIT = timedelta(seconds=90)
SECRET_WORDS = "the password of the database is swordfish"
RAISED: dict[int, Callable[[], Exception]] = {
    403: lambda: errors.NotAllowed("Only an owner may do this."),
    404: lambda: errors.NotFound("There is no such thing."),
    409: lambda: errors.Conflict("Somebody was quicker."),
    410: lambda: errors.LinkGone("This link is over."),
    422: lambda: errors.Invalid("That is no number."),
    429: lambda: errors.TooMany("Wait a little.", WAIT),
    500: lambda: RuntimeError(SECRET_WORDS),
    503: lambda: OperationalError(SECRET_WORDS, {}, Exception()),
}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser; `/fails/<status>` fails with what gives that status."""

    @app.get("/fails/<int:status>")
    def fails(status: int) -> str:
        raise RAISED[status]()

    return app.test_client()


def require_headers(answer: TestResponse) -> None:
    """R19."""
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def failing(client: FlaskClient, status: int, **headers: str) -> TestResponse:
    """An answer of that status: from the framework where it refuses by itself, else from a route that raises."""
    if status == 405:
        return client.post("/bookings", headers=headers)
    if status == 413:
        return client.post("/sign-in", data={"email": "x" * 300_000}, headers=headers)
    return client.get(f"/fails/{status}", headers=headers)


@pytest.mark.parametrize("status", [403, 404, 405, 409, 410, 413, 422, 429, 500, 503])
def test_each_error_is_a_whole_page_with_a_way_on(client: FlaskClient, status: int):
    answer = failing(client, status)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    require_headers(answer)
    assert answer.text.count("<h1") == 1
    assert f">{status}<" in answer.text
    assert answer.text.count('class="button primary"') == 1
    assert SECRET_WORDS not in answer.text


@pytest.mark.parametrize("status", [403, 404, 405, 409, 410, 413, 422, 429, 500, 503])
def test_programs_get_problem_details(client: FlaskClient, status: int):
    """RFC 9457."""
    answer = failing(client, status, **JSON)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    require_headers(answer)
    assert set(answer.json) == {"title", "status", "detail"}
    assert answer.json["status"] == status
    assert all(answer.json.values())
    assert SECRET_WORDS not in answer.text


@pytest.mark.parametrize("status", [403, 409, 410, 422, 429])
def test_a_refusal_says_its_own_sentence(client: FlaskClient, status: int):
    sentence = RAISED[status]().sentence
    assert sentence in failing(client, status).text
    assert failing(client, status, **JSON).json["detail"] == sentence


@pytest.mark.parametrize(("status", "seconds"), [(429, "90"), (503, "10")])
def test_says_when_to_come_back(client: FlaskClient, status: int, seconds: str):
    for headers in ({}, JSON):
        assert failing(client, status, **headers).headers["Retry-After"] == seconds


def test_says_what_may_be_asked_instead(client: FlaskClient):
    assert set(failing(client, 405).headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_can_be_tried_again(client: FlaskClient, status: int):
    page = client.get(f"/fails/{status}?day=2026-12-09").text
    assert f'href="/fails/{status}?day=2026-12-09">Try again<' in page


def test_whoever_is_signed_in_finds_back(app: Flask, client: FlaskClient):
    sign_in(client, make_person(app))
    page = client.get("/fails/409").text
    assert 'href="/calendars"' in page
    assert 'href="/bookings"' in page


def test_a_lost_address_leads_to_the_start(client: FlaskClient):
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert 'href="/">Go to the start page<' in answer.text
    require_headers(answer)


def test_a_form_without_its_token_is_refused_by_name(client: FlaskClient):
    answer = client.post("/sign-in", data={"email": "ada@example.org", "password": "x"})
    assert answer.status_code == 403
    assert "We could not accept this form" in answer.text
    require_headers(answer)


def test_an_error_in_place_of_a_fragment_takes_the_whole_page(client: FlaskClient):
    answer = client.get("/fails/409", headers={"HX-Request": "true", "HX-Target": "section#bookings"})
    assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("body", "innerHTML")


def test_a_failing_database_is_not_asked_who_reads_its_error(app: Flask, client: FlaskClient, monkeypatch):
    """Else the page that says so would fail too."""
    sign_in(client, make_person(app))

    def down(*_: object) -> None:
        raise OperationalError(SECRET_WORDS, {}, Exception())

    monkeypatch.setattr("app.accounts.sessions.find", down)
    answer = client.get("/bookings")
    assert answer.status_code == 503
    assert "Slotkey cannot save anything right now" in answer.text
    require_headers(answer)


def test_a_rules_refusal_stands_beside_its_field_before_the_form_was_validated(app: Flask) -> None:
    with app.test_request_context():
        form = LinkForm(formdata=None)
        form.refuse(Invalid("Write less.", "note"))
        form.refuse(Invalid("Nothing fits."))
        assert (list(form.note.errors), list(form.form_errors)) == (["Write less."], ["Nothing fits."])
