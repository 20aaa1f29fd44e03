"""A booking form that meets a database too busy to write: nothing is lost, and nobody is blamed."""

from datetime import timedelta

import pytest

from app.db import db
from app.errors import Unavailable
from app.public import details_routes
from app.ratelimit import RateCount
from tests.public_pages import Site


def test_busy_database_keeps_what_was_typed_and_counts_no_mistake(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with Retry-After on the form itself; sent again, it books."""
    path = site.link()
    form = site.form(path)

    def is_busy(*_arguments: object) -> None:
        raise Unavailable("The database is busy. Please try again shortly.", timedelta(seconds=5))

    with monkeypatch.context() as patched:
        patched.setattr(details_routes, "book", is_busy)
        answer = site.client.post(f"{path}/details", data=form)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The database is busy." in answer.text
    assert 'value="sam@example.org"' in answer.text
    with site.app.app_context():
        assert db.session.query(RateCount).count() == 0
    assert site.client.post(f"{path}/details", data=form).status_code == 303
