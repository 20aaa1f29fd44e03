"""What tests of pages share."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.accounts.models import User
from app.calendars.models import Calendar, LocationKind
from tests.factories import make_booking, make_calendar, make_link
from tests.http.booking_people import DURING
from tests.people import make_person, sign_in
from tests.public_pages import Site


@pytest.fixture
def site(app: Flask, client: FlaskClient, now: object) -> Site:
    """Dana's calendars with the clock stopped, and a browser for the contact."""
    return Site(app, client)


@pytest.fixture
def ada(app: Flask, client: FlaskClient) -> User:
    """Signed in, in `client`."""
    person = make_person(app)
    sign_in(client, person)
    return person


@pytest.fixture
def calendar(app: Flask, ada: User) -> Calendar:
    """Ada's, at a place."""
    with app.app_context():
        return make_calendar(ada, location_kind=LocationKind.IN_PERSON, location_detail="12 Water Street")


@pytest.fixture
def path(app: Flask, calendar: Calendar) -> str:
    """The page of Sam's booking by one-time link, tomorrow at nine in Berlin."""
    with app.app_context():
        return f"/bookings/{make_booking(calendar, make_link(calendar)).id}"


@pytest.fixture
def at_its_time(now: datetime) -> Iterator[None]:
    """While Sam should be there."""
    with clock.fixed(DURING):
        yield
