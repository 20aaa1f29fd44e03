"""The golden cases as numbers: epoch seconds and minutes of the day, for the tests and the benchmark."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

from app.scheduling.availability import Availability
from app.scheduling.slots import Offer, SlotRules

Case = dict
Answer = dict[date, list[int]]
_GOLDEN = Path(__file__).parent / "golden"
_CASES = {case["name"]: case for case in json.loads((_GOLDEN / "inputs.json").read_text())}
_ANSWERS = json.loads((_GOLDEN / "slots.json").read_text())
NAMES = list(_CASES)


def golden_case(name: str) -> Case:
    """One golden case in epoch seconds and minutes, with the calendar's week from Monday.

    `days` are the first and last reader's day that its window can touch: it is written in an offset of its own.
    """
    case = _CASES[name]
    start, end = (datetime.fromisoformat(case[key]) for key in ("window_start", "window_end"))
    weekly: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for hours in case["weekly"]:
        for day in hours["days"]:
            weekly[(day - 1) % 7].append((_minute(hours["start"]), _minute(hours["end"])))
    return case | {
        "start": int(start.timestamp()),
        "end": int(end.timestamp()),
        "days": (start.date() - timedelta(days=1), end.date() + timedelta(days=1)),
        "weekly": tuple(map(tuple, weekly)),
        "busy": [
            tuple(int(datetime.fromisoformat(edge).timestamp()) for edge in pair) for pair in case["busy"]
        ],
    }


def golden_answer(name: str) -> Answer:
    """The slots both generators found, by the reader's local date, as epoch seconds."""
    by_day = _ANSWERS[name]["by_day"]
    return {
        date.fromisoformat(day): [int(datetime.fromisoformat(slot).timestamp()) for slot in slots]
        for day, slots in by_day.items()
    }


def _minute(wall: str) -> int:
    hours, minutes = map(int, wall.split(":"))
    return hours * 60 + minutes


def availability_of(case: Case) -> Availability:
    """The case's weekly hours in its owner's zone."""
    return Availability(case["owner_tz"], case["weekly"])


def offer_of(case: Case, availability: Availability) -> Offer:
    """The case as an offer. Its window holds whole slots: the last start is a slot's length before its end."""
    parts = (timedelta(minutes=case[key]) for key in ("length", "step", "buffer_before", "buffer_after"))
    latest = case["end"] - case["length"] * 60 + 1
    return Offer(availability, SlotRules(*parts), case["start"], case["start"], latest, case["busy"])
