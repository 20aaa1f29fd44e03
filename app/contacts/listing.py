"""What the list of contacts reads: a page of them, newest first, with their tags.

As links are (links/listing.py): by keyset and index, never by OFFSET; a search first looks through the newest, then
asks the search index, no further than the page needs. So an account of a million contacts costs what one of a
thousand does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select, text, true

from ..db import connection, is_sqlite
from ..links.search_index import have
from .choice import Choice
from .models import Contact, ContactTag
from .search import typed_words
from .search_index import blocks, postgresql_hits, sqlite_hits

READ_AT_ONCE = 500
LOOKED_THROUGH = 2_000
MOST_COUNTED = 1_000  # beyond that a page says "1,000+"
MOST_TAGS = 200

contact, tagged = Contact.__table__, ContactTag.__table__
Row = tuple[Any, list[str]]

# All tags of an account, each found by one step through the index, however many contacts have it.
TAGS = text(
    """
    WITH RECURSIVE tags (tag) AS (
      SELECT (SELECT min(tag) FROM contact_tag WHERE account_id = :account_id)
      UNION ALL
      SELECT (SELECT min(tag) FROM contact_tag WHERE account_id = :account_id AND tag > tags.tag)
      FROM tags WHERE tags.tag IS NOT NULL
    )
    SELECT tag FROM tags WHERE tag IS NOT NULL LIMIT :most
    """
)


class Page(NamedTuple):
    """Contacts with their tags, newest first, and whether there are newer and older ones."""

    rows: Sequence[Row]
    has_newer: bool
    has_older: bool


def page_of(account_id: int, choice: Choice) -> Page:
    """The page of the account's contacts that `choice` asks for."""
    found = _found(account_id, choice)
    more = len(found) > choice.per_page
    if choice.newer_than:
        return Page(_with_tags(found[-choice.per_page :]), has_newer=more, has_older=True)
    return Page(_with_tags(found[: choice.per_page]), has_newer=bool(choice.older_than), has_older=more)


def every_contact(account_id: int, choice: Choice) -> Iterator[Row]:
    """All contacts that `choice` asks for, whatever page it is of, newest first, read a few hundred at a time."""
    some = replace(choice, older_than=None, newer_than=None, per_page=READ_AT_ONCE)
    while True:
        found = _rows(_ids(account_id, some)) if _can_find(choice) else []
        yield from _with_tags(found[:READ_AT_ONCE])
        if len(found) <= READ_AT_ONCE:
            return
        some = replace(some, older_than=found[READ_AT_ONCE - 1].id)


def count(account_id: int) -> int:
    """How many contacts the account has; MOST_COUNTED + 1 means more than that."""
    some = select(contact.c.id).where(contact.c.account_id == account_id).limit(MOST_COUNTED + 1)
    return connection().execute(select(func.count()).select_from(some.subquery())).scalar_one()


def tags_in_use(account_id: int) -> list[str]:
    """The account's tags, in order of the alphabet."""
    return list(connection().execute(TAGS, {"account_id": account_id, "most": MOST_TAGS}).scalars())


def _found(account_id: int, choice: Choice) -> Sequence[Any]:
    """The contacts of the page, and one more if there is a next one."""
    if not choice.search:
        return _rows(_ids(account_id, choice))
    if not _can_find(choice):
        return []
    newest = _cut(_narrowed(account_id, choice), choice, LOOKED_THROUGH).subquery("newest")
    hits = select(newest.c.id).where(*have(newest, typed_words(choice.search)))
    found = _rows(_cut(hits, choice))
    return found if len(found) > choice.per_page else _rows(_ids(account_id, choice))


def _can_find(choice: Choice) -> bool:
    return not choice.search or bool(typed_words(choice.search))


def _ids(account_id: int, choice: Choice) -> Select[Any]:
    """A query for the ids of the page, and of one contact more, among all that match."""
    if not choice.search:
        return _cut(_narrowed(account_id, choice), choice)
    words = typed_words(choice.search)
    if is_sqlite():
        # Row ids come out of the index in order, so SQLite stops at the end of the page.
        return _cut(_own(sqlite_hits(account_id, words), account_id, choice), choice)
    hits = _cut(_own(postgresql_hits(account_id, words), account_id, choice), choice).lateral("hits")
    # No order here: blocks come in order, and so none is looked through after the one that fills the page.
    page = select(hits.c.id).select_from(
        blocks(account_id, choice.older_than, choice.newer_than).join(hits, true())
    )
    return page.limit(choice.per_page + 1)


def _narrowed(account_id: int, choice: Choice) -> Select[Any]:
    """The account's contacts, by the index that has them in order: that of the tag, if one is asked for."""
    if not choice.tag:
        return select(contact.c.id, contact.c.search_words).where(contact.c.account_id == account_id)
    with_tag = select(tagged.c.contact_id.label("id"), contact.c.search_words).join_from(
        tagged, contact, contact.c.id == tagged.c.contact_id
    )
    return with_tag.where(tagged.c.account_id == account_id, tagged.c.tag == choice.tag)


def _own(hits: Select[Any], account_id: int, choice: Choice) -> Select[Any]:
    hits = hits.where(contact.c.account_id == account_id)
    has_tag = select(tagged.c.tag).where(tagged.c.contact_id == contact.c.id, tagged.c.tag == choice.tag)
    return hits.where(has_tag.exists()) if choice.tag else hits


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
    rows = select(contact).join_from(page, contact, contact.c.id == page.c.id)
    return connection().execute(rows.order_by(contact.c.id.desc())).all()


def _with_tags(rows: Sequence[Any]) -> list[Row]:
    ids = [row.id for row in rows]
    found = (
        select(tagged.c.contact_id, tagged.c.tag).where(tagged.c.contact_id.in_(ids)).order_by(tagged.c.tag)
    )
    tags: dict[int, list[str]] = {row_id: [] for row_id in ids}
    for contact_id, tag in connection().execute(found) if ids else ():
        tags[contact_id].append(tag)
    return [(row, tags[row.id]) for row in rows]
