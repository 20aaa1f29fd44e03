"""What the pages of links read: the calendar with its counts in one query, a page of links in another.

Links are found by keyset and index, never by OFFSET or count(*), so a calendar of a million links costs what one
of a thousand does. The ids of the page are settled first; only they are joined with bookings and sightings.
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
from .search import postgresql_query, sqlite_query
from .service import link_tokens

EXPORTED_AT_ONCE = 500

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
    ids = _chosen(calendar_id, choice)
    if ids is None:
        return Page([], has_newer=False, has_older=False)
    found = _rows(_cut(ids, choice))
    more = len(found) > choice.per_page
    if choice.newer_than:
        return Page(found[-choice.per_page :], has_newer=more, has_older=True)
    return Page(found[: choice.per_page], has_newer=bool(choice.older_than), has_older=more)


def every_link(calendar_id: int, choice: Choice) -> Iterator[Any]:
    """All links that `choice` asks for, newest first, read a few hundred at a time."""
    ids, last_id = _chosen(calendar_id, choice), None
    while ids is not None:
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


def _chosen(calendar_id: int, choice: Choice) -> Select[Any] | None:
    """A query for the ids of all links that match; None when nothing can."""
    ids = _found_ids(calendar_id, choice.search) if choice.search else select(link.c.id)
    if ids is None:
        return None
    ids = ids.where(link.c.calendar_id == calendar_id)
    if choice.link_id:
        ids = ids.where(link.c.id == choice.link_id)
    if choice.status:
        ids = ids.where(link.c.status == choice.status)
    if choice.source:
        ids = ids.where(link.c.source == choice.source)
    return ids


def _found_ids(calendar_id: int, text: str) -> Select[Any] | None:
    if is_sqlite():
        query = sqlite_query(calendar_id, text)
        # The index gives row ids in order, so SQLite stops at the end of the page. Without CROSS it may sort.
        found = select(link_search.c.rowid.label("id")).join_from(
            link_search, link, link.c.id == link_search.c.rowid
        )
        return None if query is None else found.where(link_search.c.link_search.match(query))
    query = postgresql_query(calendar_id, text)
    simple = literal_column("'simple'")
    words = func.to_tsvector(simple, link.c.search_words)
    return (
        None
        if query is None
        else select(link.c.id).where(words.bool_op("@@")(func.to_tsquery(simple, query)))
    )


def _cut(ids: Select[Any], choice: Choice) -> Select[Any]:
    """The ids of one page, and one more that tells whether there is a next."""
    id_ = ids.selected_columns.id
    if choice.newer_than:
        ids = ids.where(id_ > choice.newer_than).order_by(id_)
    else:
        ids = ids.where(id_ < choice.older_than if choice.older_than else true()).order_by(id_.desc())
    return ids.limit(choice.per_page + 1)


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
