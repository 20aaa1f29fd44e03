"""R35: the golden cases, on which two independent generators agree, days of changing clocks among them."""

from itertools import chain

import pytest

from app.scheduling.slots import day_counts, is_offered, slots_between, times_by_day, times_on
from tests.bench.naive_slots import careful, naive
from tests.unit.golden_cases import NAMES, availability_of, golden_answer, golden_case, offer_of


@pytest.mark.parametrize("name", NAMES)
def test_r35_golden_slots_by_the_readers_day(name):
    case, expected = golden_case(name), golden_answer(name)
    offer = offer_of(case, availability_of(case))
    assert times_by_day(offer, *case["days"], case["invitee_tz"]) == expected
    assert slots_between(offer, case["start"], case["end"]) == sorted(chain(*expected.values()))


@pytest.mark.parametrize("name", NAMES)
def test_r35_golden_counts_and_single_days(name):
    case, expected = golden_case(name), golden_answer(name)
    offer, reader = offer_of(case, availability_of(case)), case["invitee_tz"]
    assert day_counts(offer, *case["days"], reader) == {day: len(slots) for day, slots in expected.items()}
    assert {day: times_on(offer, day, reader) for day in expected} == expected
    assert all(is_offered(offer, slot) for slots in expected.values() for slot in slots)


@pytest.mark.parametrize("name", NAMES)
def test_the_benchmarks_floor_is_right_too(name):
    case, expected = golden_case(name), golden_answer(name)
    assert naive(case) == careful(case) == expected
