"""The contact cancels at /m/<token>/cancel. Covers R24 for the reason."""

import re

import pytest
from sqlalchemy import update

from app.bookings.models import Booking, BookingStatus, Party
from app.db import db, transaction
from app.links.models import LinkStatus
from tests.public_pages import Site, title_of

NASTY = "<script>alert(1)</script>"


@pytest.fixture
def link(site: Site) -> str:
    """The link that Sam books with."""
    return site.link()


@pytest.fixture
def path(site: Site, link: str) -> str:
    """Sam's page of the booking."""
    return site.book(link).location


def test_keeping_comes_first_and_cancelling_is_posted(site: Site, path: str) -> None:
    page = site.client.get(f"{path}/cancel").text
    assert page.index("Keep booking") < page.index("Cancel booking</button>")
    assert "Wednesday 2 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)" in page
    answer = site.client.post(f"{path}/cancel", data={"reason": f"Ill. {NASTY}"})
    assert (answer.status_code, answer.location) == (303, path)
    shown = site.client.get(path)
    assert title_of(shown).startswith("This booking was cancelled")
    assert "You cancelled it on Tue 1 Dec 09:00 Berlin." in shown.text
    assert "<s>Wednesday 2 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)</s>" in shown.text
    assert "<script>alert" not in shown.text
    (booking,) = site.bookings()
    assert (booking.status, booking.cancelled_by) == (BookingStatus.CANCELLED, Party.CONTACT)
    assert booking.cancel_reason == f"Ill. {NASTY}"


def test_a_page_of_another_time_cancels_nothing(site: Site, path: str) -> None:
    """The host moved the booking while the page was open: what it stands for now was not seen."""
    (seen,) = re.findall(r'name="seen"[^>]*value="(\d+)"', site.client.get(f"{path}/cancel").text)
    with site.app.app_context(), transaction():
        db.session.execute(update(Booking).values(sequence=Booking.sequence + 1))
    answer = site.client.post(f"{path}/cancel", data={"reason": "", "seen": seen})
    assert answer.status_code == 409
    assert "was changed after this page was opened" in answer.text
    assert site.bookings()[0].status == BookingStatus.CONFIRMED


def test_the_link_stays_used_and_says_so(site: Site, link: str, path: str) -> None:
    site.client.post(f"{path}/cancel")
    assert site.statuses() == [LinkStatus.USED]
    page = site.client.get(link)
    assert page.status_code == 410
    assert title_of(page).startswith("Your booking was cancelled")
    assert site.app.test_client().get(link).status_code == 410


def test_the_browser_that_booked_is_led_to_its_booking(site: Site, link: str, path: str) -> None:
    page = site.client.get(link).text
    assert "You have already booked this" in page
    assert "Change or cancel</a>" in page
    assert f'href="{path}"' in page


def test_said_twice_it_is_cancelled_once(site: Site, path: str) -> None:
    answers = [site.client.post(f"{path}/cancel", data={"reason": reason}) for reason in ("a", "b")]
    assert [answer.location for answer in answers] == [path, path]
    assert (site.bookings()[0].cancel_reason, site.bookings()[0].sequence) == ("a", 1)
    assert "SEQUENCE:1" in site.client.get(f"{path}/booking.ics").text


def test_a_reason_that_is_too_long_is_kept_for_shortening(site: Site, path: str) -> None:
    answer = site.client.post(f"{path}/cancel", data={"reason": "x" * 501})
    assert answer.status_code == 422
    assert title_of(answer).startswith("Error: ")
    assert "x" * 501 in answer.text
    assert site.bookings()[0].status == BookingStatus.CONFIRMED


@pytest.mark.parametrize("page", ["change", "change/details", "cancel"])
def test_made_up_tokens_find_nothing(site: Site, path: str, page: str) -> None:
    """R16."""
    with site.counting_queries() as queries:
        for method in ("GET", "POST"):
            answer = site.client.open(f"{path[:-1]}/{page}", method=method)
            assert answer.status_code in (404, 405)
    assert queries == []
