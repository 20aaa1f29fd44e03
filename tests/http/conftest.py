"""What tests of pages share."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.public_pages import Site


@pytest.fixture
def site(app: Flask, client: FlaskClient, now: object) -> Site:
    """Dana's calendars with the clock stopped, and a browser for the contact."""
    return Site(app, client)
