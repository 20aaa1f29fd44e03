"""How the search index of each database is asked. Migration 0004 makes them, from the words the service keeps."""

from typing import Any

from sqlalchemy import BigInteger, Integer, Select, case, column, func, literal, select, table, text

from .models import LinkCount, OneTimeLink
from .search import patterns, postgresql_query, sqlite_query

BLOCK_BITS = 17  # of link_lexemes: 131,072 ids
LARGE_SHARE = 4  # a calendar with a quarter of all links, or more

link = OneTimeLink.__table__
sqlite_index = table("link_search", column("rowid"), column("link_search"))
postgresql_index = table("link_search", column("link_id"), column("search_words"))


def have(rows: Any, words: list[str]) -> list[Any]:
    """Conditions for rows with `search_words` that hold all the words."""
    padded = rows.c.search_words + " "
    return [padded.like(pattern) for pattern in patterns(words)]


def sqlite_hits(calendar_id: int, words: list[str]) -> Select[Any]:
    """The ids of links with all the words, of this calendar and maybe others; in order by themselves.

    In a calendar with most of the links nearly all hits are its own: to look each up among the calendar's links
    would cost more than to read those of others.
    """
    query = sqlite_query(words)
    here = select(func.sum(LinkCount.links)).where(LinkCount.calendar_id == calendar_id).scalar_subquery()
    newest = select(func.max(link.c.id)).scalar_subquery()
    wanted = case((here * LARGE_SHARE >= newest, query), else_=f'"c{calendar_id}" AND {query}')
    found = select(sqlite_index.c.rowid.label("id")).join_from(
        sqlite_index, link, link.c.id == sqlite_index.c.rowid
    )
    return found.where(sqlite_index.c.link_search.match(wanted), *have(link, words))


def postgresql_hits(calendar_id: int, words: list[str]) -> Select[Any]:
    """The ids of a block's links that the index finds, whatever the planner thinks; `blocks` has to stand beside."""
    return hits_in_block(postgresql_index.c.link_id, link.c.id, f"c{calendar_id}", words)


def blocks(calendar_id: int, older_than: int | None, newer_than: int | None) -> Any:
    """The blocks of ids that hold links of the calendar, in the order in which a page goes through them."""
    return blocks_of(select(link.c.id).where(link.c.calendar_id == calendar_id), older_than, newer_than)


def hits_in_block(indexed: Any, row_id: Any, owner: str, words: list[str]) -> Select[Any]:
    """The rows with all the words in an index like migration 0004's, whose entries begin with their block and `owner`.

    Left to itself the planner walks through all rows in the hope of filling the page soon: 4 s where nothing is found.
    """
    is_hit = text(
        f"link_lexemes({indexed.name}, search_words) @@ CAST(replace(:query, '{{}}', block || :owner) AS tsquery)"
    ).bindparams(query=postgresql_query(words), owner=owner)
    found = select(indexed.label("id")).where(is_hit, *have(indexed.table, words))
    hits = found.cte("found", nesting=True).prefix_with("MATERIALIZED", dialect="postgresql")
    return select(hits.c.id).join_from(hits, row_id.table, row_id == hits.c.id)


def blocks_of(ids: Select[Any], older_than: int | None, newer_than: int | None) -> Any:
    """The blocks that hold these ids, from the newest down; upwards from `newer_than`."""
    (row_id,) = ids.selected_columns
    oldest, newest = (
        ids.order_by(order).limit(1).scalar_subquery().op(">>")(literal(BLOCK_BITS, Integer))
        for order in (row_id, row_id.desc())
    )
    if newer_than:
        series = func.generate_series(_block(newer_than), newest, 1)
    else:
        first = func.least(newest, _block(older_than)) if older_than else newest
        series = func.generate_series(first, oldest, -1)
    return series.table_valued("block", name="blocks").render_derived()


def _block(row_id: int) -> Any:
    return literal(row_id >> BLOCK_BITS, BigInteger)
