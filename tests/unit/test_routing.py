"""Routes write the function that builds their addresses when it is wanted."""

from typing import Any

import pytest
from flask import Flask, url_for
from werkzeug.routing import Rule

from app.routing import LateRule


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rules that Werkzeug has written functions for."""
    seen: list[str] = []
    write = Rule._compile_builder

    def told(rule: Rule, append_unknown: bool = True) -> Any:
        seen.append(rule.rule)
        return write(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", told)
    return seen


@pytest.fixture
def app(written: list[str]) -> Flask:
    """Two routes, one with a number."""
    app = Flask(__name__)
    app.url_rule_class = LateRule
    app.add_url_rule("/links/<int:link>", "link", lambda link: f"link {link}")
    app.add_url_rule("/", "home", lambda: "home")
    written.clear()
    return app


def test_nothing_is_written_to_answer(app: Flask, written: list[str]) -> None:
    assert app.test_client().get("/links/7").text == "link 7"
    assert not written


def test_an_address_is_built_as_ever_and_its_function_written_once(app: Flask, written: list[str]) -> None:
    with app.test_request_context():
        assert url_for("link", link=7) == url_for("link", link=7) == "/links/7"
        assert url_for("link", link=8, page=2) == "/links/8?page=2"
    assert written == ["/links/<int:link>"]


def test_values_may_have_any_name(app: Flask) -> None:
    app.add_url_rule("/rules/<rule>", "rule", lambda rule: rule)
    with app.test_request_context():
        assert url_for("rule", rule="R1") == "/rules/R1"
        assert url_for("home", rule="R1", written="x") == "/?rule=R1&written=x"
