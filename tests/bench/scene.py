"""What is measured on: a calendar as people have them, partly booked, and links to it."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert

from app import clock, config, tokens
from app.bookings.booking_step import book
from app.calendars.models import Calendar, WindowKind
from app.db import connection, db, transaction
from app.links.models import LinkSource, LinkStatus, OneTimeLink
from app.links.search import kept_words
from tests.factories import make_calendar, make_user, wish

DAYS = 60
HALF_HOURS = [9 * 60 + 30 * n for n in range(16)]  # a working day from nine to five
IN_A_BATCH = 10_000


@dataclass(frozen=True)
class Scene:
    """A calendar of 60 working days in UTC; `tokens` open it, and `first_times` is what they show first."""

    calendar: Calendar
    tokens: list[str]
    used_token: str
    first_times: list[int]


def scene(bookings: int = 200, links: int = 50) -> Scene:
    """A calendar with so many bookings spread over its days, and links to it; one more is used."""
    first = clock.now().date() + timedelta(days=2)
    calendar = make_calendar(
        make_user("Dana Reyes"),
        tz="UTC",
        window_kind=WindowKind.RANGE,  # the days stay the same however long the run takes
        window_from_on=first,
        window_until_on=first + timedelta(days=DAYS - 1),
    )
    every = [start for n in range(DAYS) for start in day_starts(first + timedelta(days=n))]
    booked = set(random.Random(7).sample(every, bookings))
    for start in booked:
        book(wish(calendar, None, start), clock.now())
    free = [start for start in every if start not in booked]
    used_token, *others = add_links(calendar, links + 1)
    book(wish(calendar, link_of(used_token), free[-1]), clock.now())
    return Scene(calendar, others, used_token, _same_day(free))


def add_links(calendar: Calendar, count: int) -> list[str]:
    """So many Active links, written in bulk; their tokens."""
    rows = list(link_rows(calendar, [("", "", "", LinkStatus.ACTIVE)] * count))
    add_rows(rows)
    maker = tokens.TokenMaker(tokens.LINK, config.current().secrets)
    return [maker.token(row["nonce"], row["key_id"]) for row in rows]


def link_rows(
    calendar: Calendar, people: Iterable[tuple[str, str, str, LinkStatus]]
) -> Iterable[dict[str, Any]]:
    """Rows of links for (name, e-mail, note, status), a minute apart."""
    key_id = tokens.TokenMaker(tokens.LINK, config.current().secrets).key_id
    now = clock.now()
    for number, (name, email, note, status) in enumerate(people):
        at = now - timedelta(minutes=1_000_000 - number)
        yield {
            "account_id": calendar.account_id,
            "calendar_id": calendar.id,
            "nonce": tokens.new_nonce(),
            "key_id": key_id,
            "status": status,
            "source": LinkSource.HAND,
            "created_at": at,
            "used_at": at if status == LinkStatus.USED else None,
            "deleted_at": at if status == LinkStatus.DELETED else None,
            "for_name": name,
            "for_email": email,
            "note": note,
            "search_words": kept_words(calendar.id, (name, email, note)),
        }


def add_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of links, many in a transaction."""
    for first in range(0, len(rows), IN_A_BATCH):
        with transaction():
            connection().execute(insert(OneTimeLink.__table__), rows[first : first + IN_A_BATCH])


def link_of(token: str) -> OneTimeLink:
    """The row behind a token."""
    nonce = tokens.TokenMaker(tokens.LINK, config.current().secrets).nonce(token)
    return db.session.scalars(db.select(OneTimeLink).where(OneTimeLink.nonce == nonce)).one()


def day_starts(day: date) -> list[int]:
    """The slot starts of a date, none on weekends."""
    midnight = int(datetime.combine(day, time(), UTC).timestamp())
    return [midnight + 60 * minutes for minutes in HALF_HOURS] if day.weekday() < 5 else []


def _same_day(starts: Sequence[int]) -> list[int]:
    return [start for start in starts if start // 86_400 == starts[0] // 86_400]
