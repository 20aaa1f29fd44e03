"""The three situations that a personal link is for, whole, as a newcomer tries them: in the browser, on demo data,
with the real web server and the real worker behind it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from app.demo.seed import EMAIL
from app.demo.workflows import NAMES
from app.public.limits import QUICKEST_PERSON

from ..services.newcomer import NewcomersSite, post_as_curl_would, running
from ..services.server import free_port
from .conftest import OpenPage
from .office import fill_in
from .test_board import CORNER

MILLISECONDS, TRIES, BETWEEN = 1_000, 60, 250
SENT = ("1. Create one-time link", "Done", "2. Send", "Done")
STOPPED = ("Stopped", "The contact has booked.")


@pytest.fixture(scope="module")
def newcomers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewcomersSite]:
    with running(tmp_path_factory.mktemp("newcomer"), free_port()) as started:
        yield started


@pytest.fixture
def site(newcomers: NewcomersSite) -> str:
    """Where pages of the browser are."""
    return newcomers.url


@pytest.fixture
def desk(newcomers: NewcomersSite, open_page: OpenPage) -> Page:
    """Dana's, signed in with what the start has printed."""
    page = open_page()
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(newcomers.welcome[1])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Messages")).to_be_visible()
    return page


def test_a_form_is_submitted(desk: Page, open_page: OpenPage) -> None:
    zoe = open_page()
    zoe.goto("/f/ask")
    fill_in(zoe, "Zoe Lind", "zoe@example.org")
    zoe.get_by_label("What is it about?").fill("A roof for our school hall.")
    zoe.get_by_label("You may keep what I write").check()
    zoe.wait_for_timeout(QUICKEST_PERSON.total_seconds() * MILLISECONDS)
    zoe.get_by_role("button", name="Send").click()
    expect(zoe.locator("main")).to_contain_text("there is a link to choose a time for our call")
    mail = open_message(desk, "Zoe Lind")
    expect(mail.frame_locator("iframe").locator("body")).to_contain_text(re.compile("Hello Zoe.*/o/…", re.S))
    book_the_link(desk, zoe, "Zoe Lind", "zoe@example.org")
    run = (*STOPPED, "Form submitted", *SENT, "3. Wait", "Skipped")
    expect_story(desk, "Zoe Lind", NAMES["form"], "Form sent", run)


def test_a_stage_is_reached(desk: Page, open_page: OpenPage) -> None:
    desk.goto("/pipelines")
    desk.get_by_role("link", name="Sales", exact=True).click()
    qualified = desk.get_by_role("region", name="Qualified")
    card = desk.get_by_role("article").filter(has=desk.get_by_role("link", name="Tomás Vega"))
    card.drag_to(qualified, source_position=CORNER)
    expect(qualified.get_by_role("link", name="Tomás Vega")).to_be_visible()
    open_message(desk, "Tomás Vega")
    book_the_link(desk, open_page(), "Tomás Vega", "tomas@example.org")
    run = (*STOPPED, "Stage reached", *SENT, "3. Wait", "Skipped")
    expect_story(desk, "Tomás Vega", NAMES["stage"], "Qualified", run)


def test_a_call_is_missed(newcomers: NewcomersSite, desk: Page, open_page: OpenPage) -> None:
    """The command is the README's. Whoever called is known by a number, and types an address when booking."""
    signed = newcomers.command("sign-hook", "missed-call", "+49 30 901834")
    assert post_as_curl_would(signed).strip() == '{"taken":true}'
    text = open_message(desk, "+49 30 901834")
    expect(text.locator("main")).to_contain_text(re.compile(r"Sorry we missed your call.*/o/\.\.\."))
    book_the_link(desk, open_page(), "Kim Adler", "kim@example.org")
    run, learned = ("Done", "Missed call", *SENT), ("Details changed", "name, e-mail")
    expect_story(desk, "Kim Adler", NAMES["call"], "Call missed", run, learned)


def open_message(desk: Page, to: str) -> Page:
    """The page of the message, once it is the newest one of a workflow."""
    newest = desk.locator("tbody tr").filter(has_text="of a workflow").first
    desk.goto("/messages")
    _reload_until_told(desk, newest, to)
    newest.get_by_role("link").click()
    return desk


def book_the_link(desk: Page, contact: Page, name: str, email: str) -> None:
    """The owner goes from the message to its link and copies the address; the contact opens and books it."""
    desk.get_by_role("link", name="The one-time link").click()
    contact.goto(desk.get_by_label("Address of the link").input_value())
    contact.get_by_role("link", name=re.compile(r"^\d\d:\d\d to \d\d:\d\d")).first.click()
    fill_in(contact, name, email)
    contact.get_by_role("button", name="Confirm booking").click()
    expect(contact.get_by_role("heading", level=1)).to_have_text("You are booked")


def expect_story(
    desk: Page, name: str, workflow: str, begun: str, run: tuple[str, ...], learned: tuple[str, ...] = ()
) -> None:
    """The link's timeline tells it from the first to the last, the contact's from the last to the first with what was
    `learned` of them, and the run's page step by step."""
    timeline = desk.get_by_role("region", name="Timeline")
    by, sent = f"By the workflow {workflow}", "Message of a workflow with the link queued"
    _reload_until_told(desk, timeline, "Created", by, sent, "Opened by a person", "Booked")
    desk.goto("/contacts")
    desk.get_by_role("link", name=name).first.click()
    booked, made = (
        ("Booked", "opened by a person"),
        ("One-time link created", "Came into a workflow", workflow),
    )
    _reload_until_told(desk, timeline, *learned, *booked, *made, begun)
    timeline.get_by_role("link", name="Came into a workflow").first.click()
    _reload_until_told(desk, desk.locator("main"), workflow, name, *run)


def _reload_until_told(page: Page, place: Locator, *words: str) -> None:
    """One word after the other stands there. Sightings are written a second later, and the worker may be busy."""
    told = re.compile(".*".join(re.escape(word) for word in words), re.DOTALL)
    for _ in range(TRIES):
        if told.search(_text_of(place)):
            return
        page.wait_for_timeout(BETWEEN)
        page.reload()
    assert told.search(_text_of(place)), f"{words} in {_text_of(place)}"


def _text_of(place: Locator) -> str:
    return place.inner_text() if place.count() else ""
