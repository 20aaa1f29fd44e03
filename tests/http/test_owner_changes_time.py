"""The owner changes a booking's time, by the contact's pages in the owner's frame."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock
from app.calendars.models import Calendar
from app.db import db, transaction
from app.links.models import LinkStatus
from tests.factories import NOW, at, make_booking
from tests.http.booking_people import AFTER, DURING, cancel_in_between, event_names, link_status, stored
from tests.people import form_token

pytestmark = pytest.mark.usefixtures("now")


def change(client: FlaskClient, path: str, start: int, **fields: str) -> TestResponse:
    page = client.get(f"{path}/change/details?s={start}")
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return client.post(f"{path}/change/details", data=form | {"csrf_token": form_token(page), **fields})


def test_it_is_picked_asked_changed_and_recorded(app: Flask, client: FlaskClient, path: str):
    assert f'href="{path}/change"' in client.get(path).text
    picker = client.get(f"{path}/change").text
    assert "Now: Wed 2 Dec 09:00 Berlin" in picker
    assert "Change the time for <bdi>Sam Lee</bdi>" in picker
    assert picker.count("<h1") == 1
    with clock.fixed(NOW + timedelta(minutes=5)):
        answer = change(client, path, at(10))
    assert (answer.status_code, answer.location) == (303, path)
    page = client.get(path).text
    assert "The time was changed: Wed 2 Dec 2026 10:00 Berlin." in page
    assert "Time changed by Ada Lovelace" in page
    assert "Wed 2 Dec 2026 09:00 Berlin became Wed 2 Dec 2026 10:00 Berlin" in page
    assert int(stored(app, path).starts_at.timestamp()) == at(10)
    assert link_status(app) == LinkStatus.USED
    assert event_names(app, path) == ["booking_created", "booking_rescheduled"]


def test_the_cut_off_does_not_bind_them(app: Flask, client: FlaskClient, calendar: Calendar, path: str):
    with app.app_context(), transaction():
        db.session.merge(calendar).cutoff_minutes = 9999
    assert change(client, path, at(10)).status_code == 303


def test_a_time_that_is_taken_offers_the_nearest(
    app: Flask, client: FlaskClient, calendar: Calendar, path: str
):
    with app.app_context():
        make_booking(calendar, start=at(10))
    answer = change(client, path, at(10))
    assert answer.status_code == 409
    assert 'name="instead"' in answer.text
    assert change(client, path, at(10), instead=str(at(11))).location == path


def test_a_booking_that_is_cancelled_or_over_stays(app: Flask, client: FlaskClient, path: str):
    page = client.get(f"{path}/change/details?s={at(10)}")
    form = {"s": at(10), "seen": 0, "csrf_token": form_token(page)}
    with clock.fixed(AFTER):
        assert client.get(f"{path}/change").location == path
        assert client.post(f"{path}/change/details", data=form).status_code == 409
    cancel_in_between(app, path)
    assert client.get(f"{path}/change").location == path
    answer = client.post(f"{path}/change/details", data=form)
    assert answer.status_code == 409
    assert "This booking is cancelled." in answer.text
    assert int(stored(app, path).starts_at.timestamp()) == at(9)


@pytest.mark.usefixtures("at_its_time")
def test_one_that_was_marked_as_missed_is_expected_anew(app: Flask, client: FlaskClient, path: str):
    client.post(f"{path}/no-show", data={"came": "no", "csrf_token": form_token(client.get(path))})
    assert stored(app, path).no_show_at == DURING
    assert change(client, path, at(12)).location == path
    assert stored(app, path).no_show_at is None


def test_another_zone_may_be_asked_for(client: FlaskClient, path: str):
    assert "Times are shown in <strong>Tokyo time" in client.get(f"{path}/change?tz=Asia/Tokyo").text


@pytest.mark.parametrize("token", [{}, {"csrf_token": "made up"}])
def test_the_form_needs_its_token(app: Flask, client: FlaskClient, path: str, token: dict):
    """R23."""
    form = {"s": at(10), "seen": 0}
    assert client.post(f"{path}/change/details", data=form | token).status_code == 403
    assert stored(app, path).sequence == 0
