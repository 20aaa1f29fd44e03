"""R19: the same protecting headers on every answer, whatever went wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app import create_app
from app.headers import EVERYWHERE, FRAMED, FRAMING, POLICY

from ..people import sign_in
from ..public_pages import Site
from ..services.databases import Database, forget, settings_for
from .inventory import OWNERS_PAGES, rules
from .world import World

BIG = b"name=" + b"x" * 300_000
Ask = Callable[[FlaskClient], TestResponse]
ANSWERS: dict[str, tuple[int, Ask]] = {
    "file": (200, lambda client: client.get("/static/app.css")),
    "file again": (304, lambda client: client.get("/static/app.css", headers=_mark_of_file(client))),
    "file by HEAD": (200, lambda client: client.head("/static/app.js")),
    "part of a file": (206, lambda client: client.get("/static/app.css", headers={"Range": "bytes=0-9"})),
    "no such part": (416, lambda client: client.get("/static/app.css", headers={"Range": "bytes=9999999-"})),
    "file by POST": (405, lambda client: client.post("/static/app.css")),
    "no such file": (404, lambda client: client.get("/static/nothing.css")),
    "file outside": (404, lambda client: client.get("/static/..%2f..%2fpyproject.toml")),
    "no such page": (404, lambda client: client.get("/nothing")),
    "not found as JSON": (404, lambda client: client.get("/o/x", headers={"Accept": "application/json"})),
    "wrong method": (405, lambda client: client.delete("/sign-in")),
    "options": (200, lambda client: client.options("/sign-in")),
    "to sign in": (302, lambda client: client.get("/calendars")),
    "home": (303, lambda client: client.get("/")),
    "sign-in": (200, lambda client: client.get("/sign-in")),
    "no token": (403, lambda client: client.post("/sign-in", data={"email": "a"})),
    "too large": (413, lambda client: client.post("/preferences/theme", data=BIG, content_type=FORM)),
    "unreadable choice": (422, lambda client: client.post("/preferences/theme", data={"theme": "red"})),
    "theme": (303, lambda client: client.post("/preferences/theme", data={"theme": "dark"})),
    "failing": (500, lambda client: client.get("/failing")),
    "storage away": (503, lambda client: client.get("/away")),
    "unsigned hook": (403, lambda client: client.post("/hooks/calls/x", json={})),
    "bare error": (418, lambda client: client.get("/teapot")),
}
FORM = "application/x-www-form-urlencoded"
# Mails have inline styles, so they are shown in frames; the pages round those may hold a frame, and nothing more.
OWN_POLICY = {
    "workflows.edit_step": FRAMING,
    "workflows.preview": FRAMED,
    "messages.show": FRAMING,
    "messages.preview": FRAMED,
    "calendars.notice": FRAMING,
    "calendars.notice_preview": FRAMED,
}


@pytest.fixture
def failing(app: Flask) -> None:
    """Routes that go wrong."""

    def fail() -> None:
        raise RuntimeError("on purpose")

    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("the disk is gone"))

    app.add_url_rule("/failing", view_func=fail)
    app.add_url_rule("/away", view_func=away)
    app.add_url_rule("/teapot", "teapot", lambda: ("short and stout", 418))


@pytest.mark.usefixtures("failing")
def test_r19_every_kind_of_answer_carries_them(world: World) -> None:
    client = world.browser("nobody")
    for name, (status, ask) in ANSWERS.items():
        answer = ask(client)
        assert answer.status_code == status, name
        _assert_protected(answer, name)
    assert "Retry-After" in ANSWERS["storage away"][1](client).headers


def test_r19_every_page(world: World) -> None:
    """Of the owner, of the contact, refused ones and limited ones."""
    ada = world.browser("ada")
    for rule in rules(world.app, OWNERS_PAGES):
        if "GET" in rule.methods:
            answer = ada.get(world.path(rule.endpoint))
            _assert_protected(answer, rule.endpoint, OWN_POLICY.get(rule.endpoint, {}))
            assert answer.headers["Cache-Control"] == "no-store"
    site = Site(world.app, world.browser("nobody"))
    form = site.form(world.link_path)
    paths = (
        world.reminders_path,
        world.link_path,
        world.used_path,
        world.manage_path,
        f"{world.manage_path}/booking.ics",
    )
    answers = [site.client.get(path) for path in (*paths, f"/c/{world.ids['slug']}", "/c/nothing")]
    answers += [site.client.post(f"{world.link_path}/details", data=form) for _ in range(2)]
    answers += [site.client.post(f"{world.link_path}/details", data={}) for _ in range(32)]
    answers += [site.client.get("/o/guess") for _ in range(62)]
    answers += [sign_in(site.client, world.ada, "wrong") for _ in range(11)]
    for answer in answers:
        _assert_protected(answer, answer.request.path)
    assert {200, 303, 404, 410, 422, 429} <= {answer.status_code for answer in answers}


def test_r19_the_policy_allows_nothing_inline_or_foreign() -> None:
    assert "unsafe" not in POLICY
    assert "*" not in POLICY
    assert "http" not in POLICY
    for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert rule in POLICY


def test_r19_https_is_asked_for_where_it_is_served(database: Database, tmp_path: Path) -> None:
    told = []
    for scheme in ("http", "https"):
        made = create_app(settings_for(database.url, tmp_path, base_url=f"{scheme}://slotkey.test"))
        told += [
            made.test_client().get(page).headers.get("Strict-Transport-Security")
            for page in ("/sign-in", "/no")
        ]
        forget(made)
    assert told == [None, None, "max-age=31536000", "max-age=31536000"]


def _mark_of_file(client: FlaskClient) -> dict[str, str]:
    return {"If-None-Match": client.get("/static/app.css").headers["ETag"]}


def test_r19_a_mail_is_shown_in_a_frame_in_which_nothing_runs_or_sends() -> None:
    policy = FRAMED["Content-Security-Policy"]
    assert "script-src" not in policy
    for rule in ("default-src 'none'", "frame-ancestors 'self'", "form-action 'none'", "; sandbox"):
        assert rule in policy


def _assert_protected(answer: TestResponse, name: str, own: dict[str, str] | None = None) -> None:
    for header, value in (EVERYWHERE | (own or {})).items():
        got = answer.headers.getlist(header)
        assert got == [value] or (header == "Referrer-Policy" and got == ["no-referrer"]), (name, header)
    assert "Server" not in answer.headers or "Werkzeug" not in answer.headers["Server"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    if answer.status_code in (429, 503):
        assert int(answer.headers["Retry-After"]) >= 1
