"""What a browser prefers: its theme, without a session and without JavaScript."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("value", ["dark", "light"])
def test_choice_is_kept_and_auto_forgets_it(client: FlaskClient, value: str) -> None:
    answer = client.post("/preferences/theme", data={"theme": value, "next": "/somewhere?day=2"})
    assert (answer.status_code, answer.location) == (303, "/somewhere?day=2")
    assert client.get_cookie("theme").value == value
    client.post("/preferences/theme", data={"theme": "auto"})
    assert client.get_cookie("theme") is None


@pytest.mark.parametrize("value", ["", "blue", "13", "dark; Domain=evil.example"])
def test_unknown_choice_is_refused(client: FlaskClient, value: str) -> None:
    answer = client.post("/preferences/theme", data={"theme": value})
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
