"""R27: only what is offered can be booked; and why a time is not. A Tuesday in Berlin, 09:00 to 12:00."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.scheduling.availability import Availability
from app.scheduling.reasons import Reason, why_missing
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

BERLIN = "Europe/Berlin"
DAY = date(2027, 1, 12)
MINUTE, HOUR = 60, 3600


def at(hour: int, minute: int = 0, day: int = 12) -> int:
    """A wall time of January 2027 in Berlin (UTC+1) as an instant."""
    return int((datetime(2027, 1, day, tzinfo=UTC) + timedelta(hours=hour - 1, minutes=minute)).timestamp())


def minutes(**parts: int) -> SlotRules:
    wanted = {"duration": 30, "step": 30, "before": 0, "after": 0} | parts
    return SlotRules(**{name: timedelta(minutes=value) for name, value in wanted.items()})


def offer(rules: SlotRules | None = None, **changes) -> Offer:
    hours = tuple(((9 * 60, 12 * 60),) if day == 1 else () for day in range(7))
    usual = Offer(
        availability=Availability(BERLIN, hours, {date(2027, 1, 14): ((600, 660),), date(2027, 1, 26): ()}),
        rules=rules or minutes(),
        now=at(8, day=6),
        earliest=at(8, day=6),
        latest=at(0, day=31),
    )
    return replace(usual, **changes)


def walls(slots: list[int]) -> list[str]:
    return [datetime.fromtimestamp(slot + HOUR, UTC).strftime("%H:%M") for slot in slots]


ALL = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]


@pytest.mark.parametrize(
    ("rules", "changes", "expected"),
    [
        ({}, {}, ALL),
        ({"step": 60}, {}, ["09:00", "10:00", "11:00"]),
        ({"duration": 100, "step": 40}, {}, ["09:00", "09:40", "10:20"]),
        ({"duration": 180}, {}, ["09:00"]),
        ({"duration": 181}, {}, []),
        ({}, {"blocked": [(at(10), at(10, 30))]}, ["09:00", "09:30", "10:30", "11:00", "11:30"]),
        ({}, {"blocked": [(at(10, 10), at(10, 11))]}, ["09:00", "09:30", "10:30", "11:00", "11:30"]),
        ({}, {"blocked": [(at(11), at(20)), (at(8), at(10)), (at(9), at(9, 30))]}, ["10:00", "10:30"]),
        ({}, {"blocked": [(at(10), at(10)), (at(11), at(9))]}, ALL),
        ({"before": 15}, {"blocked": [(at(9, 50), at(10, 15))]}, ["09:00", "10:30", "11:00", "11:30"]),
        ({"before": 16}, {"blocked": [(at(9, 50), at(10, 15))]}, ["09:00", "11:00", "11:30"]),
        ({"after": 15}, {"blocked": [(at(9, 45), at(10))]}, ["09:00", "10:00", "10:30", "11:00", "11:30"]),
        ({"after": 16}, {"blocked": [(at(9, 45), at(10))]}, ["10:00", "10:30", "11:00", "11:30"]),
        ({}, {"earliest": at(10)}, ["10:00", "10:30", "11:00", "11:30"]),
        ({}, {"earliest": at(10) + 1}, ["10:30", "11:00", "11:30"]),
        ({}, {"now": at(11), "earliest": at(8)}, ["11:00", "11:30"]),
        ({}, {"latest": at(10)}, ["09:00", "09:30"]),
        ({}, {"latest": at(10) + 1}, ["09:00", "09:30", "10:00"]),
        ({}, {"full_days": frozenset({DAY})}, []),
        ({}, {"full_weeks": frozenset({date(2027, 1, 11)})}, []),
        ({}, {"full_weeks": frozenset({date(2027, 1, 4)})}, ALL),
        ({}, {"from_on": DAY, "until_on": DAY}, ALL),
        ({}, {"from_on": date(2027, 1, 13)}, []),
        ({}, {"until_on": date(2027, 1, 11)}, []),
        ({}, {"offered": (at(17, 7), at(10), at(10))}, ["10:00", "17:07"]),
        ({}, {"offered": ()}, []),
        ({}, {"offered": (at(17), at(18)), "blocked": [(at(17, 29), at(18))]}, ["18:00"]),
        ({}, {"offered": (at(17),), "earliest": at(0, day=20), "latest": at(0, day=5)}, ["17:00"]),
        ({}, {"offered": (at(7), at(17)), "now": at(8)}, ["17:00"]),
        ({}, {"offered": (at(17),), "full_days": frozenset({DAY})}, []),
        ({}, {"offered": (at(17),), "until_on": date(2027, 1, 11)}, []),
    ],
)
def test_r27_times_of_a_day(rules, changes, expected):
    given = offer(minutes(**rules), **changes)
    assert walls(times_on(given, DAY, BERLIN)) == expected
    assert day_counts(given, DAY, DAY, BERLIN) == ({DAY: len(expected)} if expected else {})
    minutes_of_day = range(at(8), at(18, 30), MINUTE)
    offered = [instant for instant in minutes_of_day if is_offered(given, instant)]
    assert walls(offered) == expected
    assert [instant for instant in minutes_of_day if why_missing(given, instant) is None] == offered


@pytest.mark.parametrize(
    ("start", "changes", "reason"),
    [
        (at(9), {}, None),
        (at(9), {"now": at(9, 1)}, Reason.PAST),
        (at(8), {}, Reason.OUTSIDE_HOURS),
        (at(11, 45), {}, Reason.OUTSIDE_HOURS),
        (at(9, day=13), {}, Reason.OUTSIDE_HOURS),
        (at(12, day=14), {}, Reason.OUTSIDE_HOURS),
        (at(10, day=14), {}, None),
        (at(10, day=26), {}, Reason.DATE_OVERRIDE),
        (at(20, day=26), {}, Reason.OUTSIDE_HOURS),
        (at(9, 10), {}, Reason.OFF_GRID),
        (at(9) + 1, {}, Reason.OFF_GRID),
        (at(9), {"earliest": at(9, 1)}, Reason.NOTICE),
        (at(9), {"latest": at(9)}, Reason.WINDOW),
        (at(9), {"opens": at(9, 1)}, Reason.WINDOW),
        (at(9), {"opens": at(9, 2), "earliest": at(9, 1)}, Reason.NOTICE),
        (at(9), {"opens": at(9)}, None),
        (at(9), {"full_days": frozenset({DAY})}, Reason.DAY_LIMIT),
        (at(9), {"full_weeks": frozenset({date(2027, 1, 11)})}, Reason.WEEK_LIMIT),
        (at(9), {"blocked": [(at(9, 29), at(9, 31))]}, Reason.BOOKING),
        (at(9), {"blocked": [(at(9, 30), at(9, 31))]}, Reason.BUFFER),
        (at(9), {"blocked": [(at(8, 30), at(9))]}, Reason.BUFFER),
        (at(9), {"blocked": [(at(8, 30), at(8, 50)), (at(9, 40), at(10))]}, None),
        (at(9), {"until_on": date(2027, 1, 11)}, Reason.LINK_DATES),
        (at(9), {"offered": (at(10),)}, Reason.NOT_OFFERED),
        (at(17), {"offered": (at(17),)}, None),
        (at(17), {"offered": (at(17),), "now": at(18)}, Reason.PAST),
        (at(17), {"offered": (at(17),), "full_days": frozenset({DAY})}, Reason.DAY_LIMIT),
        (at(17), {"offered": (at(17),), "blocked": [(at(17), at(18))]}, Reason.BOOKING),
    ],
)
def test_r27_why_a_time_is_missing(start, changes, reason):
    given = offer(minutes(before=10, after=10), **changes)
    assert why_missing(given, start) == reason
    assert is_offered(given, start) is (reason is None)


def test_r27_a_busy_time_does_not_shift_the_grid():
    given = offer(minutes(step=20), blocked=[(at(9, 25), at(9, 31))])
    assert walls(times_on(given, DAY, BERLIN))[:3] == ["09:40", "10:00", "10:20"]


@pytest.mark.parametrize("instant", [-(10**12), 10**12, 0])
def test_r27_instants_far_away_are_simply_not_offered(instant):
    assert not is_offered(offer(), instant)
    assert why_missing(offer(), instant) in {Reason.PAST, Reason.OUTSIDE_HOURS}
    assert nearest(offer(), instant, 1) in ([at(9)], [at(11, 30, day=19)])


def test_a_readers_day_is_not_the_calendars():
    given = offer()
    assert times_by_day(given, DAY, date(2027, 1, 13), "Pacific/Kiritimati") == {
        DAY: [at(9), at(9, 30), at(10), at(10, 30)],
        date(2027, 1, 13): [at(11), at(11, 30)],
    }
    assert walls(times_on(given, date(2027, 1, 11), "Pacific/Pago_Pago")) == ALL


def test_next_open_searches_to_the_end_of_the_window():
    given = offer()
    assert next_open(given, 0) == at(9)
    assert next_open(given, at(9) + 1) == at(9, 30)
    assert next_open(given, at(11, 31)) == at(10, day=14)
    assert next_open(given, at(10, 31, day=14)) == at(9, day=19)
    assert next_open(given, at(11, 31, day=19)) is None
    assert next_open(offer(latest=at(9)), 0) is None
    assert next_open(offer(offered=(at(17), at(8))), at(9)) == at(17)


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        (at(10), 3, [at(9), at(9, 30), at(10, 30)]),
        (at(10), 1, [at(9, 30)]),
        (at(11, 30), 2, [at(11), at(11, 30)]),
        (at(23, day=13), 2, [at(10, day=14), at(10, 30, day=14)]),
        (at(9, day=30), 1, [at(11, 30, day=19)]),
        (at(0, day=5), 99, None),
    ],
    ids=["around", "of two as close the earlier", "itself", "forward", "far back", "all there are"],
)
def test_nearest(start, n, expected):
    given = offer(blocked=[(at(10), at(10, 30))])
    wanted = slots_between(given, 0, at(0, day=31)) if expected is None else expected
    assert nearest(given, start, n) == wanted


def test_nearest_of_nothing_is_nothing():
    assert nearest(offer(latest=0), at(9)) == []
    assert nearest(offer(offered=()), at(9)) == []


@pytest.mark.parametrize(
    "wrong",
    [{"duration": 0}, {"step": 0}, {"before": -1}, {"after": -1}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_refuses_rules_that_cut_nothing(wrong):
    with pytest.raises(ValueError):
        minutes(**wrong)


def test_r35_slots_stay_sorted_where_clocks_go_back_past_midnight():
    """St John's, 2010: at 00:01 on the 7th it became 23:01 on the 6th, so that the 7th began twice."""
    nights = {date(2010, 11, 6): ((22 * 60, 1440),), date(2010, 11, 7): ((0, 120),)}
    calendar = Availability("America/St_Johns", ((),) * 7, nights)
    start = int(datetime(2010, 11, 7, tzinfo=UTC).timestamp())
    given = offer(minutes(duration=1, step=1), availability=calendar, now=0, earliest=0)
    assert slots_between(given, 0, at(0)) == list(range(start + 30 * MINUTE, start + 330 * MINUTE, MINUTE))
