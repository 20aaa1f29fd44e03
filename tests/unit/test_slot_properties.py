"""R35: the engine against a brute force that walks minute by minute, over every change of clocks in ten years.

The oracle shares nothing with the engine: it asks zoneinfo for the wall time of each single minute.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import app.zones  # noqa: F401  every machine answers from the tzdata package
from app.scheduling.availability import Availability
from app.scheduling.reasons import why_missing
from app.scheduling.slots import (
    Offer,
    SlotRules,
    day_counts,
    is_offered,
    nearest,
    next_open,
    slots_between,
    times_by_day,
    times_on,
)

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Pacific/Chatham",
    "America/St_Johns",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Asia/Tehran",
    "Australia/Sydney",
    "America/Santiago",
    "Antarctica/Troll",
    "Europe/Dublin",
    "America/Havana",
    "Asia/Gaza",
    "Atlantic/Azores",
    "Pacific/Auckland",
    "America/Nuuk",
    "Asia/Beirut",
]
MINUTE, DAY = 60, 86_400
FIRST, LAST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2024, 2034))
QUIET_DAY = date(2030, 6, 12)
Hours = tuple[tuple[int, int], ...]


@cache
def wall_minutes(tz: str, day: date) -> dict[int, int]:
    """Instant -> minute of the wall clock, for each minute that shows `day` in the zone."""
    zone = ZoneInfo(tz)
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    walls = {}
    for instant in range(noon - 28 * 3600, noon + 28 * 3600, MINUTE):
        wall = datetime.fromtimestamp(instant, zone)
        if wall.day == day.day and wall.date() == day:
            walls[instant] = wall.hour * 60 + wall.minute
    return walls


@cache
def days_of_change(tz: str) -> list[date]:
    """The local dates just before and after every change of the zone's clocks, the day between included."""
    zone = ZoneInfo(tz)
    found = set()
    for before, after in pairwise(range(FIRST, LAST, DAY)):
        sides = [datetime.fromtimestamp(at, zone) for at in (before, after)]
        if sides[0].utcoffset() != sides[1].utcoffset():
            found |= {side.date() for side in sides}
    return sorted(found)


def open_runs(tz: str, day: date, hours: Hours) -> list[list[int]]:
    """For each range of hours the unbroken runs of minutes whose wall time lies in it."""
    runs: list[list[int]] = []
    for low, high in hours:
        inside = [instant for instant, wall in wall_minutes(tz, day).items() if low <= wall < high]
        for instant in inside:
            if instant == inside[0] or instant - MINUTE != runs[-1][-1]:
                runs.append([])
            runs[-1].append(instant)
    return sorted(runs)


