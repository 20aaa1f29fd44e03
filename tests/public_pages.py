"""What tests of the public pages do again and again: a calendar, its links, a contact who opens, picks and books."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from app.bookings.models import Booking
from app.calendars.models import Calendar
from app.db import db
from app.links import recipient_check
from app.links.models import LinkStatus, OneTimeLink, RecipientChallenge

from .factories import at, make_calendar, make_link, make_user, token_of

SAM = {"name": "Sam Lee", "email": "sam@example.org"}


class Site:
    """Dana Reyes and her calendar, in an app whose requests come from `client`."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        self.app, self.client = app, client
        with app.app_context():
            self.dana = make_user("Dana Reyes")

    def calendar(self, **changes: Any) -> Calendar:
        """A calendar of Dana's, by default as factories.make_calendar makes it."""
        with self.app.app_context():
            return make_calendar(self.dana, **changes)

    def link(self, calendar: Calendar | None = None, **changes: Any) -> str:
        """The path of a new link; of a new calendar unless told otherwise."""
        calendar = calendar or self.calendar()
        with self.app.app_context():
            return f"/o/{token_of(make_link(calendar, **changes))}"

    def form(self, path: str, start: int | None = None, **changes: Any) -> dict[str, Any]:
        """What Sam sends from the details page of a slot, tomorrow at 09:00 unless told otherwise."""
        start = start or at(9)
        page = self.client.get(f"{path}/details?s={start}").text
        return {"s": start, "key": key_in(page), **SAM, **changes}

    def book(self, path: str, start: int | None = None, **changes: Any) -> TestResponse:
        """Sam opens the details page and confirms."""
        return self.client.post(f"{path}/details", data=self.form(path, start, **changes))

    def book_elsewhere(self, path: str, start: int | None = None, **changes: Any) -> TestResponse:
        """The same in a browser that nothing else of the test knows."""
        return self.app.test_client().post(f"{path}/details", data=self.form(path, start, **changes))

    def statuses(self) -> list[LinkStatus]:
        """The status of every link, oldest first."""
        with self.app.app_context():
            return list(db.session.scalars(select(OneTimeLink.status).order_by(OneTimeLink.id)))

    def bookings(self) -> list[Booking]:
        """All bookings, oldest first."""
        with self.app.app_context():
            return list(db.session.scalars(select(Booking).order_by(Booking.id)))

    def code_sent(self, wrong: int = 0) -> str:
        """The code that a recipient was sent last; with `wrong`, one that it is not."""
        newest = select(RecipientChallenge).order_by(RecipientChallenge.id.desc()).limit(1)
        with self.app.app_context():
            code = recipient_check.code_of(db.session.scalars(newest).one())
        return f"{(int(code) + wrong) % 10**6:06}"

    @contextmanager
    def counting_queries(self) -> Iterator[list[str]]:
        """The SQL that requests of this thread run inside the block, transactions' own statements left out.

        Sightings are written by a thread of their own, whenever that comes round. Attempts whose window is over are
        deleted by one request in hundreds, whichever that is.
        """
        seen: list[str] = []
        here = threading.get_ident()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if threading.get_ident() == here and not statement.startswith(
                ("BEGIN", "DELETE FROM rate_count")
            ):
                seen.append(statement)

        with self.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)


def key_in(page: str) -> str:
    """The form key of a details page, or nothing."""
    found = re.search(r'name="key" value="([^"]+)"', page)
    return found[1] if found else ""


def title_of(answer: TestResponse) -> str:
    """The page's title without the product's name."""
    return re.search(r"<title>(.*?) - Slotkey</title>", answer.text)[1]
