"""Statements that requests send to the database, without those of limits and of what is merely observed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from app import clock
from app.accounts import sessions
from app.accounts.models import User
from app.calendars.models import Calendar
from app.db import db, transaction
from tests.factories import account_of, at, make_booking, make_calendar, make_link, make_user, token_of

from .measures import require

APART = ("rate_count", "INSERT INTO link_sighting", "BEGIN")
SLOTS_A_DAY = 16
KEY = re.compile(r'name="key" value="([^"]+)"')


class Bar(NamedTuple):
    """How many statements pass, and at how many we aim."""

    passes: int
    aim: int


BARS = {"picker": Bar(4, 3), "booking": Bar(7, 5), "links page": Bar(4, 3), "expired page": Bar(2, 1)}


def query_counts(app: Flask, bookings: int, links: int) -> dict[str, int]:
    """Statements of each page of BARS, with so many bookings and unused links. The clock has to stand at factories.NOW.

    Each page has been opened once before: the first request of a process also reads the calendar, to keep it.
    """
    with app.app_context():
        engine, owner = db.engine, make_user("Dana Reyes")
        calendar = make_calendar(owner)
        token, used = (token_of(make_link(calendar)) for _ in range(2))
        _fill(calendar, bookings, links)
        secret = _secret_of(owner)
    contact, dana = app.test_client(), app.test_client()
    with dana.session_transaction() as session:
        session["_user_id"] = secret
    _book(engine, contact, used, at(16, 30))
    return {
        "picker": _opened(engine, contact, f"/o/{token}", 200),
        "links page": _opened(engine, dana, f"/calendars/{calendar.id}/settings/one-time-links", 200),
        "expired page": _opened(engine, app.test_client(), f"/o/{used}", 410),
        "booking": _book(engine, contact, token, at(16)),
    }


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent inside the block, as they are sent."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not any(word in statement for word in APART):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _fill(calendar: Calendar, bookings: int, links: int) -> None:
    for number in range(bookings):
        day, slot = divmod(number, SLOTS_A_DAY)
        # Whole weeks from the Monday after NOW, a Tuesday.
        make_booking(calendar, start=at(9 + slot // 2, slot % 2 * 30, days=6 + day + day // 5 * 2))
    for _ in range(links):
        make_link(calendar)


def _secret_of(user: User) -> str:
    with transaction():
        return sessions.begin(user, account_of(user), clock.now())


def _opened(engine: Engine, client: FlaskClient, path: str, status: int) -> int:
    client.get(path)
    with statements(engine) as sent:
        answer = client.get(path)
    require(answer.status_code == status, f"{path} is answered by {answer.status_code}")
    return len(sent)


def _book(engine: Engine, client: FlaskClient, token: str, start: int) -> int:
    path = f"/o/{token}/details?s={start}"
    key = KEY.search(client.get(path).text)
    form = {"s": str(start), "key": key[1] if key else "", "name": "Sam Lee", "email": "sam@example.org"}
    with statements(engine) as sent:
        answer = client.post(path, data=form)
    require(answer.status_code == 303, f"booking is answered by {answer.status_code}")
    return len(sent)
