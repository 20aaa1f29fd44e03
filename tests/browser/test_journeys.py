"""The journeys of the three people, with JavaScript: the owner, the contact, and whoever opens a link after that."""

import re

from playwright.sync_api import Page, expect

from app.links.models import LinkStatus

from ..people import PASSWORD
from .conftest import OpenPage
from .office import ADDRESS, Office, expect_focus, expect_said, fill_in, sign_in_by_form

CLIPBOARD = ["clipboard-read", "clipboard-write"]


def test_owner_goes_from_sign_in_to_a_link_that_is_copied(office: Office, page: Page) -> None:
    page.context.grant_permissions(CLIPBOARD)
    page.goto("/")
    sign_in_by_form(page, office.dana, PASSWORD)
    page.get_by_role("link", name="New calendar").click()
    page.get_by_label("Name").fill("Consultation")
    page.get_by_role("button", name="Create calendar").click()
    page.get_by_label("Monday from, range 1").fill("10:00")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    page.get_by_role("link", name="One-Time Booking Links").click()
    page.get_by_role("button", name="Create the first link").click()
    expect_focus(page, "Copy")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    expect_said(page, "Copied")
    assert ADDRESS.search(page.evaluate("navigator.clipboard.readText()"))


def test_creating_brings_the_new_link_first_and_says_so(office: Office, desk: Page) -> None:
    office.make_links("Sam Lee")
    desk.goto(office.section)
    desk.get_by_role("button", name="+ Create Link").click()
    expect_said(desk, "Link created.")
    expect_focus(desk, "Copy")
    expect(desk.locator("tbody tr")).to_have_count(2)
    expect(desk.locator("tbody tr").first).to_have_class("new")


def test_deleting_asks_and_moves_on_to_the_next_row(office: Office, desk: Page) -> None:
    office.make_links("Ana Silva", "Sam Lee", "Yuki Tanaka")
    desk.goto(office.section)
    desk.get_by_role("row", name="Sam Lee").get_by_role("link", name="Delete").click()
    dialog = desk.get_by_role("dialog", name="Delete this link?")
    expect(dialog).to_contain_text("Sam Lee")
    expect(dialog).to_contain_text("This cannot be undone.")
    dialog.get_by_role("button", name="Delete link").click()
    expect(desk.get_by_role("row", name="Sam Lee")).to_contain_text("Deleted")
    expect(desk.get_by_role("row", name="Ana Silva").locator(":focus")).to_have_count(1)


def test_filter_search_and_back_keep_their_address(office: Office, desk: Page) -> None:
    office.make_links("Ana Silva", "Sam Lee")
    desk.goto(office.section)
    desk.get_by_role("link", name="Used").click()
    expect(desk.get_by_text("No used links.")).to_be_visible()
    expect(desk).to_have_url(re.compile("status=used"))
    desk.go_back()
    desk.get_by_label("Search links").fill(
        "sam"
    )  # at once: between slow keys it would search, and keep the address
    expect(desk.locator("tbody tr")).to_have_count(1)
    expect(desk).to_have_url(re.compile("q=sam"))
    expect(desk.get_by_label("Search links")).to_be_focused()
    desk.go_back()
    expect(desk.locator("tbody tr")).to_have_count(2)


def test_replacement_is_another_link_for_the_same_person(office: Office, desk: Page) -> None:
    office.book_elsewhere(office.make_link(for_name="Sam Lee"))
    desk.goto(office.section)
    desk.get_by_role("button", name="Create replacement").click()
    expect_focus(desk, "Copy")
    expect(desk.locator("tbody tr").first).to_contain_text("Sam Lee")
    assert office.statuses() == [LinkStatus.USED, LinkStatus.ACTIVE]


def test_share_dialog_has_a_message_ready(office: Office, desk: Page) -> None:
    desk.context.grant_permissions(CLIPBOARD)
    office.make_links("Sam Lee")
    desk.goto(office.section)
    desk.get_by_role("link", name="Share").click()
    expect_focus(desk, "Copy message")
    desk.keyboard.press("Enter")
    expect_said(desk, "Copied")
    message = desk.evaluate("navigator.clipboard.readText()")
    assert ADDRESS.search(message)
    assert "works once" in message
    desk.keyboard.press("Escape")
    expect_focus(desk, "Share")


def test_copying_works_where_there_is_no_clipboard_object(office: Office, desk: Page) -> None:
    """Plain http has none; the browser's own copying of a selection is what is left."""
    desk.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', {value: undefined})")
    office.make_links("Sam Lee")
    desk.goto(office.section)
    desk.get_by_role("button", name="Copy link for Sam Lee").click()
    expect_said(desk, "Copied")
    expect_focus(desk, "Copied")
    desk.get_by_label("Search links").focus()
    desk.keyboard.press("ControlOrMeta+V")
    assert ADDRESS.search(desk.get_by_label("Search links").input_value())


def test_contact_books_and_everybody_after_sees_the_expired_page(office: Office, open_page: OpenPage) -> None:
    address = office.make_link()
    page = open_page()
    page.goto(address)
    expect(page.get_by_text("The next open time is Tue 1 December")).to_be_visible()
    page.get_by_role("link", name="Later month").click()
    expect(page.get_by_role("heading", name="January 2027")).to_be_focused()
    page.get_by_role("link", name="Earlier month").click()
    page.get_by_role("link", name=re.compile("^9 December")).click()
    expect(page.get_by_role("heading", name="Wednesday 9 December")).to_be_focused()
    page.get_by_role("link", name="09:00 to 09:30").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your details")
    fill_in(page, email="sam@")
    page.get_by_role("button", name="Confirm booking").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    fill_in(page)
    page.get_by_role("button", name="Confirm booking").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are booked")
    expect(page.locator("main")).to_contain_text(
        "Wednesday 9 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)"
    )
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("You have already booked this")
    page.get_by_role("link", name="Change or cancel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are booked")
    _expect_nothing_of_sam(open_page(), address)


def test_contact_takes_another_zone_at_one_press(office: Office, open_page: OpenPage) -> None:
    page = open_page(tz="Asia/Tokyo")
    page.goto(office.make_link())
    page.get_by_role("button", name="Use my zone").click()
    expect(page.locator("#zone")).to_contain_text("Tokyo time (UTC+9)")
    expect(page.get_by_role("link", name="17:00 to 17:30")).to_be_visible()
    page.get_by_role("link", name="Change time zone").click()
    expect(page.get_by_label("Time zone")).to_be_focused()
    page.get_by_label("Time zone").select_option("Pacific/Auckland")
    page.get_by_role("button", name="Use this zone").click()
    expect_said(page, "Times are shown in Auckland")
    expect_focus(page, "Change")


def test_owner_sees_the_link_used_with_its_booking(office: Office, desk: Page) -> None:
    office.book_elsewhere(office.make_link(for_name="Sam Lee"))
    desk.goto(office.section)
    row = desk.get_by_role("row", name="Sam Lee")
    expect(row).to_contain_text("Used")
    row.get_by_role("link", name=re.compile("Wed 2 Dec 09:00")).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Sam Lee")


def _expect_nothing_of_sam(stranger: Page, address: str) -> None:
    answer = stranger.goto(address)
    assert answer.status == 410
    expect(stranger.get_by_role("heading", level=1)).to_have_text("This booking link has already been used")
    assert not re.search(r"Sam|sam@|9 December|09:00", stranger.locator("body").inner_text())
