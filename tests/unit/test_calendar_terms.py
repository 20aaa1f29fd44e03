"""A calendar's settings as the slot engine takes them, and the coming two weeks as its owner sees them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.calendars.models import Calendar, DateOverride, WindowKind
from app.calendars.preview import coming_days
from app.calendars.terms import availability_of, rules_of, window_of
from app.scheduling.reasons import Reason
from app.scheduling.slots import Offer

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Berlin
WEEK = [[[540, 1020]]] * 5 + [[], []]


def calendar(**changes):
    values = {
        "tz": "Europe/Berlin",
        "weekly_hours": WEEK,
        "duration_minutes": 30,
        "step_minutes": 30,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "minimum_notice_minutes": 0,
        "window_kind": WindowKind.DAYS,
        "window_days": 60,
    }
    return Calendar(**(values | changes))


def offer(calendar, blocked=(), **changes):
    window = window_of(calendar, NOW)
    values = {"now": int(NOW.timestamp()), "blocked": blocked} | window._asdict() | changes
    return Offer(availability_of(calendar), rules_of(calendar), **values)


def instant(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp())


def test_rules_are_durations_and_a_link_brings_its_own():
    rules = rules_of(calendar(buffer_before_minutes=5, buffer_after_minutes=10), duration_minutes=45)
    assert (rules.duration, rules.step) == (timedelta(minutes=45), timedelta(minutes=30))
    assert (rules.before, rules.after) == (timedelta(minutes=5), timedelta(minutes=10))


@pytest.mark.parametrize(
    ("changes", "earliest", "opens", "latest"),
    [
        ({}, instant(2026, 12, 1, 8), instant(2026, 12, 1, 8), instant(2027, 1, 30, 23)),
        (
            {"minimum_notice_minutes": 90, "window_days": 1},
            instant(2026, 12, 1, 9, 30),
            instant(2026, 12, 1, 8),
            instant(2026, 12, 2, 23),
        ),
        (
            {
                "window_kind": WindowKind.RANGE,
                "window_from_on": date(2026, 12, 7),
                "window_until_on": date(2026, 12, 11),
            },
            instant(2026, 12, 1, 8),
            instant(2026, 12, 6, 23),
            instant(2026, 12, 11, 23),
        ),
        (
            {
                "window_kind": WindowKind.RANGE,
                "window_from_on": date(2026, 11, 1),
                "window_until_on": date(2026, 12, 11),
                "minimum_notice_minutes": 60,
            },
            instant(2026, 12, 1, 9),
            instant(2026, 10, 31, 23),
            instant(2026, 12, 11, 23),
        ),
    ],
    ids=["days", "notice", "range to come", "range that has begun"],
)
def test_window_ends_with_its_last_local_date(changes, earliest, opens, latest):
    assert window_of(calendar(**changes), NOW) == (earliest, opens, latest)


def test_days_before_the_window_are_not_blamed_on_the_notice():
    dates = {"window_from_on": date(2026, 12, 9), "window_until_on": date(2026, 12, 11)}
    days = coming_days(
        offer(calendar(window_kind=WindowKind.RANGE, minimum_notice_minutes=2880, **dates)), date(2026, 12, 1)
    )
    reasons = [each.reason for each in days if each.day.weekday() < 5]
    assert reasons[:2] == [Reason.NOTICE, Reason.NOTICE]
    assert set(reasons[2:6]) == {Reason.WINDOW}
    assert reasons[6:9] == [None, None, None]
    assert reasons[9] == Reason.WINDOW


def test_span_replaces_the_hours_of_each_of_its_dates():
    made = calendar(
        overrides=[DateOverride(from_on=date(2026, 12, 2), until_on=date(2026, 12, 3), ranges=[[600, 660]])]
    )
    availability = availability_of(made)
    assert availability.minutes_on(date(2026, 12, 3)) == ((600, 660),)
    assert availability.minutes_on(date(2026, 12, 4)) == ((540, 1020),)


def test_preview_shows_open_stretches_round_what_is_taken():
    blocked = [(instant(2026, 12, 2, 11), instant(2026, 12, 2, 11, 30))]
    today, tomorrow, *_ = coming_days(offer(calendar(), blocked), date(2026, 12, 1))
    assert (today.count, today.stretches) == (16, [(instant(2026, 12, 1, 8), instant(2026, 12, 1, 16))])
    assert tomorrow.count == 15
    assert tomorrow.stretches == [
        (instant(2026, 12, 2, 8), instant(2026, 12, 2, 11)),
        (instant(2026, 12, 2, 11, 30), instant(2026, 12, 2, 16)),
    ]


def test_preview_shows_a_step_longer_than_the_duration_as_one_stretch():
    today = coming_days(offer(calendar(step_minutes=60)), date(2026, 12, 1))[0]
    assert (today.count, len(today.stretches)) == (8, 1)


@pytest.mark.parametrize(
    ("changes", "of_offer", "reason"),
    [
        ({"weekly_hours": [[]] * 7}, {}, Reason.OUTSIDE_HOURS),
        ({"duration_minutes": 600}, {}, Reason.OUTSIDE_HOURS),
        ({"minimum_notice_minutes": 4000}, {}, Reason.NOTICE),
        ({}, {"full_days": frozenset([date(2026, 12, 2)])}, Reason.DAY_LIMIT),
        ({}, {"full_weeks": frozenset([date(2026, 11, 30)])}, Reason.WEEK_LIMIT),
        ({}, {"blocked": [(instant(2026, 12, 2, 6), instant(2026, 12, 2, 17))]}, Reason.BOOKING),
        (
            {"overrides": [DateOverride(from_on=date(2026, 12, 2), until_on=date(2026, 12, 2), ranges=[])]},
            {},
            Reason.DATE_OVERRIDE,
        ),
    ],
)
def test_preview_says_why_a_day_has_no_time(changes, of_offer, reason):
    wednesday = coming_days(offer(calendar(**changes), **of_offer), date(2026, 12, 1))[1]
    assert (wednesday.count, wednesday.reason) == (0, reason)


def test_preview_says_that_today_is_over():
    late = calendar(weekly_hours=[[[420, 480]]] * 7)
    assert coming_days(offer(late), date(2026, 12, 1))[0].reason == Reason.PAST


def test_preview_keeps_wall_hours_when_the_clocks_change():
    """R35: Berlin, 28 March 2027, has 23 hours; its range from midnight on is an hour shorter."""
    made = calendar(weekly_hours=[[[0, 1440]]] * 7, step_minutes=60, duration_minutes=60, window_days=200)
    days = coming_days(offer(made), date(2027, 3, 27))
    assert [each.count for each in days[:3]] == [24, 23, 24]
