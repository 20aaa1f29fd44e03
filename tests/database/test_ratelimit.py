"""Limits on attempts, counted in the database. On both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from app import ratelimit
from app.db import db
from app.errors import TooMany
from app.ratelimit import Limit, RateCount
from tests.factories import NOW

LIMIT = Limit("tries", 3, timedelta(minutes=15), "Too many tries.")


def is_refused(*key: object, now=NOW) -> bool:
    try:
        ratelimit.check(LIMIT, *key, now=now)
    except TooMany as refusal:
        return timedelta(0) < refusal.retry_after <= LIMIT.window
    return False


@pytest.mark.usefixtures("app_context")
def test_limit_counts_per_key_and_window() -> None:
    for _ in range(3):
        assert not is_refused("a", 1)
        ratelimit.count(LIMIT, "a", 1, now=NOW)
    assert is_refused("a", 1)
    assert not is_refused("a", 2)
    assert not is_refused("a", 1, now=NOW + LIMIT.window)


def test_counts_of_many_at_once_add_up(app: Flask) -> None:
    """R28: across threads, as across processes."""

    def count(_number: int) -> None:
        with app.app_context():
            ratelimit.count(LIMIT, "a", now=NOW)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(count, range(24)))
    with app.app_context():
        assert db.session.scalars(db.select(RateCount.attempts)).all() == [24]


@pytest.mark.usefixtures("app_context")
def test_key_is_stored_hashed() -> None:
    ratelimit.count(LIMIT, "ada@example.org", "203.0.113.9", now=NOW)
    stored = db.session.scalars(db.select(RateCount.key)).one()
    assert len(stored) == 16
    assert b"ada" not in stored


@pytest.mark.usefixtures("app_context")
def test_windows_that_are_over_are_cleared_away(monkeypatch: pytest.MonkeyPatch) -> None:
    ratelimit.count(LIMIT, "old", now=NOW - timedelta(hours=1))
    monkeypatch.setattr(ratelimit, "CLEARED_EVERY", 1)
    ratelimit.count(LIMIT, "new", now=NOW)
    assert len(db.session.scalars(db.select(RateCount.key)).all()) == 1
