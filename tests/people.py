"""Signing in over HTTP, as Ada, Ben or Cleo would."""

import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts import passwords
from app.accounts.models import User

from .factories import make_user

PASSWORD = "correct horse battery"


def make_person(app: Flask, name: str = "Ada Lovelace", **changes: object) -> User:
    """A user who can sign in with PASSWORD."""
    with app.app_context():
        return make_user(name, password_hash=passwords.hashed(PASSWORD), **changes)


def form_token(page: TestResponse) -> str:
    """The CSRF token of the page's first form."""
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]


def send(client: FlaskClient, path: str, page: str | None = None, **fields: str) -> TestResponse:
    """Post the form of `page`, by default the one at `path`, with its token and what it says was seen."""
    shown = client.get(page or path)
    seen = re.findall(r'name="(seen)"[^>]* value="([^"]*)"', shown.text)
    return client.post(path, data={"csrf_token": form_token(shown), **dict(seen), **fields})


def sign_in(
    client: FlaskClient, user: User, password: str = PASSWORD, path: str = "/sign-in"
) -> TestResponse:
    """Send the sign-in form."""
    return send(client, path, email=user.email, password=password)
