"""What the pages of links read: the calendar with its counts in one query, a page of links in another.

Links are found by keyset and index, never by OFFSET or count(*), so a calendar of a million links costs what one
of a thousand does. The ids of the page are settled first; only they are joined with bookings and sightings.

A search first looks through the newest links: words that stand in many fill the page there. What is rarer comes
from the search index, newest first on both databases, no further than the page needs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Select, select, true

from ..accounts.sessions import SignedIn
from ..bookings.models import Booking
from ..calendars.access import calendars_for
from ..calendars.models import Calendar
from ..db import connection, db, is_sqlite
from ..errors import NotFound
from .choice import Choice
from .models import LinkCount, LinkRequest, LinkSighting, LinkStatus, OneTimeLink, SightingKind
from .requests import IS_OPEN
from .search import typed_words
from .search_index import blocks, have, postgresql_hits, sqlite_hits
from .service import link_tokens

EXPORTED_AT_ONCE = 500
LOOKED_THROUGH = 2_000

link, booking, sighting = OneTimeLink.__table__, Booking.__table__, LinkSighting.__table__
COUNTED = (SightingKind.FETCHED, SightingKind.LOOKED, SightingKind.REFUSED)  # as openings, in a list
seen = {kind: sighting.alias(kind.value) for kind in COUNTED}
Counts = dict[LinkStatus, int]


class Page(NamedTuple):
    """Links, newest first, and whether there are newer and older ones."""

    links: Sequence[Any]
    has_newer: bool
    has_older: bool


class Section(NamedTuple):
    """A calendar, how many links it has by status, and whether anybody waits for a new one."""

    calendar: Calendar
    counts: Counts
    has_requests: bool


def section_of(signed_in: SignedIn, calendar_id: int) -> Section:
    """What the section of this calendar begins with, if this person manages it. Raises NotFound."""
    counted = calendars_for(signed_in).where(Calendar.id == calendar_id)
    found = db.session.execute(counted.add_columns(*map(_count, LinkStatus), _has_requests())).one_or_none()
    if found is None:
        raise NotFound("There is no such calendar.")
    calendar, *counts, has_requests = found
    by_status = dict(zip(LinkStatus, (count or 0 for count in counts), strict=True))
    return Section(calendar, by_status, has_requests)


def page_of(calendar_id: int, choice: Choice) -> Page:
    """The page of the calendar's links that `choice` asks for."""
    found = _found(calendar_id, choice)
    more = len(found) > choice.per_page
    if choice.newer_than:
        return Page(found[-choice.per_page :], has_newer=more, has_older=True)
    return Page(found[: choice.per_page], has_newer=bool(choice.older_than), has_older=more)


def every_link(calendar_id: int, choice: Choice) -> Iterator[Any]:
    """All links that `choice` asks for, whatever page it is of, newest first, read a few hundred at a time."""
    if choice.search and not typed_words(choice.search):
        return
    some = replace(choice, older_than=None, newer_than=None, per_page=EXPORTED_AT_ONCE)
    while True:
        found = _rows(_ids(calendar_id, some))
        yield from found[:EXPORTED_AT_ONCE]
        if len(found) <= EXPORTED_AT_ONCE:
            return
        some = replace(some, older_than=found[EXPORTED_AT_ONCE - 1].id)


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


def _has_requests() -> Any:
    return select(LinkRequest.id).where(LinkRequest.calendar_id == Calendar.id, IS_OPEN).exists()


def _found(calendar_id: int, choice: Choice) -> Sequence[Any]:
    """The links of the page, and one more if there is a next one."""
    if not choice.search:
        return _rows(_ids(calendar_id, choice))
    words = typed_words(choice.search)
    if not words:
        return []
    newest = _cut(
        _filtered(calendar_id, choice, select(link.c.id, link.c.search_words)), choice, LOOKED_THROUGH
    ).subquery("newest")
    found = _rows(_cut(select(newest.c.id).where(*have(newest, words)), choice))
    return found if len(found) > choice.per_page else _rows(_ids(calendar_id, choice))


def _ids(calendar_id: int, choice: Choice) -> Select[Any]:
    """A query for the ids of the page, and of one link more, among all that match."""
    if not choice.search:
        return _cut(_filtered(calendar_id, choice, select(link.c.id)), choice)
    words = typed_words(choice.search)
    if is_sqlite():
        # Row ids come out of the index in order, so SQLite stops at the end of the page.
        return _cut(_filtered(calendar_id, choice, sqlite_hits(calendar_id, words)), choice)
    hits = _cut(_filtered(calendar_id, choice, postgresql_hits(calendar_id, words)), choice).lateral("hits")
    # No order here: blocks come in order, and so none is looked through after the one that fills the page.
    page = select(hits.c.id).select_from(
        blocks(calendar_id, choice.older_than, choice.newer_than).join(hits, true())
    )
    return page.limit(choice.per_page + 1)


def _filtered(calendar_id: int, choice: Choice, ids: Select[Any]) -> Select[Any]:
    ids = ids.where(link.c.calendar_id == calendar_id)
    if choice.link_id:
        ids = ids.where(link.c.id == choice.link_id)
    if choice.status:
        ids = ids.where(link.c.status == choice.status)
    if choice.source:
        ids = ids.where(link.c.source == choice.source)
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
            booking.c.request_end,
            *(times.c.times.label(kind.value) for kind, times in seen.items()),
        )
        .join_from(page, link, link.c.id == page.c.id)
        .outerjoin(booking, booking.c.link_id == link.c.id)
    )
    for kind, times in seen.items():
        rows = rows.outerjoin(times, (times.c.link_id == link.c.id) & (times.c.kind == kind))
    return connection().execute(rows.order_by(link.c.id.desc())).all()
