"""Spans, shares and bars of the page of insights."""

from datetime import date
from itertools import pairwise

import pytest

from app.insights.charts import HEIGHT, LINE, share, upright
from app.insights.choice import By, Choice
from app.insights.words import took_words

TODAY = date(2026, 12, 1)


def test_by_default_the_last_ninety_days():
    choice = Choice.from_args({}, TODAY)
    assert (choice.from_on, choice.until_on, choice.by) == (date(2026, 9, 3), TODAY, By.CALENDAR)


def test_the_address_says_what_is_shown():
    choice = Choice(date(2026, 1, 5), date(2026, 2, 1), 7, By.SOURCE)
    args = choice.args()
    assert args == {"calendar": "7", "from": "2026-01-05", "until": "2026-02-01", "by": "source"}
    assert Choice.from_args(args, TODAY, 7, choice.from_on, choice.until_on) == choice


def test_a_beginning_to_come_ends_no_earlier():
    assert Choice.from_args({}, TODAY, from_on=date(2027, 1, 4)).until_on == date(2027, 1, 4)


def test_weeks_are_those_that_the_days_lie_in():
    weeks = Choice(date(2026, 11, 29), date(2026, 12, 7)).weeks
    assert list(weeks) == [date(2026, 11, 23), date(2026, 11, 30), date(2026, 12, 7)]


@pytest.mark.parametrize(("until_on", "is_too_long"), [(date(2028, 12, 30), False), (date(2029, 1, 1), True)])
def test_two_years_at_the_most(until_on, is_too_long):
    assert Choice(date(2026, 12, 31), until_on).is_too_long is is_too_long


def test_bars_stand_side_by_side_on_the_ground():
    bars = upright([0, 5, 10], ["a", "b", "c"])
    assert [bar.height for bar in bars] == [0, HEIGHT / 2, HEIGHT]
    assert all(bar.y + bar.height == LINE + HEIGHT for bar in bars)
    assert all(bar.x < bar.middle < bar.x + bar.width < 100 for bar in bars)
    assert all(one.x + one.width < next_.x for one, next_ in pairwise(bars))


def test_a_number_stands_above_each_bar_that_is_wide_enough_and_a_few_words_below():
    few = upright([0, 5, 10], ["a", "b", "c"])
    assert [(bar.number, bar.word) for bar in few] == [("", "a"), ("5", "b"), ("10", "c")]
    many = upright([1] * 53, [str(week) for week in range(53)])
    assert {bar.number for bar in many} == {""}
    assert [bar.word for bar in many if bar.word] == ["0", "14", "28", "42"]


def test_the_last_word_ends_with_the_chart():
    bars = upright([1] * 14, [str(week) for week in range(14)])
    assert [(bar.word, bar.word_end) for bar in bars if bar.word] == [
        ("0", None), ("4", None), ("8", None), ("12", 100),
    ]  # fmt: skip


def test_nothing_has_no_bars_and_no_share():
    assert upright([], []) == []
    assert [bar.height for bar in upright([0, 0], ["a", "b"])] == [0, 0]
    assert (share(0, 0), share(1, 3), share(3, 3)) == (0, 33, 100)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "-"),
        (5, "1 minute"),
        (25 * 60, "25 minutes"),
        (100 * 60, "2 hours"),
        (26 * 3600, "26 hours"),
        (80 * 3600, "3 days"),
    ],
)
def test_how_long_it_took_is_told_coarsely(seconds, words):
    assert took_words(seconds) == words
