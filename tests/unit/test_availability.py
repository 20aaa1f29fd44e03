"""R35: hours are wall hours, also on the days the clocks change."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from app.scheduling import availability as availability_module
from app.scheduling.availability import Availability
from app.scheduling.wallclock import DAY, date_at, date_of, day_number, days_between, pieces_of, segments

CLOSED = ((),) * 7
NEW_YORK = "America/New_York"


def utc(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())


def hm(wall: str) -> int:
    hours, minutes = map(int, wall.split(":"))
    return hours * 60 + minutes


def spans(*walls: str) -> tuple[tuple[int, int], ...]:
    return tuple(tuple(map(hm, wall.split("-"))) for wall in walls)


def opened(tz: str, day: date, *walls: str) -> list[tuple[str, str]]:
    """The ranges of a date as (start, end) in UTC, written "dd hh:mm"."""
    ranges = Availability(tz, CLOSED, {day: spans(*walls)}).ranges_on(day)
    return [tuple(datetime.fromtimestamp(at, UTC).strftime("%d %H:%M") for at in span) for span in ranges]


SPRING, AUTUMN = date(2027, 3, 14), date(2027, 11, 7)


@pytest.mark.parametrize(
    ("tz", "day", "walls", "expected"),
    [
        (NEW_YORK, SPRING, ["09:00-17:00"], [("14 13:00", "14 21:00")]),
        (NEW_YORK, SPRING, ["01:00-04:00"], [("14 06:00", "14 08:00")]),
        (NEW_YORK, SPRING, ["02:30-04:00"], [("14 07:00", "14 08:00")]),
        (NEW_YORK, SPRING, ["01:00-02:30"], [("14 06:00", "14 07:00")]),
        (NEW_YORK, SPRING, ["02:00-03:00"], []),
        (
            NEW_YORK,
            SPRING,
            ["01:00-02:30", "02:30-04:00"],
            [("14 06:00", "14 07:00"), ("14 07:00", "14 08:00")],
        ),
        (NEW_YORK, AUTUMN, ["00:30-06:00"], [("07 04:30", "07 11:00")]),
        (NEW_YORK, AUTUMN, ["01:00-02:00"], [("07 05:00", "07 07:00")]),
        (NEW_YORK, AUTUMN, ["01:30-03:00"], [("07 05:30", "07 06:00"), ("07 06:30", "07 08:00")]),
        (NEW_YORK, AUTUMN, ["00:30-01:30"], [("07 04:30", "07 05:30"), ("07 06:00", "07 06:30")]),
        (
            NEW_YORK,
            AUTUMN,
            ["00:30-01:15", "01:15-03:00"],
            [
                ("07 04:30", "07 05:15"),
                ("07 05:15", "07 06:00"),
                ("07 06:00", "07 06:15"),
                ("07 06:15", "07 08:00"),
            ],
        ),
        (NEW_YORK, AUTUMN, ["00:00-24:00"], [("07 04:00", "08 05:00")]),
        ("Australia/Lord_Howe", date(2027, 10, 3), ["01:00-04:00"], [("02 14:30", "02 17:00")]),
        ("Australia/Lord_Howe", date(2027, 4, 4), ["01:00-03:00"], [("03 14:00", "03 16:30")]),
        ("Antarctica/Troll", date(2027, 3, 28), ["00:00-06:00"], [("28 00:00", "28 04:00")]),
        ("America/Sao_Paulo", date(2018, 11, 4), ["00:00-02:00"], [("04 03:00", "04 04:00")]),
        ("America/Sao_Paulo", date(2019, 2, 16), ["23:00-24:00"], [("17 01:00", "17 03:00")]),
        (
            "America/St_Johns",
            date(2010, 11, 6),
            ["23:00-24:00"],
            [("07 01:30", "07 02:30"), ("07 02:31", "07 03:30")],
        ),
        (
            "America/St_Johns",
            date(2010, 11, 7),
            ["00:00-01:00"],
            [("07 02:30", "07 02:31"), ("07 03:30", "07 04:30")],
        ),
        ("Pacific/Apia", date(2011, 12, 30), ["00:00-24:00"], []),
    ],
)
def test_r35_an_instant_is_open_when_its_wall_clock_is(tz, day, walls, expected):
    assert opened(tz, day, *walls) == expected


def test_weekly_hours_count_from_monday():
    monday_only = Availability("UTC", (spans("09:00-10:00"), *CLOSED[1:]))
    assert [monday_only.ranges_on(date(2027, 3, day)) for day in (14, 15, 16)] == [
        (),
        ((utc(2027, 3, 15, 9), utc(2027, 3, 15, 10)),),
        (),
    ]


def test_an_override_replaces_the_days_hours_and_an_empty_one_closes_it():
    week = (spans("09:00-17:00"),) * 7
    overrides = {date(2027, 3, 16): spans("12:00-13:00"), date(2027, 3, 17): ()}
    calendar = Availability("UTC", week, overrides)
    assert [calendar.minutes_on(date(2027, 3, day)) for day in (15, 16, 17)] == [
        spans("09:00-17:00"),
        spans("12:00-13:00"),
        (),
    ]


def test_overlapping_hours_are_merged_and_touching_ones_keep_their_own_grid():
    day = date(2027, 3, 15)
    hours = spans("12:00-14:10", "09:00-11:00", "10:00-12:00", "15:00-15:00")
    calendar = Availability("UTC", CLOSED, {day: hours})
    assert calendar.minutes_on(day) == spans("09:00-12:00", "12:00-14:10")
    starts = calendar.starts_on([day_number(day)], 3600, 3600)
    assert [(at - utc(2027, 3, 15)) // 60 for at in starts] == [
        hm(f"{hour}:00") for hour in (9, 10, 11, 12, 13)
    ]


@pytest.mark.parametrize("weekly", [CLOSED[:6], (spans("09:00-25:00"), *CLOSED[1:])])
def test_refuses_hours_that_make_no_week(weekly):
    with pytest.raises(ValueError):
        Availability("UTC", weekly)


def test_kept_days_and_grids_are_bounded(monkeypatch):
    monkeypatch.setattr(availability_module, "_MOST_DAYS_KEPT", 10)
    calendar = Availability("UTC", (spans("09:00-10:00"),) * 7)
    for number in range(50):
        calendar.starts_on([number], 600, 600)
        calendar.starts_on([0], 600, 600 + number)
    assert len(calendar._grids) <= 10
    assert max(map(len, calendar._grids.values())) <= 11


def test_days_and_their_numbers():
    assert (day_number(date(1970, 1, 2)), date_of(365)) == (1, date(1971, 1, 1))
    assert date_at("Pacific/Kiritimati", utc(2027, 3, 14, 10)) == date(2027, 3, 15)
    assert list(days_between("UTC", 5, 5)) == []


def test_clocks_put_back_past_midnight_return_to_the_day_before():
    midnight = utc(2010, 11, 7, 2, 30)
    days = days_between("America/St_Johns", midnight, midnight + 120)
    assert [date_of(number) for number in days] == [date(2010, 11, 6), date(2010, 11, 7)]


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("tz", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_the_first_and_last_date_there_is_do_not_overflow(tz, day):
    (piece,) = pieces_of(tz, day)
    assert piece.end - piece.start == DAY
    assert date_at(tz, piece.start - DAY) in {day, date(9999, 12, 30)}


def test_segments_cover_a_long_span_without_gaps():
    found = segments("Africa/Casablanca", utc(2024, 1, 1), utc(2035, 1, 1))
    assert (found[0].start, found[-1].end) == (utc(2024, 1, 1), utc(2035, 1, 1))
    for before, after in pairwise(found):
        assert before.end == after.start
        assert before.offset != after.offset
