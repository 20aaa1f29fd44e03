"""How far links came. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Funnel(NamedTuple):
    """Links by how far they came. `sent` counts those that Slotkey has sent; a copied address leaves no trace.

    `looked_at` was opened by a person, `fetched` by something that did no more, such as a scanner of mails. `refused`
    counts openings of links that were over, the others count links.
    """

    made: int = 0
    sent: int = 0
    looked_at: int = 0
    booked: int = 0
    open: int = 0
    expired: int = 0
    deleted: int = 0
    fetched: int = 0
    refused: int = 0


def together(funnels: Mapping[Any, Funnel]) -> Funnel:
    """The sum of all."""
    return Funnel(*map(sum, zip(*funnels.values(), strict=True))) if funnels else Funnel()
