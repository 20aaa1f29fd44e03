"""/healthz, /readyz, /metrics and the number of a request."""

import logging
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app import clock, create_app, migrating, request_ids
from app.db import db, transaction
from tests.public_pages import Site
from tests.services.databases import Database, forget, settings_for

TOKEN = "a token for the metrics only"


@pytest.fixture
def app(database: Database, tmp_path, site_url: str):
    """With metrics, behind one proxy."""
    made = create_app(
        settings_for(database.url, tmp_path, base_url=site_url, metrics_token=TOKEN, proxy_count=1)
    )
    yield made
    forget(made)


def metrics(client: FlaskClient) -> dict[str, float]:
    """Each sample by its name and labels."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    lines = [line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")]
    assert len(dict(lines)) == len(lines)
    return {sample: float(value) for sample, value in lines}


def break_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> None:
        raise OperationalError("SELECT secret", {}, Exception("no route to database.internal"))

    monkeypatch.setattr(migrating, "_stored", down)


def test_a_process_is_well_whatever_its_database_does(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with site.counting_queries() as queries:
        answer = site.client.get("/healthz")
    assert (answer.status_code, answer.text, queries) == (200, "ok\n", [])
    break_down(monkeypatch)
    assert site.client.get("/healthz").status_code == 200


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_ready_means_that_the_database_answers_and_is_migrated(app: Flask, client: FlaskClient) -> None:
    assert client.get("/readyz").text == "ready\n"
    with app.app_context(), transaction():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "migrations are pending\n")
    assert answer.headers["Retry-After"] == "10"


def test_not_ready_without_a_database(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    break_down(monkeypatch)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "the database does not answer\n")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_metrics_count_answers_bookings_links_and_events(site: Site) -> None:
    path = site.link()
    late = site.link()
    first, last = (path, site.form(path)), (late, site.form(late))
    sent = [site.client.post(f"{to}/details", data=form).status_code for to, form in (first, first, last)]
    assert sent == [303, 303, 409]
    site.client.get("/nowhere/at/all")
    with clock.fixed(clock.now() + timedelta(minutes=1)):
        told = metrics(site.client)
    assert told['slotkey_requests_total{route="public.book_by_link",status="303"}'] == 2
    assert told['slotkey_requests_total{route="public.book_by_link",status="409"}'] == 1
    assert told['slotkey_requests_total{route="-",status="404"}'] == 1
    assert told['slotkey_request_seconds_count{route="public.book_by_link"}'] == 3
    assert told['slotkey_request_seconds_bucket{route="public.book_by_link",le="+Inf"}'] == 3
    assert 0 < told['slotkey_request_seconds_sum{route="public.book_by_link"}'] < 10
    outcomes = [told[f'slotkey_booking_attempts_total{{outcome="{name}"}}'] for name in OUTCOMES]
    assert outcomes == [1, 1, 1]
    assert [told[f'slotkey_links{{status="{name}"}}'] for name in ("active", "used", "deleted")] == [1, 1, 0]
    assert told["slotkey_undelivered_events"] >= 1
    assert told["slotkey_undelivered_oldest_seconds"] == 60
    assert told["slotkey_workers"] == 0
    assert told['slotkey_failed_work{state="given_up"}'] == 0
    assert told['slotkey_messages{state="queued"}'] == 0


OUTCOMES = ("made", "repeated", "refused")


def test_buckets_never_fall(client: FlaskClient) -> None:
    client.get("/sign-in")
    told = metrics(client)
    rising = [value for sample, value in told.items() if 'bucket{route="accounts.sign_in"' in sample]
    assert rising == sorted(rising)
    assert rising[-1] == 1


def test_every_request_has_a_number(client: FlaskClient) -> None:
    numbers = {client.get(path).headers[request_ids.HEADER] for path in ("/sign-in", "/nothing", "/healthz")}
    assert len(numbers) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", number) for number in numbers)


def asked(client: FlaskClient, number: str) -> str:
    return client.get("/healthz", headers={request_ids.HEADER: number}).headers[request_ids.HEADER]


def test_a_proxys_number_is_taken_over(client: FlaskClient) -> None:
    assert asked(client, "from-the-proxy.7") == "from-the-proxy.7"
    for odd in ("short", "x" * 65, "with space", "<script>alert(1)</script>"):
        assert re.fullmatch("[0-9a-f]{16}", asked(client, odd))


def test_without_a_proxy_nobodys_number_is_taken_over(database: Database, tmp_path) -> None:
    app = create_app(settings_for(database.url, tmp_path))
    assert re.fullmatch("[0-9a-f]{16}", asked(app.test_client(), "made-up-by-anybody"))
    forget(app)


def failing(app: Flask) -> TestResponse:
    @app.get("/failing")
    def failing() -> str:
        raise RuntimeError("on purpose")

    return app.test_client().get("/failing", headers={request_ids.HEADER: "number-of-this-one"})


def test_the_page_that_says_something_went_wrong_says_which_request(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = failing(app)
    assert answer.status_code == 500
    assert "<code>number-of-this-one</code>" in answer.text
    assert answer.headers[request_ids.HEADER] == "number-of-this-one"
