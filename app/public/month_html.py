"""The two long parts of the picker as HTML, kept by what they depend on.

A month has forty cells and a day sixteen times: writing them takes longer than the rest of the page, and most
visitors of a calendar see the same ones.
"""

from functools import lru_cache
from typing import Any

from flask import current_app
from markupsafe import Markup

from .month_parts import Grid, Slots, times_of, weekdays_of, weeks_of

MOST_KEPT = 512
PATH = "{path}"  # stands for the address, which differs for each link


@lru_cache(maxsize=MOST_KEPT)
def month_table(grid: Grid, query: str) -> Markup:
    """The rows of the month's table; days with open times are links."""
    return _parts().month_table(weekdays_of(grid), weeks_of(grid), grid.chosen, query)


def slot_list(slots: Slots, path: str, query: str) -> Markup:
    """The day's times as links to the details page under `path`."""
    return Markup(_slot_list(slots, query).replace(PATH, path))  # noqa: S704


@lru_cache(maxsize=MOST_KEPT)
def _slot_list(slots: Slots, query: str) -> str:
    return str(_parts().slot_list(times_of(slots), PATH, query))


def _parts() -> Any:
    return current_app.jinja_env.get_template("public/parts.html").module
