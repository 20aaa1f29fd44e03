"""S9: no time without its zone, on devices in awkward zones and on days the clocks change."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from app import clock

from ..factories import at
from . import bars
from .office import Office, fill_in

OpenPage = Callable[..., Page]
# Device, what its browser calls the zone there, 09:00 of tomorrow in Berlin there, in which words.
ELSEWHERE = [
    ("Asia/Kolkata", "India", "13:30 to 14:00", "Kolkata time, UTC+5:30"),
    ("America/St_Johns", "Newfoundland", "04:30 to 05:00", "St. John\u2019s time, UTC-3:30"),
    ("Pacific/Chatham", "Chatham", "21:45 to 22:15", "Chatham time, UTC+13:45"),
]
BEFORE_THE_CHANGE = datetime(2027, 3, 26, 8, tzinfo=UTC)


@pytest.mark.parametrize(("tz", "name", "span", "zone"), ELSEWHERE, ids=[each[0] for each in ELSEWHERE])
def test_device_elsewhere_is_offered_its_own_zone(
    office: Office, open_page: OpenPage, tz: str, name: str, span: str, zone: str
) -> None:
    page = open_page(tz=tz)
    page.goto(office.make_link())
    expect(page.locator("#zone")).to_contain_text("Berlin time (UTC+1)")
    expect(page.locator(".zone-notice")).to_contain_text(name)
    page.get_by_role("button", name="Use my zone").click()
    expect(page.locator(".zone-notice")).to_have_count(0)
    page.goto(f"{page.url.partition('?')[0]}/details?s={at(9)}")
    expect(page.locator("main")).to_contain_text(re.compile(f"{span} .{re.escape(zone)}."))
    expect(page.locator("main")).to_contain_text("For Dana Reyes:")
    fill_in(page)
    page.get_by_role("button", name="Confirm booking").click()
    expect(page.locator("main")).to_contain_text(re.compile(f"{span} .{re.escape(zone)}."))
    bars.assert_times_have_zone(page)


def test_device_in_the_hosts_zone_is_asked_nothing(office: Office, page: Page) -> None:
    page.goto(office.make_link())
    expect(page.locator(".zone-notice")).to_be_hidden()


def test_old_name_of_the_hosts_zone_is_no_other_zone(office: Office, open_page: OpenPage) -> None:
    """Chromium calls Asia/Kolkata by its old name, Asia/Calcutta."""
    calendar = office.calendar(tz="Asia/Kolkata")
    page = open_page(tz="Asia/Kolkata")
    page.goto(office.link(calendar))
    expect(page.locator("#zone")).to_contain_text("Kolkata time")
    expect(page.locator(".zone-notice")).to_be_hidden()


def test_notice_covers_no_day_of_a_phone_and_can_be_sent_away(office: Office, open_page: OpenPage) -> None:
    """Else it would float over the page of everybody who wants the host's times."""
    page = open_page(tz="Asia/Tokyo", size=(360, 740))
    address = office.make_link()
    page.goto(address)
    notice, month = (page.locator(each).bounding_box() for each in (".zone-notice", ".month"))
    assert notice["y"] + notice["height"] <= month["y"]
    page.locator(".zone-notice").get_by_role("link", name="Keep this one").click()
    expect(page.locator(".zone-notice")).to_have_count(0)
    page.goto(address)
    expect(page.locator("#zone")).to_contain_text("Berlin time (UTC+1)")
    expect(page.locator(".zone-notice")).to_have_count(0)


@pytest.mark.parametrize(
    ("tz", "day", "zones"),
    [
        ("Europe/Berlin", "2027-03-29", "UTC+2"),
        ("Europe/Berlin", "2027-03-26", "UTC+1"),
        ("Pacific/Chatham", "2027-04-05", "UTC+12:45"),
    ],
)
def test_times_of_a_day_have_the_zone_of_that_day(
    office: Office, page: Page, tz: str, day: str, zones: str
) -> None:
    """Clocks change in Berlin on 28 March 2027, on Chatham on 4 April: the zone beside the times is theirs."""
    with clock.fixed(BEFORE_THE_CHANGE):
        page.goto(f"{office.make_link()}?day={day}&tz={tz}")
        expect(page.locator("#times .day-zone")).to_contain_text(zones)
        bars.assert_times_have_zone(page)


def test_hour_that_is_skipped_is_not_offered(office: Office, page: Page) -> None:
    """R35 in the browser: at 02:00 of 28 March 2027 the clocks of Berlin go to 03:00."""
    night = office.calendar(weekly_hours=[[]] * 6 + [[[60, 240]]])
    with clock.fixed(BEFORE_THE_CHANGE):
        page.goto(f"{office.link(night)}?day=2027-03-28")
        shown = page.locator("#times .slots a").all_inner_texts()
        bars.assert_times_have_zone(page)
    assert [text[:5] for text in shown] == ["01:00", "01:30", "03:00", "03:30"]


def test_hour_that_comes_twice_is_told_apart(office: Office, page: Page) -> None:
    """R35: at 03:00 of 31 October 2027 the clocks of Berlin go back to 02:00."""
    night = office.calendar(weekly_hours=[[]] * 6 + [[[120, 180]]])
    with clock.fixed(datetime(2027, 10, 29, 8, tzinfo=UTC)):
        page.goto(f"{office.link(night)}?day=2027-10-31")
        shown = page.locator("#times .slots a").all_inner_texts()
    assert len(shown) == len(set(shown))
    assert all("UTC" in text for text in shown)


def test_reader_chooses_the_clock(office: Office, open_page: OpenPage) -> None:
    page = open_page(locale="en-US")
    page.goto(office.make_link())
    expect(page.get_by_role("link", name="9:30 AM to 10:00 AM")).to_be_visible()
    page.get_by_role("link", name="24-hour clock").click()
    expect(page.get_by_role("link", name="09:30 to 10:00")).to_be_visible()
    expect(page.locator("#hours")).to_be_focused()
