"""One page as its owner's browser asks for it, through the test client: how long it takes, and that it is right."""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.accounts import sessions
from app.accounts.models import User
from app.db import transaction
from tests.factories import account_of

from .measures import require

REQUESTS = 20
NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True)
class OwnerPage:
    """A page of which every row has `row` in it once; `deep` is an id near its last rows, where it goes on for long."""

    client: FlaskClient
    path: str
    row: str
    deep: int = 0

    def milliseconds(self, rows: range, query: Mapping[str, object] = NOTHING) -> float:
        """How long it takes, by the median of many. Raises WrongAnswer when it has another number of rows."""
        times = []
        for _ in range(REQUESTS):
            began = time.perf_counter()
            answer = self.client.get(self.path, query_string=query)
            times.append((time.perf_counter() - began) * 1000)
            require(answer.status_code == 200, f"{self.path} {query}: {answer.status_code}")
            seen = answer.text.count(self.row)
            require(seen in rows, f"{self.path} {query}: {seen} rows")
        return statistics.median(times)


def signed_in(app: Flask, owner: User) -> FlaskClient:
    """A browser in which the owner is signed in. Called in the app's context."""
    with transaction():
        secret = sessions.begin(owner, account_of(owner), clock.now())
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = secret
    return client
