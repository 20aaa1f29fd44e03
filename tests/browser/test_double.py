"""R6 in the browser: double clicks, Back, two tabs and slow answers make one booking; a lost race keeps the form."""

import re
from collections.abc import Callable
from time import sleep

import pytest
from flask import request
from playwright.sync_api import Page, expect

from app.links.models import LinkStatus

from ..factories import at
from .office import Office, fill_in

OpenPage = Callable[..., Page]
SLOW_SECONDS = 1.0


@pytest.fixture
def address(office: Office) -> str:
    """A link to book."""
    return office.make_link()


@pytest.fixture
def form(address: str, page: Page) -> Page:
    """Sam's details, filled in and not sent."""
    return _filled(page, address)


def test_double_click_books_once(office: Office, form: Page) -> None:
    form.get_by_role("button", name="Confirm booking").dblclick()
    expect(form.get_by_role("heading", level=1)).to_have_text("You are booked")
    assert len(office.bookings()) == 1


def test_button_says_that_it_is_at_work(form: Page) -> None:
    """What it said when the page was left: while the answer is on its way, nothing can be asked from outside."""
    form.evaluate("""addEventListener('pagehide', () => {
      const button = document.querySelector('#booking .primary');
      sessionStorage.said = button.textContent + ', disabled ' + button.ariaDisabled;
    })""")
    form.get_by_role("button", name="Confirm booking").click()
    expect(form.get_by_role("heading", level=1)).to_have_text("You are booked")
    assert form.evaluate("sessionStorage.said") == "Confirming..., disabled true"


def test_back_and_again_shows_the_same_confirmation(office: Office, form: Page) -> None:
    form.get_by_role("button", name="Confirm booking").click()
    form.wait_for_url("**/m/*")
    confirmation = form.url
    form.go_back()
    if form.get_by_role("button", name=re.compile("Confirm")).count():
        fill_in(form)
        form.get_by_role("button", name=re.compile("Confirm")).click()
        expect(form).to_have_url(confirmation)
    else:
        expect(form.get_by_role("heading", level=1)).to_have_text("You have already booked this")
    assert len(office.bookings()) == 1


def test_second_tab_of_the_booker_finds_the_booking(office: Office, address: str, page: Page) -> None:
    first, second = _filled(page, address), _filled(page.context.new_page(), address, at(10))
    first.get_by_role("button", name="Confirm booking").click()
    first.wait_for_url("**/m/*")
    second.get_by_role("button", name="Confirm booking").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("You have already booked this")
    assert len(office.bookings()) == 1


def test_other_person_with_the_form_open_sees_the_expired_page(
    office: Office, address: str, open_page: OpenPage
) -> None:
    first, second = _filled(open_page(), address), _filled(open_page(), address, at(10))
    first.get_by_role("button", name="Confirm booking").click()
    first.wait_for_url("**/m/*")
    second.get_by_role("button", name="Confirm booking").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("This booking link has already been used")
    assert len(office.bookings()) == 1


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_taken_time_keeps_the_form_and_books_another_by_one_press(
    office: Office, address: str, open_page: OpenPage, javascript: bool
) -> None:
    form = _filled(open_page(javascript=javascript), address)
    office.book_elsewhere(office.make_link())
    form.get_by_role("button", name="Confirm booking").click()
    expect(form.get_by_role("alert")).to_contain_text("has just been taken. Your details are kept")
    expect(form.get_by_role("alert")).to_be_focused()
    expect(form.get_by_label("Your name")).to_have_value("Sam Lee")
    nearest = form.get_by_role("group", name="Nearest open times").get_by_role("button")
    expect(nearest).to_have_count(3)
    assert LinkStatus.ACTIVE in office.statuses()
    nearest.first.click()
    expect(form.get_by_role("heading", level=1)).to_have_text("You are booked")
    assert office.statuses() == [LinkStatus.USED] * 2


def test_slow_answer_says_so_and_moves_nothing(office: Office, address: str, page: Page) -> None:
    page.goto(address)
    _delay(office, "month=")
    height = page.locator("#picker").evaluate("each => each.offsetHeight")
    page.get_by_role("link", name="Later month").click()
    expect(page.locator("#picker[aria-busy=true]")).to_have_attribute("data-slow", "")
    assert page.locator("#picker").evaluate("each => each.offsetHeight") == height
    expect(page.get_by_role("heading", name="January 2027")).to_be_focused()


def test_presses_in_a_row_end_at_the_last_one(office: Office, address: str, page: Page) -> None:
    """Answers that come late must not replace a newer one."""
    page.goto(address)
    _delay(office, "day=2026-12-02")
    page.get_by_role("link", name=re.compile("^2 December")).click()
    page.get_by_role("link", name=re.compile("^3 December")).click()
    expect(page.get_by_role("heading", name="Thursday 3 December")).to_be_visible()
    page.wait_for_timeout(SLOW_SECONDS * 1500)
    expect(page.get_by_role("heading", name="Thursday 3 December")).to_be_visible()


def _filled(page: Page, address: str, start: int | None = None) -> Page:
    page.goto(f"{address}/details?s={start or at(9)}")
    fill_in(page)
    return page


def _delay(office: Office, words: str) -> None:
    """Let the server think about requests whose address has these words."""

    def think() -> None:
        if words in request.full_path:
            sleep(SLOW_SECONDS)

    office.app.before_request_funcs.setdefault(None, []).append(think)