def expected_slots(offer: Offer, days: list[date]) -> list[int]:
    """All open slots of some dates, each minute of each candidate looked at by itself."""
    duration, step, before, after = offer.rules.seconds
    blocked = {minute for low, high in offer.blocked for minute in range(low, high, MINUTE)}
    found = []
    for day in days:
        for run in open_runs(offer.tz, day, offer.availability.minutes_on(day)):
            for start in run[:: step // MINUTE]:
                fits = start + duration <= run[-1] + MINUTE
                around = range(start - before, start + duration + after, MINUTE)
                if fits and offer.earliest <= start < offer.latest and blocked.isdisjoint(around):
                    found.append(start)
    return sorted(found)


FIXED_HOURS: list[Hours] = [
    ((0, 1440),),
    ((9 * 60, 17 * 60),),
    ((30, 90), (90, 150), (150, 210)),
    ((75, 165), (1350, 1440)),
    ((10, 40), (45, 140), (1400, 1430)),
]


@pytest.mark.parametrize("tz", ZONES)
def test_r35_hours_keep_their_wall_time_at_every_change_of_clocks(tz):
    """Nothing lost, nothing twice, no time that does not exist, on both dates of each change in ten years."""
    for day in [QUIET_DAY, *days_of_change(tz)]:
        for hours in FIXED_HOURS:
            ranges = Availability(tz, ((),) * 7, {day: hours}).ranges_on(day)
            expected = [(run[0], run[-1] + MINUTE) for run in open_runs(tz, day, hours)]
            assert list(ranges) == expected, (day, hours)


def test_r35_the_zones_do_change_their_clocks():
    """Guards the test above: changes are found where there are some, and only there."""
    counts = {tz: len(days_of_change(tz)) for tz in ZONES}
    assert {tz for tz, count in counts.items() if not count} == {
        "Asia/Kolkata",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "America/Sao_Paulo",
        "Asia/Tehran",
    }
    assert sum(counts.values()) > 600


@st.composite
def hours_of_a_day(draw) -> Hours:
    edges = sorted(draw(st.sets(st.integers(0, 288), min_size=2, max_size=6)))
    return tuple((low * 5, high * 5) for low, high in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def offers(draw) -> tuple[Offer, date]:
    """An offer whose three days lie round a change of its zone's clocks, and the first of these days."""
    tz = draw(st.sampled_from(ZONES))
    middle = draw(st.sampled_from(days_of_change(tz) or [QUIET_DAY]))
    days = [middle + timedelta(days=n) for n in (-1, 0, 1)]
    base = min(wall_minutes(tz, days[0]))
    length = st.integers(1, 24).map(lambda n: timedelta(minutes=5 * n))
    buffer = st.integers(0, 6).map(lambda n: timedelta(minutes=5 * n))
    spans = st.tuples(st.integers(-60, 3 * 1440), st.integers(0, 300))
    blocked = draw(st.lists(spans, max_size=12))
    earliest = base + MINUTE * draw(st.sampled_from([0, 0, 100, 1000, 2000]))
    offer = Offer(
        availability=Availability(tz, ((),) * 7, {day: draw(hours_of_a_day()) for day in days}),
        rules=SlotRules(draw(length), draw(length), draw(buffer), draw(buffer)),
        now=base,
        earliest=earliest,
        latest=earliest + MINUTE * draw(st.sampled_from([0, 1500, 9000])),
        blocked=[(base + MINUTE * low, base + MINUTE * (low + width)) for low, width in blocked],
    )
    return offer, days[0]


def three_days(first: date) -> list[date]:
    return [first + timedelta(days=n) for n in range(3)]


@settings(max_examples=120, deadline=None)
@given(offers())
def test_r35_r27_slots_are_those_of_the_brute_force(drawn):
    offer, first = drawn
    expected = expected_slots(offer, three_days(first))
    assert slots_between(offer, offer.now - 5 * DAY, offer.now + 9 * DAY) == expected
    assert len(set(expected)) == len(expected)


@settings(max_examples=80, deadline=None)
@given(offers(), st.sampled_from(ZONES))
def test_r35_each_time_is_on_the_readers_own_day_exactly_once(drawn, reader):
    offer, first = drawn
    days = [first + timedelta(days=n) for n in range(-2, 6)]
    by_day = defaultdict(list)
    for slot in expected_slots(offer, three_days(first)):
        by_day[datetime.fromtimestamp(slot, ZoneInfo(reader)).date()].append(slot)
    assert times_by_day(offer, days[0], days[-1], reader) == by_day
    assert day_counts(offer, days[0], days[-1], reader) == {day: len(times) for day, times in by_day.items()}
    assert [times_on(offer, day, reader) for day in days] == [by_day.get(day, []) for day in days]


@settings(max_examples=60, deadline=None)
@given(offers(), st.integers(-300, 5000), st.integers(1, 5))
def test_r27_all_questions_agree_on_what_is_offered(drawn, minute, n):
    offer, first = drawn
    slots = expected_slots(offer, three_days(first))
    wanted = offer.now + minute * MINUTE
    for instant in {wanted, *slots, *(slot + 5 * MINUTE for slot in slots)}:
        assert is_offered(offer, instant) is (instant in slots)
        assert (why_missing(offer, instant) is None) is (instant in slots)
    assert next_open(offer, wanted) == next((slot for slot in slots if slot >= wanted), None)
    assert nearest(offer, wanted, n) == sorted(sorted(slots, key=lambda slot: abs(slot - wanted))[:n])


@settings(max_examples=40, deadline=None)
@given(offers(), st.data())
def test_r27_limits_and_link_dates_take_whole_days_of_the_calendar(drawn, data):
    offer, first = drawn
    days = three_days(first)
    full = frozenset(data.draw(st.sets(st.sampled_from(days))))
    narrowed = replace(
        offer, full_days=full, from_on=data.draw(st.sampled_from([None, *days])), until_on=days[1]
    )
    allowed = [day for day in days[:2] if day not in full and (narrowed.from_on or day) <= day]
    assert slots_between(narrowed, offer.now - DAY, offer.now + 9 * DAY) == expected_slots(offer, allowed)
