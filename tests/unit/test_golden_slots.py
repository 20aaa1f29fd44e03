"""R35: the golden cases, on which two independent generators agree, days of changing clocks among them."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from app.scheduling.availability import Availability
from app.scheduling.slots import Offer, SlotRules, day_counts, is_offered, times_by_day, times_on

GOLDEN = Path(__file__).parent / "golden"
CASES = json.loads((GOLDEN / "inputs.json").read_text())
EXPECTED = json.loads((GOLDEN / "slots.json").read_text())


def epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def minute(wall: str) -> int:
    hours, minutes = map(int, wall.split(":"))
    return hours * 60 + minutes


def availability_of(case: dict) -> Availability:
    """The case's weekly hours; it counts days from Sunday, the engine from Monday."""
    weekly = [[] for _ in range(7)]
    for hours in case["weekly"]:
        for day in hours["days"]:
            weekly[(day - 1) % 7].append((minute(hours["start"]), minute(hours["end"])))
    return Availability(case["owner_tz"], tuple(map(tuple, weekly)))


def offer_of(case: dict) -> Offer:
    """The case as an offer. Its window holds whole slots, so the last start is a slot's length before its end."""
    start, end = epoch(case["window_start"]), epoch(case["window_end"])
    length, step, before, after = (
        timedelta(minutes=case[key]) for key in ("length", "step", "buffer_before", "buffer_after")
    )
    return Offer(
        availability=availability_of(case),
        rules=SlotRules(length, step, before, after),
        now=start,
        earliest=start,
        latest=end - case["length"] * 60 + 1,
        blocked=[(epoch(low), epoch(high)) for low, high in case["busy"]],
    )


def reader_days(case: dict) -> tuple[date, date]:
    """First and last day of the case's window; it is written in an offset, not in the reader's zone."""
    first = datetime.fromisoformat(case["window_start"]).date() - timedelta(days=1)
    return first, datetime.fromisoformat(case["window_end"]).date() + timedelta(days=1)


def expected_of(case: dict) -> dict[date, list[int]]:
    by_day = EXPECTED[case["name"]]["by_day"]
    return {date.fromisoformat(day): [epoch(slot) for slot in slots] for day, slots in by_day.items()}


@pytest.fixture(params=CASES, ids=lambda case: case["name"])
def case(request) -> dict:
    return request.param


def test_r35_golden_slots_by_the_readers_day(case):
    found = times_by_day(offer_of(case), *reader_days(case), case["invitee_tz"])
    assert found == expected_of(case)
    assert sum(map(len, found.values())) == EXPECTED[case["name"]]["count"]


def test_r35_golden_counts_and_single_days(case):
    offer, expected = offer_of(case), expected_of(case)
    counts = {day: len(slots) for day, slots in expected.items()}
    assert day_counts(offer, *reader_days(case), case["invitee_tz"]) == counts
    for day, slots in expected.items():
        assert times_on(offer, day, case["invitee_tz"]) == slots
        assert all(is_offered(offer, slot) for slot in slots)
