"""What readers see, in every zone and on the days the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import zones
from app.localtime import NoSuchTime, Reader, wall_to_instant

HALF_HOUR = timedelta(minutes=30)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


def utc(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=UTC)


NINE_IN_BERLIN = utc(2026, 12, 9, 8)
BERLIN = Reader("Europe/Berlin", "en_GB")
NEW_YORK = Reader("America/New_York", "en_US")


def test_days_in_day_month_order():
    assert BERLIN.day(NINE_IN_BERLIN) == "Wed 9 December"
    assert BERLIN.day(date(2026, 12, 9), weekday=None) == "9 December"
    assert BERLIN.day(date(2026, 12, 9), month="short") == "Wed 9 Dec"
    assert BERLIN.day(date(2026, 12, 9), year=True) == "Wed 9 December 2026"
    assert BERLIN.long_day(NINE_IN_BERLIN) == "Wednesday 9 December 2026"


def test_days_in_month_day_order():
    assert NEW_YORK.day(NINE_IN_BERLIN) == "Wed, December 9"
    assert NEW_YORK.day(date(2026, 12, 9), weekday=None) == "December 9"
    assert NEW_YORK.day(date(2026, 12, 9), month="short") == "Wed, Dec 9"
    assert NEW_YORK.long_day(NINE_IN_BERLIN) == "Wednesday, December 9, 2026"


def test_times_and_spans():
    assert BERLIN.time(NINE_IN_BERLIN) == "09:00"
    assert BERLIN.span(NINE_IN_BERLIN, HALF_HOUR) == "09:00 to 09:30"
    assert NEW_YORK.span(utc(2026, 12, 9, 16, 30), HALF_HOUR) == "11:30 AM to 12:00 PM"


def test_the_reader_may_choose_the_clock():
    assert Reader("Europe/Berlin", "en_GB", "12").time(NINE_IN_BERLIN) == "9:00 am"
    assert Reader("America/New_York", "en_US", "24").time(NINE_IN_BERLIN) == "03:00"
    assert (BERLIN.clock_hours, Reader("Europe/Berlin", "en_GB", "12").clock_hours) == ("24", "12")


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        (BERLIN, "Wednesday 9 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)"),
        (NEW_YORK, "Wednesday, December 9, 2026, 3:00 AM to 3:30 AM (New York time, UTC-5)"),
        (
            Reader("Asia/Kolkata", "en_IN"),
            "Wednesday 9 December 2026, 1:30 pm to 2:00 pm (Kolkata time, UTC+5:30)",
        ),
        (Reader("UTC", "en_GB"), "Wednesday 9 December 2026, 08:00 to 08:30 (UTC)"),
    ],
)
def test_when_says_everything(reader, words):
    assert reader.when(NINE_IN_BERLIN, HALF_HOUR) == words


def test_when_names_both_days_of_a_booking_over_midnight():
    assert BERLIN.when(utc(2026, 12, 9, 22, 30), timedelta(hours=1)) == (
        "Wednesday 9 December 2026, 23:30 to Thursday 10 December 2026, 00:30 (Berlin time, UTC+1)"
    )


def test_when_names_both_offsets_of_a_booking_over_a_change_of_clocks():
    assert BERLIN.when(utc(2027, 3, 28, 0, 30), timedelta(hours=1)) == (
        "Sunday 28 March 2027, 01:30 to 03:30 (Berlin time, UTC+1 then UTC+2)"
    )


def test_short():
    assert BERLIN.short(NINE_IN_BERLIN) == "Wed 9 Dec 09:00 Berlin"
    assert BERLIN.short(NINE_IN_BERLIN, year=True) == "Wed 9 Dec 2026 09:00 Berlin"
    assert NEW_YORK.short(NINE_IN_BERLIN) == "Wed, Dec 9, 3:00 AM New York"


@given(
    st.sampled_from([*zones.listed(), "UTC", "Etc/GMT+5"]),
    st.sampled_from(["en_GB", "en_US", "en_FI"]),
    INSTANTS,
)
def test_s9_every_printed_time_names_its_zone(tz, locale, instant):
    reader = Reader(tz, locale)
    assert reader.short(instant).endswith(f" {zones.city(tz)}")
    assert reader.when(instant, HALF_HOUR).endswith(")")
    assert zones.city(tz) in reader.when(instant, HALF_HOUR)
    assert "UTC" in reader.when(instant, HALF_HOUR)
    assert zones.city(tz) in reader.zone_label(instant)


TWICE = {
    "Europe/Berlin": (utc(2026, 10, 25, 0, 30), 60, "02:30 (UTC+2)", "02:30 (UTC+1)"),
    "America/New_York": (utc(2026, 11, 1, 5, 30), 60, "01:30 (UTC-4)", "01:30 (UTC-5)"),
    "Australia/Lord_Howe": (utc(2027, 4, 3, 14, 45), 30, "01:45 (UTC+11)", "01:45 (UTC+10:30)"),
    "Africa/Cairo": (utc(2026, 10, 29, 20, 30), 60, "23:30 (UTC+3)", "23:30 (UTC+2)"),
    "Pacific/Chatham": (utc(2027, 4, 3, 13, 30), 60, "03:15 (UTC+13:45)", "03:15 (UTC+12:45)"),
    "America/St_Johns": (utc(2026, 11, 1, 4), 60, "01:30 (UTC-2:30)", "01:30 (UTC-3:30)"),
}


@pytest.mark.parametrize("tz", TWICE)
def test_r35_a_time_shown_twice_says_which_one_it_is(tz):
    first, minutes, first_words, second_words = TWICE[tz]
    reader = Reader(tz, "en_GB")
    second = first + timedelta(minutes=minutes)
    assert (reader.time(first), reader.time(second)) == (first_words, second_words)
    assert "(" not in reader.time(first - timedelta(hours=3))
    assert "(" not in reader.time(second + timedelta(hours=3))


@given(st.sampled_from(zones.listed()), INSTANTS, st.integers(1, 180))
def test_r35_two_instants_of_one_day_never_read_alike(tz, instant, minutes):
    reader, later = Reader(tz, "en_US"), instant + timedelta(minutes=minutes)
    assert (reader.day(instant), reader.time(instant)) != (reader.day(later), reader.time(later))


# Each: a day, and minutes after its midnight that the clocks skip, from the first on.
SKIPPED = {
    "Europe/Berlin": (date(2027, 3, 28), range(120, 180)),
    "America/New_York": (date(2027, 3, 14), range(120, 180)),
    "Australia/Lord_Howe": (date(2026, 10, 4), range(120, 150)),
    "Africa/Cairo": (date(2027, 4, 30), range(60)),
    "Pacific/Chatham": (date(2026, 9, 27), range(165, 225)),
    "America/St_Johns": (date(2027, 3, 14), range(120, 180)),
}


@pytest.mark.parametrize("tz", SKIPPED)
def test_r35_skipped_times_are_refused_and_their_neighbours_touch(tz):
    day, skipped = SKIPPED[tz]
    for minutes in skipped:
        with pytest.raises(NoSuchTime):
            wall_to_instant(day, minutes, tz)
    before, after = wall_to_instant(day, skipped.start - 1, tz), wall_to_instant(day, skipped.stop, tz)
    assert after - before == timedelta(minutes=1)


def test_the_refusal_is_a_sentence_for_people():
    with pytest.raises(
        NoSuchTime, match="02:30 does not exist on 28 March 2027 in Berlin: the clocks go forward"
    ):
        wall_to_instant(date(2027, 3, 28), 150, "Europe/Berlin")


@pytest.mark.parametrize("tz", TWICE)
def test_r35_a_wall_time_shown_twice_means_the_first(tz):
    first = TWICE[tz][0]
    wall = Reader(tz, "en_GB").local(first)
    assert wall_to_instant(wall.date(), wall.hour * 60 + wall.minute, tz) == first


@given(st.sampled_from(zones.listed()), INSTANTS)
def test_wall_times_come_back_as_they_went(tz, instant):
    wall = Reader(tz, "en_GB").local(instant.replace(second=0, microsecond=0))
    back = wall_to_instant(wall.date(), wall.hour * 60 + wall.minute, tz)
    assert back.utcoffset() == timedelta()
    assert back.astimezone(wall.tzinfo).replace(fold=0) == wall.replace(fold=0)
    assert back == wall or wall.fold == 1


def test_minute_1440_is_the_next_midnight():
    assert wall_to_instant(date(2026, 12, 9), 1440, "Europe/Berlin") == utc(2026, 12, 9, 23)


def test_the_local_date_is_the_readers():
    late = utc(2026, 12, 9, 23, 30)
    assert BERLIN.local_date(late) == date(2026, 12, 10)
    assert NEW_YORK.local_date(late) == date(2026, 12, 9)


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        (timedelta(), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=2, minutes=40), "2 h ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=1), "8 Dec"),
        (timedelta(days=400), "4 Nov 2025"),
        (-timedelta(days=2), "11 Dec"),
        (-timedelta(days=30), "8 Jan 2027"),
    ],
)
def test_ago(gone, words):
    assert BERLIN.ago(NINE_IN_BERLIN - gone, NINE_IN_BERLIN) == words


@pytest.mark.parametrize(
    ("locale", "first", "top_left"),
    [
        ("en_GB", "Mon", date(2026, 11, 30)),
        ("en_US", "Sun", date(2026, 11, 29)),
        ("en_SD", "Sat", date(2026, 11, 28)),
    ],
)
def test_the_month_begins_on_the_readers_first_weekday(locale, first, top_left):
    reader = Reader("Europe/Berlin", locale)
    weeks = reader.month_grid(2026, 12)
    assert reader.weekday_names()[0] == first
    assert weeks[0][0] == top_left
    assert all(len(week) == 7 for week in weeks)
    days = [day for week in weeks for day in week]
    assert days == [top_left + timedelta(days=n) for n in range(len(days))]
    assert {date(2026, 12, 1), date(2026, 12, 31)} <= set(days)


def test_names():
    assert BERLIN.month_name(2026, 12) == "December 2026"
    assert BERLIN.weekday_names("long") == [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
    ]  # fmt: skip
    assert BERLIN.zone_label(NINE_IN_BERLIN) == "Berlin time (UTC+1)"
    assert BERLIN.direction == "ltr"


def test_the_list_of_zones_speaks_the_readers_clock_and_holds_their_zone():
    assert ("Asia/Kolkata", "Kolkata - 1:30 PM (UTC+5:30)") in dict(NEW_YORK.zone_options(NINE_IN_BERLIN))[
        "Asia"
    ]
    assert Reader("UTC", "en_GB").zone_options(NINE_IN_BERLIN)[-1][0] == "Other"


def test_naive_instants_and_unknown_zones_are_refused():
    with pytest.raises(ValueError, match="zone"):
        BERLIN.time(datetime(2026, 12, 9, 9))
    with pytest.raises(ZoneInfoNotFoundError):
        Reader("Europe/Atlantis", "en_GB").time(NINE_IN_BERLIN)
