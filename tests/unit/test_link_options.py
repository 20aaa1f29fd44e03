"""The rules for what a link offers."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.errors import Invalid
from app.links.options import LinkOptions, check, expires_at, expires_on

from ..factories import NOW, at

BERLIN = "Europe/Berlin"
PLAIN = LinkOptions()


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"for_email": "sam"}, "for_email"),
        ({"for_email": "sam@example.org\nBcc: x@example.org"}, "for_email"),
        ({"for_name": "x" * 121}, "for_name"),
        ({"note": "x" * 501}, "note"),
        ({"expires_on": date(2026, 11, 30)}, "expires_on"),
        ({"expires_on": date(2040, 1, 1)}, "expires_on"),
        ({"duration_minutes": 4}, "duration_minutes"),
        ({"duration_minutes": 1441}, "duration_minutes"),
        ({"offered_from_on": date(2026, 12, 9), "offered_until_on": date(2026, 12, 8)}, "offered_until_on"),
        ({"offered_until_on": date(2026, 11, 30)}, "offered_until_on"),
        ({"offered_from_on": date(2040, 1, 1)}, "offered_from_on"),
        ({"offered_times": (at(8, days=0),)}, "offered_times"),
        ({"offered_times": tuple(at(9, days=n) for n in range(1, 22))}, "offered_times"),
        ({"offered_times": (at(9),), "offered_from_on": date(2026, 12, 9)}, "offered_times"),
    ],
)
def test_bad_options_are_refused_by_field(options, field):
    with pytest.raises(Invalid) as refused:
        check(LinkOptions(**options), PLAIN, BERLIN, NOW)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"for_name": "Zoë <b>", "for_email": "zoe@example.org", "note": "=1+1"},
        {"expires_on": date(2026, 12, 1)},
        {"duration_minutes": 5},
        {"duration_minutes": 1440},
        {"offered_from_on": date(2026, 12, 9), "offered_until_on": date(2026, 12, 9)},
        {"offered_times": (at(3, 17),)},
    ],
)
def test_good_options_pass(options):
    check(LinkOptions(**options), PLAIN, BERLIN, NOW)


def test_what_has_passed_since_may_stay():
    """An expired link's note can still be changed."""
    before = LinkOptions(
        expires_on=date(2026, 11, 1), offered_until_on=date(2026, 11, 1), offered_times=(at(9, days=-30),)
    )
    check(replace(before, note="Called again"), before, BERLIN, NOW)


def test_a_link_expires_when_its_date_is_over_in_the_zone():
    assert expires_at(date(2026, 12, 1), BERLIN) == datetime(2026, 12, 1, 23, tzinfo=UTC)
    assert expires_at(date(2026, 12, 1), "Pacific/Auckland") == datetime(2026, 12, 1, 11, tzinfo=UTC)
    assert expires_at(None, BERLIN) is None


@pytest.mark.parametrize(
    ("tz", "day"),
    [
        ("Africa/Cairo", date(2026, 4, 23)),  # the clocks skip the midnight after it
        ("America/Havana", date(2026, 3, 7)),
        ("Europe/Berlin", date(2026, 3, 28)),
        ("Pacific/Apia", date(2011, 12, 29)),  # the day after it never was
    ],
)
def test_an_end_and_its_date_agree_where_clocks_change(tz, day):
    """R35."""
    end = expires_at(day, tz)
    assert expires_on(end, tz) == day
    assert expires_on(end + timedelta(microseconds=1), tz) > day
