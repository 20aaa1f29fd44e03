"""S4: the journeys by keyboard alone; the focus is where SCREENS 3 wants it after each swap, and shows its ring."""

import re

from playwright.sync_api import Locator, Page, expect

from app.links.models import LinkStatus

from ..people import PASSWORD
from . import bars
from .office import Office, expect_focus, expect_said, focused

MOST_TABS = 120


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until `wanted` has the focus; each stop on the way shows its ring."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            return bars.assert_visible_ring(page)
    raise AssertionError(f"{page.url}: Tab does not reach {wanted}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    """Go to `wanted` by Tab and press `key` on it."""
    tab_to(page, wanted)
    page.keyboard.press(key)


def link(page: Page, name: str) -> Locator:
    """The first link whose name begins so."""
    return page.get_by_role("link", name=re.compile(f"^{name}")).first


def button(page: Page, name: str) -> Locator:
    """The first button whose name begins so."""
    return page.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).first


def test_contact_books_by_keyboard(office: Office, page: Page) -> None:
    page.goto(office.make_link())
    press(page, page.get_by_role("link", name="Skip to content"))
    press(page, link(page, "Later month"))
    expect_focus(page, "January 2027")
    press(page, link(page, "12 January"))
    expect_focus(page, "Tuesday 12 January")
    press(page, link(page, "09:00 to 09:30"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your details")
    press(page, button(page, "Confirm booking"), "Space")
    expect(page.get_by_role("alert")).to_be_focused()
    press(page, link(page, "Enter your name"))
    expect(page.get_by_label("Your name")).to_be_focused()
    page.keyboard.type("Sam Lee")
    page.keyboard.press("Tab")
    page.keyboard.type("sam@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are booked")


def test_skip_to_open_times_comes_before_the_month(office: Office, page: Page) -> None:
    page.goto(office.make_link())
    press(page, page.get_by_role("link", name="Skip to open times"))
    page.keyboard.press("Tab")
    expect_focus(page, "to .*, Tuesday 1 December")


def test_zone_keeps_the_focus_and_is_spoken(office: Office, page: Page) -> None:
    page.goto(office.make_link())
    press(page, link(page, "Change"))
    expect(page.get_by_label("Time zone")).to_be_focused()
    page.keyboard.type("Kolk")
    press(page, button(page, "Use this zone"))
    expect_said(page, "Times are shown in Kolkata")
    bars.assert_focus_not_on_body(page)


def test_owner_signs_in_creates_and_copies_by_keyboard(office: Office, page: Page) -> None:
    page.goto(office.section)
    tab_to(page, page.get_by_label("E-mail"))
    page.keyboard.type(office.dana.email)
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    press(page, button(page, "+ Create Link"), "Space")
    expect_focus(page, "Copy")
    press(page, button(page, "+ Create Link"))
    expect(page.locator("tbody tr")).to_have_count(2)
    expect_focus(page, "Copy")
    bars.assert_visible_ring(page)


def test_dialog_is_left_by_escape_and_gives_the_focus_back(office: Office, desk: Page) -> None:
    office.make_links("Sam Lee")
    desk.goto(office.section)
    trigger = desk.get_by_role("link", name="Delete", exact=True)
    press(desk, trigger)
    expect(desk.get_by_role("dialog")).to_be_visible()
    bars.assert_focus_not_on_body(desk)
    desk.keyboard.press("Escape")
    expect(trigger).to_be_focused()
    press_again = desk.get_by_role("button", name="Keep link")
    desk.keyboard.press("Enter")
    press_again.press("Enter")
    expect(trigger).to_be_focused()
    assert office.statuses() == [LinkStatus.ACTIVE]


def test_deleted_row_hands_the_focus_to_the_next_one(office: Office, desk: Page) -> None:
    office.make_links("Ana Silva", "Sam Lee")
    desk.goto(office.section)
    _delete_first(desk)
    expect(desk.get_by_role("row", name="Ana Silva").locator(":focus")).to_have_count(1)


def test_last_deleted_row_hands_the_focus_to_the_caption(office: Office, desk: Page) -> None:
    office.make_links("Ana Silva")
    desk.goto(office.section)
    _delete_first(desk)
    expect(desk.locator("caption")).to_be_focused()


def test_filters_keep_the_focus_and_menus_close_by_escape(office: Office, desk: Page) -> None:
    office.make_links("Sam Lee")
    desk.goto(office.section)
    press(desk, link(desk, "Used"))
    expect(desk).to_have_url(re.compile("status=used"))
    expect_focus(desk, "Used")
    desk.locator("details.user summary").focus()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    expect_focus(desk, "Account")
    desk.keyboard.press("Escape")
    expect(focused(desk)).to_contain_text("Dana Reyes")


def test_hours_are_edited_by_keyboard(office: Office, desk: Page) -> None:
    desk.goto(office.settings("availability"))
    press(desk, button(desk, "Add a range on Saturday"), "Space")
    expect_focus(desk, "Saturday from")
    press(desk, button(desk, "Remove range 1 of Saturday"))
    expect_focus(desk, "Add a range on Saturday")


def test_errors_of_a_section_take_the_focus(office: Office, desk: Page) -> None:
    desk.goto(office.settings("details"))
    desk.get_by_label("Name").fill("")
    press(desk, button(desk, "Save"))
    expect(desk.get_by_role("alert")).to_be_focused()


def _delete_first(page: Page) -> None:
    press(page, page.get_by_role("link", name="Delete", exact=True).first)
    press(page, page.get_by_role("button", name="Delete link"))
    expect(page.get_by_role("dialog")).to_have_count(0)
