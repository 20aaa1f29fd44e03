"""P8: the links page of a calendar with a million links against that of one with a thousand, whole pages.

The median of many requests through the test client, each size in a database of its own.
"""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import func

from app import clock
from app.accounts import sessions
from app.db import db, transaction
from app.links.models import LinkStatus, OneTimeLink
from tests.factories import account_of, make_calendar, make_user

from .measures import Measure, Measures, Plan, interleaved, pairs, require
from .scene import add_rows, link_rows
from .sites import scratch

FEW, MANY = 1_000, 1_000_000
AT_ONCE = 50_000  # rows kept in memory while they are written
REQUESTS = 20
NAMES_FILE = Path(__file__).parent / "names.txt"
NOTES = [
    "",
    "",
    "",
    "Met at the fair",
    "Second call",
    "From the newsletter",
    "Asked by phone",
    "Contract renewal",
]
STATUSES = [LinkStatus.ACTIVE] * 3 + [LinkStatus.USED] * 6 + [LinkStatus.DELETED]
# What is asked of the page, and how many of its links it shows at least.
ASKED = {
    "first page": ({}, 25),
    "Active only": ({"status": "active"}, 25),
    "search of a person's e-mail": ({"q": "anna.adler.0@example.org"}, 1),
    "search of a first name": ({"q": "anna"}, 25),
    "search of two words of a note": ({"q": "contract renewal"}, 25),
    "search that finds nothing": ({"q": "nobody"}, 0),
}
ROW = 'class="chip'


@dataclass(frozen=True)
class Section:
    """The links page of one calendar as its owner's browser asks for it; `deep` is an id near its oldest links."""

    client: FlaskClient
    path: str
    deep: int

    def milliseconds(self, rows: int, query: dict[str, object]) -> float:
        """How long the page takes, by the median. Raises WrongAnswer when it shows fewer rows than it has to."""
        times = []
        for _ in range(REQUESTS):
            began = time.perf_counter()
            answer = self.client.get(self.path, query_string=query)
            times.append((time.perf_counter() - began) * 1000)
            require(answer.status_code == 200, f"links page {query}: {answer.status_code}")
            require(answer.text.count(ROW) >= rows, f"links page {query}: {answer.text.count(ROW)} rows")
        return statistics.median(times)


def measure(plan: Plan) -> Measures:
    """Ratios of the two sizes, and of a deep page to the first one."""
    many = plan.of(MANY)
    with _section(FEW) as small, _section(many) as large:
        works = {}
        for name, (query, rows) in ASKED.items():
            works[f"{name}, few"] = partial(small.milliseconds, rows, query)
            works[f"{name}, many"] = partial(large.milliseconds, rows, query)
        works["deep"] = partial(large.milliseconds, 25, {"older": large.deep})
        seen = interleaved(works, plan.rounds)
    size = partial(Measure, passes=1.5, aim=1.2, unit="ms", floor=f"{FEW:,} links")
    return {
        **{
            f"P8 {many:,} links, {name}": size(pairs(seen, f"{name}, few", f"{name}, many")) for name in ASKED
        },
        f"P8 {many:,} links, deep page": Measure(
            pairs(seen, "first page, many", "deep"), 1.3, 1.1, unit="ms", floor="first page"
        ),
    }


@contextmanager
def _section(links: int) -> Iterator[Section]:
    """A calendar with so many links, in a database of its own."""
    with scratch() as (app, _settings):
        with app.app_context():
            owner = make_user("Dana Reyes")
            calendar = make_calendar(owner)
            for first in range(0, links, AT_ONCE):
                people = _people(first, min(AT_ONCE, links - first))
                add_rows(list(link_rows(calendar, people)))
            deep = db.session.scalar(db.select(func.min(OneTimeLink.id))) + 100
            with transaction():
                secret = sessions.begin(owner, account_of(owner), clock.now())
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = secret
        yield Section(client, f"/calendars/{calendar.id}/settings/one-time-links", deep)


def _people(first: int, count: int) -> Iterator[tuple[str, str, str, LinkStatus]]:
    """Names, e-mails, notes and statuses as a calendar gathers them; always the same ones."""
    given_names, family_names = (line.split() for line in NAMES_FILE.read_text().splitlines())
    for number in range(first, first + count):
        given = given_names[number % len(given_names)]
        family = family_names[number // len(given_names) % len(family_names)]
        email = f"{given}.{family}.{number}@example.org".lower()
        yield f"{given} {family}", email, NOTES[number % len(NOTES)], STATUSES[number * 3 % len(STATUSES)]
