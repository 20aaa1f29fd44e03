"""P8: the links page of a calendar with a million links against that of one with a thousand, whole pages; and the
contacts page of an account in the same way. Each size in a database of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from sqlalchemy import func

from app.db import db
from app.links.models import LinkStatus, OneTimeLink
from tests.factories import account_of, make_calendar, make_user

from .measures import Measure, Measures, Plan, interleaved, pairs
from .owner_page import OwnerPage, signed_in
from .people import add_contacts, email_of, name_of
from .scene import add_rows, link_rows
from .sites import scratch

FEW, MANY = 1_000, 1_000_000
AT_ONCE = 50_000  # rows kept in memory while they are written
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
TAGS = ["customer", "lead", "newsletter", "partner", "vip"]
FULL, ONE, NONE = range(25, 26), range(1, 2), range(1)
# What is asked of the page, and how many rows it then has.
ASKED_OF_LINKS = {
    "first page": ({}, FULL),
    "Active only": ({"status": "active"}, FULL),
    "search of a person's e-mail": ({"q": email_of(0)}, ONE),
    "search of a first name": ({"q": "anna"}, FULL),
    "search of two words of a note": ({"q": "contract renewal"}, FULL),
    "search that finds nothing": ({"q": "nobody"}, NONE),
}
ASKED_OF_CONTACTS = {
    "first page": ({}, FULL),
    "one tag": ({"tag": "vip"}, FULL),
    "search of an e-mail": ({"q": email_of(0)}, ONE),
    "search of a first name": ({"q": "anna"}, FULL),
    "search that finds nothing": ({"q": "nobody"}, NONE),
}
Asked = Mapping[str, tuple[Mapping[str, object], range]]


def measure(plan: Plan) -> Measures:
    """Ratios of the two sizes, and of a deep page to the first one."""
    many = plan.of(MANY)
    return {
        **_sizes(f"P8 {many:,} links", "links", _links, ASKED_OF_LINKS, many, plan),
        **_sizes(f"{many:,} contacts", "contacts", _contacts, ASKED_OF_CONTACTS, many, plan),
    }


def _sizes(
    title: str,
    what: str,
    page_of: Callable[[int], AbstractContextManager[OwnerPage]],
    asked: Asked,
    many: int,
    plan: Plan,
) -> Measures:
    with page_of(FEW) as small, page_of(many) as large:
        works = {}
        for name, (query, rows) in asked.items():
            works[f"{name}, few"] = partial(small.milliseconds, rows, query)
            works[f"{name}, many"] = partial(large.milliseconds, rows, query)
        works["deep"] = partial(large.milliseconds, FULL, {"older": large.deep})
        seen = interleaved(works, plan.rounds)
    size = partial(Measure, passes=1.5, aim=1.2, unit="ms", floor=f"{FEW:,} {what}")
    deep = Measure(pairs(seen, "first page, many", "deep"), 1.3, 1.1, unit="ms", floor="first page")
    return {
        **{f"{title}, {name}": size(pairs(seen, f"{name}, few", f"{name}, many")) for name in asked},
        f"{title}, deep page": deep,
    }


@contextmanager
def _links(amount: int) -> Iterator[OwnerPage]:
    """The links page of a calendar with so many."""
    with scratch() as (app, _settings):
        with app.app_context():
            owner = make_user("Dana Reyes")
            calendar = make_calendar(owner)
            for first in range(0, amount, AT_ONCE):
                people = _people(range(first, min(first + AT_ONCE, amount)))
                add_rows(list(link_rows(calendar, people)))
            deep = db.session.scalar(db.select(func.min(OneTimeLink.id))) + 100
            client = signed_in(app, owner)
        yield OwnerPage(client, f"/calendars/{calendar.id}/settings/one-time-links", 'class="chip', deep)


@contextmanager
def _contacts(amount: int) -> Iterator[OwnerPage]:
    """The contacts page of an account with so many."""
    with scratch() as (app, _settings):
        with app.app_context():
            owner = make_user("Dana Reyes")
            first, *_rest = add_contacts(account_of(owner), amount, tags=TAGS)
            client = signed_in(app, owner)
        yield OwnerPage(client, "/contacts", 'data-label="Phone"', first + 100)


def _people(numbers: range) -> Iterator[tuple[str, str, str, LinkStatus]]:
    """Names, e-mails, notes and statuses as a calendar gathers them; always the same ones."""
    for number in numbers:
        status = STATUSES[number * 3 % len(STATUSES)]
        yield name_of(number), email_of(number), NOTES[number % len(NOTES)], status
