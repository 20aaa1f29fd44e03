"""The numbers as the page says them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..amounts import length_words, plural
from ..links.words import SOURCE_WORDS
from .charts import share
from .choice import By
from .funnel import Funnel

NO_WORKFLOW = "No workflow"
STEPS = (
    ("Made", "made", "Links that were made on these days"),
    ("Sent", "sent", "Sent by Slotkey in an e-mail or SMS; a copied address leaves no trace"),
    ("Opened by a person", "looked_at", "Somebody looked at its times, or booked"),
    ("Booked", "booked", "The link made its one booking"),
)
HEAD = {
    By.CALENDAR: "Calendar",
    By.WORKFLOW: "Workflow",
    By.SOURCE: "Made",
}


class Step(NamedTuple):
    """One line of the funnel; `share` in per cent of the links made."""

    word: str
    hint: str
    links: int
    share: int


class Row(NamedTuple):
    """One line of the last table."""

    name: str
    numbers: Funnel


def steps_of(funnel: Funnel) -> list[Step]:
    """From made to booked."""
    return [
        Step(word, hint, getattr(funnel, name), share(getattr(funnel, name), funnel.made))
        for word, name, hint in STEPS
    ]


def rows_of(funnels: Mapping[Any, Funnel], by: By, names: Mapping[int, str]) -> list[Row]:
    """The lines of the table, those with most links first."""
    rows = [Row(_name(key, by, names), funnel) for key, funnel in funnels.items()]
    return sorted(rows, key=lambda row: (-row.numbers.made, row.name))


def took_words(seconds: float | None) -> str:
    """ "25 minutes", "3 hours", "4 days"; coarse, as the middle of many is."""
    if seconds is None:
        return "-"
    minutes = max(1, round(seconds / 60))
    if minutes < 120:
        return length_words(minutes) if minutes <= 90 else "2 hours"
    hours = round(minutes / 60)
    return plural(hours, "hour") if hours < 48 else plural(round(hours / 24), "day")


def _name(key: Any, by: By, names: Mapping[int, str]) -> str:
    if by == By.SOURCE:
        return SOURCE_WORDS[key]
    return names.get(key, NO_WORKFLOW if by == By.WORKFLOW else "A calendar that was removed")
