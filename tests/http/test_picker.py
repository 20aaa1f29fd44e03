"""The picker of a one-time link. Covers R13 and R16 for it, P9 (queries) and P10 (size)."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from app import clock
from app.links.models import LinkStatus
from tests.factories import NOW, at
from tests.public_pages import Site

HTMX = {"HX-Request": "true", "HX-Target": "div#picker"}
NO_HOURS = [[]] * 7


def test_opens_on_the_first_open_day_and_says_so(site: Site) -> None:
    page = site.client.get(site.link()).text
    assert "The next open time is Tue 1 December." in page
    assert 'aria-current="date" aria-label="1 December, 16 times"' in page
    assert 'aria-label="09:00 to 09:30, Tuesday 1 December"' in page
    assert "Times are shown in <strong>Berlin time (UTC+1)</strong>, now 09:00." in page
    assert "Dana Reyes's time zone" in page.replace("&#39;", "'")


def test_zone_of_the_calendar_is_not_called_its_hosts(site: Site) -> None:
    page = site.client.get(site.link(site.calendar(tz="Asia/Kolkata"))).text
    assert "This is the calendar's time zone." in page
    assert "Dana Reyes's" not in page.replace("&#39;", "'")


def test_slot_is_a_link_to_details_and_none_is_preselected(site: Site) -> None:
    path = site.link()
    page = site.client.get(path).text
    assert f'href="{path}/details?s={at(9, days=0)}"' in page
    assert page.count('method="post"') == page.count('class="theme" method="post"')


def test_month_and_day_of_the_address_are_shown(site: Site) -> None:
    path = site.link()
    assert "January 2027" in site.client.get(f"{path}?month=2027-01").text
    assert "Wednesday 9 December" in site.client.get(f"{path}?day=2026-12-09").text


@pytest.mark.parametrize(
    "query",
    ["month=x", "month=2026-13", "day=2026-02-30", "day=", "month=0000-01", "day=99999-01-01", "tz=%00"],
)
def test_nonsense_in_the_address_is_a_first_visit(site: Site, query: str) -> None:
    answer = site.client.get(f"{site.link()}?{query}")
    assert answer.status_code == 200
    assert "Tuesday 1 December" in answer.text


def test_month_beyond_the_window_is_the_last_one_in_it(site: Site) -> None:
    page = site.client.get(f"{site.link()}?month=2031-05").text
    assert "January 2027" in page
    assert "Later month" not in page


def test_empty_day_names_the_next_open_one(site: Site) -> None:
    page = site.client.get(f"{site.link()}?day=2026-12-05").text
    assert "No times left on Sat 5 December." in page
    assert 'href="?day=2026-12-07"' in page


def test_notice_is_named_when_it_emptied_the_day(site: Site) -> None:
    path = site.link(site.calendar(minimum_notice_minutes=600))
    page = site.client.get(f"{path}?day=2026-12-01").text.replace("&#39;", "'")
    assert "No times left on Tue 1 December." in page
    assert "Bookings need 10 hours' notice." in page
    assert "notice" not in site.client.get(f"{path}?day=2026-12-05").text.replace("zone-notice", "").replace(
        'class="notice', ""
    )


def test_notice_is_not_blamed_for_days_before_the_window(site: Site) -> None:
    window = {
        "window_kind": "range",
        "window_from_on": date(2026, 12, 3),
        "window_until_on": date(2026, 12, 18),
    }
    soon = site.link(site.calendar(minimum_notice_minutes=240, **window))
    late = site.link(site.calendar(minimum_notice_minutes=5 * 24 * 60, **window))
    said = {
        day: "Bookings need" in site.client.get(f"{late}?day=2026-12-0{day}").text for day in (1, 2, 3, 4, 5)
    }
    assert said == {1: False, 2: False, 3: True, 4: True, 5: False}
    assert "Bookings need" not in site.client.get(f"{soon}?day=2026-12-01").text


def test_nothing_open_at_all_offers_the_host_and_keeps_the_link(site: Site) -> None:
    answer = site.client.get(site.link(site.calendar(weekly_hours=NO_HOURS)))
    assert answer.status_code == 200
    assert "No open times until 30 January." in answer.text
    assert "Ask Dana Reyes for another option." in answer.text
    assert site.dana.email in answer.text
    assert site.statuses() == [LinkStatus.ACTIVE]


def test_nothing_open_on_the_links_own_dates_names_their_end(site: Site) -> None:
    calendar = site.calendar(weekly_hours=NO_HOURS)
    page = site.client.get(site.link(calendar, offered_until_on=date(2026, 12, 9))).text
    assert "No open times until 9 December." in page
    assert "Later month" not in page
    over = site.link(calendar, offered_from_on=date(2026, 11, 2), offered_until_on=date(2026, 11, 9))
    assert "The days that could be booked are over." in site.client.get(over).text


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ([at(9)], "The time this link offers is no longer open."),
        ([at(9), at(9, 15)], "None of the times this link offers is open any more."),
    ],
)
def test_offered_times_that_are_gone_are_named_as_such(site: Site, times: list[int], said: str) -> None:
    calendar = site.calendar()
    site.book(site.link(calendar))
    page = site.client.get(site.link(calendar, offered_times=times)).text
    assert said in page
    assert "Ask Dana Reyes for another option. Your link stays open." in page


def test_month_without_times_offers_the_next_open_time(site: Site) -> None:
    link = site.link(offered_times=[at(9, days=40)])
    page = site.client.get(f"{link}?month=2026-12").text
    assert "No times left in December 2026." in page
    assert 'href="?day=2027-01-10"' in page


def test_zone_of_the_address_wins_over_the_cookie_and_is_carried_on(site: Site) -> None:
    path = site.link()
    first = site.client.get(f"{path}?tz=Asia/Tokyo")
    assert "Tokyo time (UTC+9)" in first.text
    assert "details?s=" in first.text
    assert "&amp;tz=Asia/Tokyo" in first.text
    assert "Tokyo time" in site.client.get(path).text
    assert "New York time" in site.client.get(f"{path}?tz=America/New_York").text


def test_alias_of_a_zone_is_understood(site: Site) -> None:
    assert "Kolkata time (UTC+5:30)" in site.client.get(f"{site.link()}?tz=Asia/Calcutta").text


def test_unknown_zone_is_named_and_left(site: Site) -> None:
    page = site.client.get(f"{site.link()}?tz=Mars/<b>").text
    assert "We do not know a time zone called “Mars/&lt;b&gt;”." in page
    assert "Berlin time" in page


def test_reader_in_another_zone_sees_their_own_days(site: Site) -> None:
    page = site.client.get(f"{site.link()}?tz=Pacific/Auckland&day=2026-12-02").text
    # 15:00 to 17:00 in Berlin on 1 December is 03:00 to 05:00 the next day in Auckland.
    assert 'aria-label="03:00 to 03:30, Wednesday 2 December"' in page or "3:00 am to 3:30 am" in page


def test_list_of_zones_comes_only_when_asked_for(site: Site) -> None:
    path = site.link()
    assert "<option" not in site.client.get(path).text
    page = site.client.get(f"{path}?zones=1").text
    assert '<option value="Europe/Berlin" selected>Berlin - 09:00 (UTC+1)</option>' in page


def test_hours_can_be_switched_and_stay(site: Site) -> None:
    path = site.link()
    assert 'aria-label="9:00 am to 9:30 am, Tuesday 1 December"' in site.client.get(f"{path}?hours=12").text
    assert "24-hour clock" in site.client.get(path).text


def test_day_on_which_clocks_change_names_the_zone_of_that_day(site: Site) -> None:
    path = site.link(site.calendar(window_days=150))
    assert '<p class="day-zone">Berlin time (UTC+2)</p>' in site.client.get(f"{path}?day=2027-03-29").text


@pytest.mark.parametrize("block", ["picker", "zone"])
def test_fragment_is_part_of_the_page(site: Site, block: str) -> None:
    """S4: what htmx swaps is what the page shows, but for where the focus goes."""
    path = f"{site.link()}?day=2026-12-09"
    part = site.client.get(path, headers={**HTMX, "HX-Target": f"div#{block}"})
    assert part.text.strip().startswith(f"<div {'class' if block == 'picker' else 'id'}")
    page = site.client.get(path).text
    assert part.text.replace(" data-focus", "").strip() in page
    assert "HX-Target" in part.headers["Vary"]


@pytest.mark.parametrize(
    ("query", "source", "focused"),
    [
        ("day=2026-12-09", "a", '<h2 id="day-title" tabindex="-1" data-focus>'),
        ("month=2026-12", "a", '<h2 id="month-title" tabindex="-1" data-focus>'),
        (
            "tz=Asia/Tokyo&day=2026-12-09",
            "form#zone-form",
            'data-announce="Times are shown in Tokyo time (UTC+9)."',
        ),
        ("hours=12&day=2026-12-09", "a#hours", "data-announce"),
        ("zones=1", "a#zone-change", '<select id="tz" name="tz" data-focus>'),
    ],
)
def test_focus_goes_to_what_was_asked_for(site: Site, query: str, source: str, focused: str) -> None:
    """S4."""
    part = site.client.get(f"{site.link()}?{query}", headers={**HTMX, "HX-Source": source}).text
    assert focused in part
    assert part.count("data-focus") == 1


def test_offered_times_of_a_link_are_all_that_is_open(site: Site) -> None:
    page = site.client.get(site.link(offered_times=[at(20, days=4)])).text
    assert re.findall(r'aria-label="(\d\d:\d\d to [^"]+)"', page) == ["20:00 to 20:30, Saturday 5 December"]


def test_taken_time_is_left_out(site: Site) -> None:
    calendar = site.calendar()
    site.book(site.link(calendar), at(9))
    page = site.client.get(f"{site.link(calendar)}?day=2026-12-02").text
    assert "09:00 to 09:30" not in page
    assert "09:30 to 10:00" in page


@pytest.mark.parametrize("bookings", [0, 12])
@pytest.mark.parametrize("limits", [{}, {"limit_per_day": 9}])
def test_picker_asks_little_of_the_database(site: Site, bookings: int, limits: dict) -> None:
    """P9: equal at every size."""
    calendar = site.calendar(**limits)
    for n in range(bookings):
        site.book(site.link(calendar), at(9, days=1 + 7 * (n % 6)) + 1800 * (n // 6))
    path = site.link(calendar)
    site.client.get(path)
    with site.counting_queries() as queries:
        site.client.get(path)
    assert len(queries) == 2 + len(limits)


def test_picker_is_small(site: Site) -> None:
    """P10, also with a zone in every address."""
    answer = site.client.get(f"{site.link()}?day=2026-12-09&tz=America/Argentina/Buenos_Aires&hours=24")
    assert len(answer.data) <= 15_000


def test_looking_changes_nothing(site: Site) -> None:
    """R13: a whole booking in the query, any method, a prefetch; then a person books."""
    path = site.link()
    whole = site.form(path)
    for address in (path, f"{path}/details"):
        site.client.get(address, query_string=whole)
        site.client.get(address, query_string=whole, headers={"Sec-Purpose": "prefetch;prerender"})
        site.client.head(address, query_string=whole)
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "BREW"):
            assert site.client.open(address, method=method, data=whole).status_code in (200, 405)
    assert site.client.post(path, data=whole).status_code == 405
    assert site.statuses() == [LinkStatus.ACTIVE]
    assert site.bookings() == []
    assert site.book(path).status_code == 303


def test_expired_while_open_in_a_tab(site: Site) -> None:
    path = site.link(expires_at=NOW + timedelta(hours=1))
    assert site.client.get(path).status_code == 200
    with clock.fixed(datetime(2026, 12, 1, 9, 0, 1, tzinfo=UTC)):
        assert site.client.get(f"{path}?day=2026-12-09").status_code == 410
