"""What tests of security share: a world with something to steal, on a stopped clock."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ..public_pages import Site
from .world import World


@pytest.fixture
def world(app: Flask, now: object) -> World:
    """Ada's workspace, and strangers."""
    return World(app)


@pytest.fixture
def site(app: Flask, client: FlaskClient, now: object) -> Site:
    """Dana's calendars with the clock stopped, and a browser for the contact."""
    return Site(app, client)
