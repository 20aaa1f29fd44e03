"""A booking form that meets a database too busy to write: nothing is lost, and nobody is blamed."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.db import db
from app.errors import Unavailable
from app.links import requests
from app.links.models import LinkStatus
from app.public import details_routes
from app.ratelimit import RateCount
from tests.factories import NOW
from tests.public_pages import SAM, Site, key_in


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        (Unavailable("The database is busy.", timedelta(seconds=5)), "5"),
        (OperationalError("INSERT", {}, Exception("disk is full")), "10"),
        (PoolTimeout("no connection is free"), "10"),
    ],
    ids=["busy", "full", "no connection"],
)
def test_failing_database_keeps_what_was_typed_and_counts_no_mistake(
    site: Site, monkeypatch: pytest.MonkeyPatch, failure: Exception, seconds: str
) -> None:
    """503 with Retry-After on the form itself; sent again, it books."""
    path = site.link()
    form = site.form(path)

    def fail(*_arguments: object) -> None:
        raise failure

    with monkeypatch.context() as patched:
        patched.setattr(details_routes, "book", fail)
        answer = site.client.post(f"{path}/details", data=form)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, seconds)
    assert "We could not save your booking just now." in answer.text
    assert 'value="sam@example.org"' in answer.text
    assert key_in(answer.text) == form["key"]
    with site.app.app_context():
        assert db.session.query(RateCount).count() == 0
    assert site.client.post(f"{path}/details", data=form).status_code == 303


def test_failing_database_keeps_a_request_for_a_new_link(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"{site.link(status=LinkStatus.DELETED, deleted_at=NOW)}/ask"
    form = {**SAM, "note": "After all"}

    def fail(*_arguments: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk is full"))

    with monkeypatch.context() as patched:
        patched.setattr(requests, "ask", fail)
        answer = site.client.post(path, data=form)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "Your details are kept" in answer.text
    assert "After all</textarea>" in answer.text
    assert site.client.post(path, data=form).status_code == 303
