"""Rows of a form that its buttons add, remove and move before anything is stored. Pure."""

import re
from collections.abc import Sequence
from itertools import count
from typing import Any

Row = dict[str, Any]
_ID = re.compile(r"q[0-9]{1,3}")


def edited(rows: list[Row], do: str, new: Row, most: int) -> list[Row]:
    """The rows after the button "add", "remove-1", "up-1" or "down-1"; any other text changes nothing."""
    action, _, number = do.partition("-")
    if action == "add":
        return [*rows, new][: max(most, len(rows))]
    at = int(number) if number.isdecimal() else len(rows)
    if at >= len(rows) or action not in ("remove", "up", "down"):
        return rows
    kept = rows[:at] + rows[at + 1 :]
    if action == "remove":
        return kept
    to = max(at - 1, 0) if action == "up" else at + 1
    return [*kept[:to], rows[at], *kept[to:]]


def said_of(do: str, rows: int, thing: str) -> dict[str, Any]:
    """What a page says of the change to a `thing`, and which row has the focus (none: the Add button)."""
    action, _, number = do.partition("-")
    at = int(number) if number.isdecimal() else 0
    done = {"add": f"{thing} added.", "remove": f"{thing} removed.", "up": "Moved up.", "down": "Moved down."}
    focus = {"add": rows - 1, "up": max(at - 1, 0), "down": min(at + 1, rows - 1)}.get(action)
    return {"announce": done.get(action, ""), "focus": focus, "action": action}


def ids_for(wanted: Sequence[str | None]) -> list[str]:
    """An id for each row: its own where it has one ("q2"), else the first that no row has."""
    own = [
        each if each and _ID.fullmatch(each) and each not in wanted[:at] else None
        for at, each in enumerate(wanted)
    ]
    free = (each for each in (f"q{n}" for n in count(1)) if each not in own)
    return [each or next(free) for each in own]
