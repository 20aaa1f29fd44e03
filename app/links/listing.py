"""What the pages of links read: the calendar with its counts in one query, a page of links in another.

Links are found by keyset and index, never by OFFSET or count(*), so a calendar of a million links costs what one
of a thousand does. The ids of the page are settled first; only they are joined with bookings and sightings.

A search first looks through the newest links: words that stand in many fill the page there. What is rarer comes
from the search index, which would have to put all hits of a frequent word in order.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, column, func, literal_column, select, table, true

from ..accounts.sessions import SignedIn
from ..bookings.models import Booking
from ..calendars.access import calendars_for
from ..calendars.models import Calendar
from ..db import connection, db, is_sqlite
from ..errors import NotFound
from .choice import Choice
from .models import LinkCount, LinkSighting, LinkStatus, OneTimeLink, SightingKind
from .search import patterns, postgresql_query, sqlite_query, typed_words
from .service import link_tokens

EXPORTED_AT_ONCE = 500
LOOKED_THROUGH = 2_000

link, booking, sighting = OneTimeLink.__table__, Booking.__table__, LinkSighting.__table__
link_search = table("link_search", column("rowid"), column("link_search"))
seen = {kind: sighting.alias(kind.value) for kind in SightingKind}
Counts = dict[LinkStatus, int]


class Page(NamedTuple):
    """Links, newest first, and whether there are newer and older ones."""

    links: Sequence[Any]
    has_newer: bool
    has_older: bool


def calendar_and_counts(signed_in: SignedIn, calendar_id: int) -> tuple[Calendar, Counts]:
    """The calendar, if this person manages it, and how many links it has by status. Raises NotFound."""
    counted = calendars_for(signed_in).where(Calendar.id == calendar_id).add_columns(*map(_count, LinkStatus))
    found = db.session.execute(counted).one_or_none()
    if found is None:
        raise NotFound("There is no such calendar.")
    calendar, *counts = found
    return calendar, dict(zip(LinkStatus, (count or 0 for count in counts), strict=True))


def page_of(calendar_id: int, choice: Choice) -> Page:
    """The page of the calendar's links that `choice` asks for."""
    found = _found(calendar_id, choice)
    more = len(found) > choice.per_page
    if choice.newer_than:
        return Page(found[-choice.per_page :], has_newer=more, has_older=True)
    return Page(found[: choice.per_page], has_newer=bool(choice.older_than), has_older=more)


def every_link(calendar_id: int, choice: Choice) -> Iterator[Any]:
    """All links that `choice` asks for, newest first, read a few hundred at a time."""
    if choice.search and not typed_words(choice.search):
        return
    ids, last_id = _matching(calendar_id, choice), None
    while True:
        page = ids.where(ids.selected_columns.id < last_id) if last_id else ids
        found = _rows(page.order_by(page.selected_columns.id.desc()).limit(EXPORTED_AT_ONCE))
        yield from found
        if len(found) < EXPORTED_AT_ONCE:
            return
        last_id = found[-1].id


def id_of_token(calendar_id: int, token: str) -> int | None:
    """The id of the calendar's link with this token; None for any other link, and for a forged token."""
    nonce = link_tokens().nonce(token)
    if nonce is None:
        return None
    own = select(link.c.id).where(link.c.nonce == nonce, link.c.calendar_id == calendar_id)
    return connection().execute(own).scalar_one_or_none()


def _count(status: LinkStatus) -> Any:
    return (
        select(LinkCount.links)
        .where(LinkCount.calendar_id == Calendar.id, LinkCount.status == status)
        .scalar_subquery()
    )


def _found(calendar_id: int, choice: Choice) -> Sequence[Any]:
    """The links of the page, and one more if there is a next one."""
    if not choice.search:
        return _rows(_cut(_matching(calendar_id, choice), choice))
    words = typed_words(choice.search)
    if not words:
        return []
    newest = _cut(
        _filtered(calendar_id, choice, select(link.c.id, link.c.search_words)), choice, LOOKED_THROUGH
    ).subquery("newest")
    found = _rows(_cut(select(newest.c.id).where(*_have(newest, words)), choice))
    return found if len(found) > choice.per_page else _rows(_cut(_matching(calendar_id, choice), choice))


def _have(rows: Any, words: list[str]) -> list[Any]:
    padded = rows.c.search_words + " "
    return [padded.like(pattern) for pattern in patterns(words)]


def _matching(calendar_id: int, choice: Choice) -> Select[Any]:
    """A query for the ids of all links that match."""
    if not choice.search:
        return _filtered(calendar_id, choice, select(link.c.id))
    words = typed_words(choice.search)
    if is_sqlite():
        # Row ids come out of the index in order, so SQLite stops at the end of the page.
        found = select(link_search.c.rowid.label("id")).join_from(
            link_search, link, link.c.id == link_search.c.rowid
        )
        query = sqlite_query(calendar_id, words)
        return _filtered(
            calendar_id, choice, found.where(link_search.c.link_search.match(query), *_have(link, words))
        )
    hits = _hits(postgresql_query(calendar_id, words))
    return _filtered(calendar_id, choice, select(hits.c.id), hits)


def _hits(query: str) -> Any:
    """Found by the search index of PostgreSQL, whatever its planner thinks.

    Left to itself it walks through all links in the hope of filling the page soon: 4 s where nothing is found.
    """
    simple = literal_column("'simple'")
    is_hit = func.to_tsvector(simple, link.c.search_words).bool_op("@@")(func.to_tsquery(simple, query))
    columns = (link.c.id, link.c.calendar_id, link.c.status, link.c.source)
    return select(*columns).where(is_hit).cte("hits").prefix_with("MATERIALIZED", dialect="postgresql")


def _filtered(calendar_id: int, choice: Choice, ids: Select[Any], rows: Any = link) -> Select[Any]:
    ids = ids.where(rows.c.calendar_id == calendar_id)
    if choice.link_id:
        ids = ids.where(rows.c.id == choice.link_id)
    if choice.status:
        ids = ids.where(rows.c.status == choice.status)
    if choice.source:
        ids = ids.where(rows.c.source == choice.source)
    return ids


def _cut(ids: Select[Any], choice: Choice, most: int | None = None) -> Select[Any]:
    """The ids of one page, and one more that tells whether there is a next; or `most` from where it begins."""
    id_ = ids.selected_columns.id
    if choice.newer_than:
        ids = ids.where(id_ > choice.newer_than).order_by(id_)
    else:
        ids = ids.where(id_ < choice.older_than if choice.older_than else true()).order_by(id_.desc())
    return ids.limit(most or choice.per_page + 1)


def _rows(ids: Select[Any]) -> Sequence[Any]:
    page = ids.subquery("page")
    rows = (
        select(
            link,
            booking.c.id.label("booking_id"),
            booking.c.starts_at.label("booked_for"),
            booking.c.name.label("booked_by"),
            booking.c.status.label("booking_status"),
            *(seen[kind].c.times.label(kind.value) for kind in SightingKind),
        )
        .join_from(page, link, link.c.id == page.c.id)
        .outerjoin(booking, booking.c.link_id == link.c.id)
    )
    for kind, times in seen.items():
        rows = rows.outerjoin(times, (times.c.link_id == link.c.id) & (times.c.kind == kind))
    return connection().execute(rows.order_by(link.c.id.desc())).all()
