"""What features keep of contacts: how it goes along in a merge, into an export, and away when a contact is erased.

A table with a column `contact_id` needs no word here: its rows go over in a merge, and in an erasure they lose the
contact, or go where they cannot do without one. Whatever else is to be done a feature says once, by `add`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from ..db import Base

Row = Any  # a row of `contact`


def _nothing(*_given: Any) -> None:
    """What most belongings need besides."""


def _no_rows(_contact: Row) -> list[dict[str, Any]]:
    return []


@dataclass(frozen=True)
class Belonging:
    """One kind of thing that is kept of contacts. Everything is called in the transaction of whoever asks.

    `merge(kept, other, now)` comes before rows go over: it settles what must not be there twice. `erase(contact, now)`
    comes before rows lose their contact: it takes away what they say. `change(is_now, was, now)` follows other details.
    `export(contact)` are plain values under `name`.
    """

    name: str
    change: Callable[[Row, Row, datetime], None] = _nothing
    merge: Callable[[Row, Row, datetime], None] = _nothing
    erase: Callable[[Row, datetime], None] = _nothing
    export: Callable[[Row], list[dict[str, Any]]] = _no_rows


_ALL: dict[str, Belonging] = {}


def add(belonging: Belonging) -> None:
    """Have it thought of in merges, exports and erasures."""
    _ALL[belonging.name] = belonging


def every() -> list[Belonging]:
    """All there are, in the order in which they were added."""
    return list(_ALL.values())


def tables() -> Iterator[Table]:
    """All tables whose rows may belong to a contact, those first whose rows point to others."""
    return (table for table in reversed(Base.metadata.sorted_tables) if "contact_id" in table.c)
