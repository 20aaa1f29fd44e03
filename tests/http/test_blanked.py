"""Pages of a booking whose personal data were blanked still stand, and show nothing of the person."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.operating import personal
from tests.factories import NOW


def test_pages_say_that_the_name_was_removed(app: Flask, client: FlaskClient, path: str) -> None:
    manage = client.get(path).text
    assert "sam@example.org" in manage
    with clock.fixed(NOW + timedelta(days=2)):
        with app.app_context():
            assert personal.forget(clock.now())["bookings"] == 1
        for page in (path, "/bookings?status=past", "/calendars/1/links/1"):
            answer = client.get(page)
            assert answer.status_code == 200
            assert "Name removed" in answer.text
            assert "Sam" not in answer.text
            assert "sam@" not in answer.text
            assert "mailto:" not in answer.text
