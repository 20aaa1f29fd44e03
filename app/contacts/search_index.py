"""How the search index of each database is asked for contacts, as links/search_index.py asks for links."""

from typing import Any

from sqlalchemy import Select, case, column, select, table

from ..accounts.models import Account
from ..links.search import sqlite_query
from ..links.search_index import blocks_of, have, hits_in_block
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
    """The ids of a block's contacts that the index finds; `blocks` has to stand beside."""
    return hits_in_block(postgresql_index.c.contact_id, contact.c.id, f"c{account_id}", words)


def blocks(account_id: int, older_than: int | None, newer_than: int | None) -> Any:
    """The blocks of ids that hold contacts of the account, in the order in which a page goes through them."""
    return blocks_of(select(contact.c.id).where(contact.c.account_id == account_id), older_than, newer_than)
