"""S3: the journeys with JavaScript off, as real forms and links."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.calendars.models import Calendar
from app.db import db
from app.links.models import LinkStatus

from ..people import PASSWORD
from .office import ADDRESS, Office, fill_in, sign_in_by_form


@pytest.fixture
def plain(open_page: Callable[..., Page]) -> Page:
    """A page that runs no scripts."""
    return open_page(javascript=False)


@pytest.fixture
def plain_desk(office: Office, plain: Page) -> Page:
    """The same with Dana signed in."""
    office.enter(plain)
    return plain


def test_contact_books(office: Office, plain: Page) -> None:
    """S3: open the link, another month, another day, another zone, the form with its errors, the confirmation."""
    address = office.make_link()
    plain.goto(address)
    plain.get_by_role("link", name="Later month").click()
    plain.get_by_role("link", name=re.compile("^12 January")).click()
    plain.get_by_role("link", name="Change time zone").click()
    plain.get_by_label("Time zone").select_option("Asia/Kolkata")
    plain.get_by_role("button", name="Use this zone").click()
    plain.get_by_role("link", name="13:30 to 14:00").click()
    plain.get_by_role("button", name="Confirm booking").click()
    expect(plain.get_by_role("alert")).to_contain_text("There is a problem")
    fill_in(plain)
    plain.get_by_role("button", name="Confirm booking").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("You are booked")
    expect(plain.locator("main")).to_contain_text("13:30 to 14:00 (Kolkata time, UTC+5:30)")
    assert plain.goto(address).status == 410
    assert office.statuses() == [LinkStatus.USED]


def test_forwarded_recipient_asks_and_books_what_the_owner_sends(
    office: Office, open_page: Callable[..., Page]
) -> None:
    """From the expired page to a booking by the new link, which the mail brings."""
    address = office.make_link()
    office.book_elsewhere(address)
    stranger, desk = open_page(javascript=False), open_page(javascript=False)
    stranger.goto(address)
    stranger.get_by_role("link", name="Ask for a new link").click()
    fill_in(stranger, "Zoe Lind", "zoe@example.org")
    stranger.get_by_label("What is it about?").fill("Sam sent me this.")
    stranger.get_by_role("button", name="Send request").click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Your request was sent")
    office.enter(desk)
    desk.goto(office.section)
    expect(desk.get_by_role("region", name="Requests for a new link")).to_contain_text("Sam sent me this.")
    desk.get_by_role("button", name="Create link and send to Zoe Lind").click()
    expect(desk.get_by_role("row", name="Zoe Lind")).to_contain_text("Active")
    stranger.goto(ADDRESS.search(desk.get_by_label("Address of the link").first.input_value())[0])
    stranger.get_by_role("link", name="10:00 to 10:30").click()
    stranger.get_by_role("button", name="Confirm booking").click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("You are booked")


def test_recipient_enters_the_code_and_books(office: Office, plain: Page) -> None:
    plain.goto(office.make_link(for_name="Sam Lee", for_email="sam@example.org", checks_recipient=True))
    plain.get_by_role("button", name="Send a code to s***@example.org").click()
    plain.get_by_label("Code").fill("12")
    plain.get_by_role("button", name="Continue").click()
    expect(plain.get_by_role("alert")).to_contain_text("Enter the 6 digits")
    plain.get_by_label("Code").fill(office.code_sent())
    plain.get_by_role("button", name="Continue").click()
    plain.get_by_role("link", name="10:00 to 10:30").click()
    plain.get_by_role("button", name="Confirm booking").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("You are booked")
    assert office.statuses() == [LinkStatus.USED]


def test_owner_signs_in_and_creates_a_link(office: Office, plain: Page) -> None:
    """S3: sign in, create, see; the address stands in a field to be copied by hand."""
    plain.goto(office.section)
    sign_in_by_form(plain, office.dana, PASSWORD)
    plain.get_by_role("button", name="Create the first link").click()
    expect(plain.locator("tbody tr")).to_have_count(1)
    assert ADDRESS.search(plain.get_by_label("Address of the link").first.input_value())
    expect(plain.get_by_role("button", name="Copy")).to_have_count(0)


def test_owner_creates_a_link_with_options(office: Office, plain_desk: Page) -> None:
    plain_desk.goto(office.section)
    plain_desk.get_by_text("Create a link with options").click()
    plain_desk.get_by_label("Name").fill("Sam Lee")
    plain_desk.get_by_role("button", name="Create link with these options").click()
    expect(plain_desk.get_by_role("row", name="Sam Lee")).to_contain_text("Active")


def test_owner_filters_searches_and_deletes(office: Office, plain_desk: Page) -> None:
    office.make_links("Ana Silva", "Sam Lee")
    plain_desk.goto(office.section)
    plain_desk.get_by_label("Search links").fill("sam")
    plain_desk.get_by_role("button", name="Search").click()
    expect(plain_desk.locator("tbody tr")).to_have_count(1)
    plain_desk.get_by_role("link", name="Delete", exact=True).click()
    expect(plain_desk.get_by_role("heading", level=1)).to_have_text("Delete this link?")
    plain_desk.get_by_role("button", name="Delete link").click()
    plain_desk.goto(office.section)
    plain_desk.get_by_role("link", name=re.compile("^Deleted")).click()
    expect(plain_desk.locator("tbody tr")).to_have_count(1)
    expect(plain_desk.get_by_role("row", name="Sam Lee")).to_contain_text("Deleted")


def test_owner_shares_a_link(office: Office, plain_desk: Page) -> None:
    office.make_links("Sam Lee")
    plain_desk.goto(office.section)
    plain_desk.get_by_role("link", name="Share").click()
    assert ADDRESS.search(plain_desk.get_by_label("Message").input_value())


def test_owner_edits_hours(office: Office, plain_desk: Page) -> None:
    plain_desk.goto(office.settings("availability"))
    plain_desk.get_by_role("button", name="Add a range on Saturday").click()
    plain_desk.get_by_label("Saturday from, range 1").fill("10:00")
    plain_desk.get_by_label("Saturday until, range 1").fill("12:30")
    plain_desk.get_by_role("button", name="Save", exact=True).click()
    expect(plain_desk.get_by_role("status")).to_contain_text("Saved")
    with office.app.app_context():
        assert db.session.get(Calendar, office.intro.id).weekly_hours[5] == [[600, 750]]


def test_owner_makes_a_group_and_orders_it(office: Office, plain_desk: Page) -> None:
    office.calendar(name="Phone call", slug="phone")
    plain_desk.goto("/calendars")
    plain_desk.get_by_role("link", name="New group").click()
    plain_desk.get_by_label("Name").fill("Talks")
    plain_desk.get_by_role("button", name="Create group").click()
    for _ in range(2):
        plain_desk.get_by_role("button", name="Add calendar").click()
    plain_desk.get_by_role("button", name="Move Phone call up").click()
    expect(plain_desk.get_by_role("status")).to_contain_text("Phone call moved up.")
    plain_desk.get_by_role("link", name="Open public page").click()
    expect(plain_desk.get_by_role("heading", level=2)).to_have_text(["Phone call", "Intro call"])
    plain_desk.get_by_role("link", name="Choose a time for Phone call").click()
    expect(plain_desk.get_by_role("heading", level=1)).to_have_text("Phone call")


def test_owner_invites_somebody_who_joins_and_is_removed(
    office: Office, plain_desk: Page, open_page: Callable[..., Page]
) -> None:
    plain_desk.goto("/settings/team")
    plain_desk.get_by_label("E-mail").fill("grace@example.org")
    plain_desk.get_by_label("Admin: ").check()
    plain_desk.get_by_role("button", name="Invite").click()
    address = plain_desk.get_by_label("Address of the invitation").input_value()
    guest = open_page(javascript=False)
    guest.goto(address)
    guest.get_by_label("Your name").fill("Grace Hopper")
    guest.get_by_label("Password").fill(PASSWORD)
    guest.get_by_role("button", name="Join").click()
    expect(guest.get_by_role("status")).to_contain_text("Welcome to Dana Reyes's account.")
    plain_desk.goto("/settings/team")
    plain_desk.get_by_role("link", name="Remove Grace Hopper").click()
    plain_desk.get_by_role("button", name="Remove Grace Hopper").click()
    expect(plain_desk.get_by_role("status")).to_contain_text("Grace Hopper has left the workspace.")
    guest.goto("/calendars")
    expect(guest.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_owner_signs_another_browser_out(
    office: Office, plain_desk: Page, open_page: Callable[..., Page]
) -> None:
    other = open_page(javascript=False)
    other.goto("/account")
    sign_in_by_form(other, office.dana, PASSWORD)
    plain_desk.goto("/account")
    plain_desk.get_by_role("button", name=re.compile("^Sign out Chrome on Linux")).click()
    expect(plain_desk.get_by_role("status")).to_contain_text("That browser is signed out.")
    other.goto("/account")
    expect(other.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_owner_cancels_a_booking(office: Office, plain_desk: Page) -> None:
    office.book_elsewhere(office.make_link())
    plain_desk.goto("/bookings")
    plain_desk.get_by_role("link", name=re.compile("Wed 2 Dec")).click()
    plain_desk.get_by_role("link", name="Cancel booking").click()
    plain_desk.get_by_label("Reason").fill("I am ill")
    plain_desk.get_by_role("button", name="Cancel booking").click()
    expect(plain_desk.locator("main")).to_contain_text("Cancelled")
    assert office.statuses() == [LinkStatus.USED]


def test_theme_and_sign_out_are_forms(office: Office, plain_desk: Page) -> None:
    plain_desk.goto("/calendars")
    plain_desk.locator("details.user summary").click()
    plain_desk.get_by_role("button", name="Dark").click()
    expect(plain_desk.locator("html")).to_have_attribute("data-theme", "dark")
    plain_desk.locator("details.user summary").click()
    plain_desk.get_by_role("button", name="Sign out").click()
    expect(plain_desk.get_by_role("heading", level=1)).to_have_text("Sign in")
