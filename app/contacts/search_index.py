"""How the search index of each database is asked for contacts, as links/search_index.py asks for links."""

from typing import Any

from sqlalchemy import BigInteger, Integer, Select, case, column, func, literal, select, table, text

from ..accounts.models import Account
from ..links.search import postgresql_query, sqlite_query
from ..links.search_index import BLOCK_BITS, have
from .models import Contact

contact = Contact.__table__
sqlite_index = table("contact_search", column("rowid"), column("contact_search"))
postgresql_index = table("contact_search", column("contact_id"), column("search_words"))


def sqlite_hits(account_id: int, words: list[str]) -> Select[Any]:
    """The ids of contacts with all the words; in order by themselves.

    Where there is one account only, all of them are its own, and none is looked up among the account's.
    """
    query = sqlite_query(words)
    other = select(Account.id).where(Account.id != account_id).limit(1).exists()
    wanted = case((other, f'"c{account_id}" AND {query}'), else_=query)
    found = select(sqlite_index.c.rowid.label("id")).join_from(
        sqlite_index, contact, contact.c.id == sqlite_index.c.rowid
    )
    return found.where(sqlite_index.c.contact_search.match(wanted), *have(contact, words))


def postgresql_hits(account_id: int, words: list[str]) -> Select[Any]:
    """The ids of a block's contacts that the index finds, whatever the planner thinks; `blocks` has to stand beside."""
    is_hit = text(
        "link_lexemes(contact_id, search_words) @@ CAST(replace(:query, '{}', block || :account) AS tsquery)"
    ).bindparams(query=postgresql_query(words), account=f"c{account_id}")
    found = select(postgresql_index.c.contact_id.label("id")).where(is_hit, *have(postgresql_index, words))
    hits = found.cte("found", nesting=True).prefix_with("MATERIALIZED", dialect="postgresql")
    return select(hits.c.id).join_from(hits, contact, contact.c.id == hits.c.id)


def blocks(account_id: int, older_than: int | None, newer_than: int | None) -> Any:
    """The blocks of ids that hold contacts of the account, in the order in which a page goes through them."""
    ids = select(contact.c.id).where(contact.c.account_id == account_id)
    oldest, newest = (
        ids.order_by(order).limit(1).scalar_subquery().op(">>")(literal(BLOCK_BITS, Integer))
        for order in (contact.c.id, contact.c.id.desc())
    )
    if newer_than:
        series = func.generate_series(_block(newer_than), newest, 1)
    else:
        first = func.least(newest, _block(older_than)) if older_than else newest
        series = func.generate_series(first, oldest, -1)
    return series.table_valued("block", name="blocks").render_derived()


def _block(contact_id: int) -> Any:
    return literal(contact_id >> BLOCK_BITS, BigInteger)
