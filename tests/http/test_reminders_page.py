"""/u/<token>: an honest way out of reminders, by hand and by a mail program's one-click post (RFC 8058)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.bookings import manage
from app.bookings.models import Booking
from app.db import db
from app.messaging import opt_outs

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def booking(app: Flask, path: str) -> Booking:
    with app.app_context():
        return db.session.get(Booking, int(path.rpartition("/")[2]))


@pytest.fixture
def page(app: Flask, booking: Booking) -> str:
    with app.app_context():
        return "".join(opt_outs.path_of(booking))


def is_out(app: Flask, booking: Booking) -> bool:
    with app.app_context():
        return opt_outs.is_out(booking)


def test_opening_the_page_changes_nothing(
    app: Flask, client: FlaskClient, booking: Booking, page: str
) -> None:
    shown = client.get(page)
    assert shown.status_code == 200
    assert "s***@example.org" in shown.text
    assert "sam@example.org" not in shown.text
    assert client.head(page).status_code == 200
    assert not is_out(app, booking)


def test_one_press_stops_them_and_another_brings_them_back(app: Flask, booking: Booking, page: str) -> None:
    stranger = app.test_client()
    answer = stranger.post(page, data=ONE_CLICK)
    assert answer.status_code == 200
    assert "You get no more reminders" in answer.text
    assert is_out(app, booking)
    assert stranger.post(page, data={"reminders": "again"}).status_code == 200
    assert not is_out(app, booking)


def test_no_other_secret_opens_it_and_it_opens_nothing_else(
    app: Flask, client: FlaskClient, booking: Booking, page: str
) -> None:
    with app.app_context():
        token = manage.token_of(booking.manage_nonce, booking.key_id)
    assert client.get(f"/u/{token}").status_code == 404
    assert client.get(page.replace("/u/", "/m/")).status_code == 404
    assert client.get(page.replace("/u/", "/o/")).status_code == 404
