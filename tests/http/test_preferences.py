"""What a browser prefers: theme and hour cycle, without a session and without JavaScript."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.preferences import chosen_hour_cycle


@pytest.mark.parametrize(
    ("path", "cookie", "value"),
    [
        ("/preferences/theme", "theme", "dark"),
        ("/preferences/theme", "theme", "light"),
        ("/preferences/hour-cycle", "hour_cycle", "12"),
        ("/preferences/hour-cycle", "hour_cycle", "24"),
    ],
)
def test_choice_is_kept_and_auto_forgets_it(client: FlaskClient, path: str, cookie: str, value: str) -> None:
    answer = client.post(path, data={cookie: value, "next": "/somewhere?day=2"})
    assert (answer.status_code, answer.location) == (303, "/somewhere?day=2")
    assert client.get_cookie(cookie).value == value
    client.post(path, data={cookie: "auto"})
    assert client.get_cookie(cookie) is None


@pytest.mark.parametrize("path", ["/preferences/theme", "/preferences/hour-cycle"])
@pytest.mark.parametrize("value", ["", "blue", "13", "dark; Domain=evil.example"])
def test_unknown_choice_is_refused(client: FlaskClient, path: str, value: str) -> None:
    answer = client.post(path, data={"theme": value, "hour_cycle": value})
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "", "x"])
def test_next_stays_on_this_site(client: FlaskClient, wanted: str) -> None:
    """R21."""
    answer = client.post("/preferences/theme", data={"theme": "dark", "next": wanted})
    assert answer.location == "/"


def test_looking_changes_nothing(client: FlaskClient) -> None:
    """R13."""
    assert client.get("/preferences/theme?theme=dark").status_code == 405
    assert client.get_cookie("theme") is None


@pytest.mark.parametrize(("cookie", "read"), [("12", "12"), ("24", "24"), ("13", None), (None, None)])
def test_hour_cycle_is_read_back(app: Flask, cookie: str | None, read: str | None) -> None:
    headers = {"Cookie": f"hour_cycle={cookie}"} if cookie else {}
    with app.test_request_context("/", headers=headers):
        assert chosen_hour_cycle() == read
