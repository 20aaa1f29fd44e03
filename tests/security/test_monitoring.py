"""What monitoring may ask gives nothing away, and metrics are for whoever has their token."""

import re

import pytest
from flask import Flask

from app import create_app

from ..services.databases import Database, forget, settings_for
from .world import World

TOKEN = "a token for the metrics only"


@pytest.fixture
def app(database: Database, tmp_path, site_url: str):
    """With metrics."""
    made = create_app(settings_for(database.url, tmp_path, base_url=site_url, metrics_token=TOKEN))
    yield made
    forget(made)


def test_without_the_setting_there_are_no_metrics(database: Database, tmp_path) -> None:
    app = create_app(settings_for(database.url, tmp_path))
    for sent in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}"}):
        assert app.test_client().get("/metrics", headers=sent).status_code == 404
    forget(app)


@pytest.mark.parametrize(
    "sent",
    [
        None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN.upper()}", "Bearer \xfc",
    ],
)  # fmt: skip
def test_metrics_ask_for_their_token(app: Flask, sent: str | None) -> None:
    answer = app.test_client().get("/metrics", headers={} if sent is None else {"Authorization": sent})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "slotkey_" not in answer.text


def test_an_owner_has_no_more_right_to_them(world: World) -> None:
    assert world.browser("ada").get("/metrics").status_code == 401


def test_labels_name_routes_and_states_only(world: World) -> None:
    """R18: whatever was asked for, no path, token, address or name of a person stands in the metrics."""
    ada, nobody = world.browser("ada"), world.browser("nobody")
    for path in (
        world.link_path,
        world.used_path,
        world.manage_path,
        "/o/guess",
        "/nothing/here",
        "/static/x",
    ):
        nobody.get(path)
    nobody.open("/sign-in", method="BREW")
    ada.get("/calendars")
    text = nobody.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    values = set(re.findall(r'"([^"]*)"', text))
    routes = {rule.endpoint for rule in world.app.url_map.iter_rules()} | {"-"}
    words = {"active", "used", "deleted", "made", "repeated", "refused", "other", "+Inf"}
    words |= {"queued", "sending", "sent", "kept", "failed", "unclear", "dropped", "retrying", "given_up"}
    assert {value for value in values - routes - words if not re.fullmatch(r"[\d.]+", value)} == set()
    assert "/" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)


def test_monitoring_sets_no_cookie_and_names_no_setting(world: World) -> None:
    settings = world.app.extensions["slotkey.settings"]
    for path in ("/healthz", "/readyz", "/metrics"):
        answer = world.browser("nobody").get(path, headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert not [
            secret for secret in (*settings.secrets, settings.database_url, TOKEN) if secret in answer.text
        ]
