"""Calendars that ask for confirmation: what the contact reads, and how the owner answers. Covers R13, R23 for it."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.accounts.models import User
from app.bookings import requests
from app.bookings.models import BookingStatus, Party, RequestEnd
from app.bookings.rescheduling import Move, reschedule
from app.bookings.service import cancel
from app.contacts.bookings import contact_of_booking
from app.db import in_transaction
from app.links.models import LinkStatus
from tests.factories import NOW, at, make_booking, make_calendar, make_link
from tests.http.booking_people import event_names, link_status, stored
from tests.mailing import deliver_all, react_to
from tests.people import form_token, send
from tests.public_pages import Site, title_of

LATER = NOW + timedelta(minutes=5)


def asking(site: Site, **changes: object) -> str:
    """A link of a calendar of Dana's that needs her confirmation within three hours."""
    return site.link(site.calendar(needs_confirmation=True, answer_minutes=180, **changes))


class TestContact:
    """Every page says honestly that nothing is certain yet."""

    def test_picker_and_form_say_that_it_is_a_request(self, site: Site) -> None:
        link = asking(site)
        assert "<bdi>Dana Reyes</bdi> confirms each booking" in site.client.get(link).text
        form = site.client.get(f"{link}/details?s={at(9)}").text
        assert "Send request</button>" in form
        assert "Confirm booking" not in form
        assert "for 3 hours at the most" in form
        assert "it closes when you send your request, whatever the answer" in form

    def test_what_was_sent_waits(self, site: Site) -> None:
        link = asking(site)
        path = site.book(link).location
        page = site.client.get(path)
        assert title_of(page).startswith("Request sent")
        assert "Waiting for confirmation" in page.text
        assert "Tue 1 Dec 12:00 Berlin at the latest" in page.text
        assert "You are booked" not in page.text
        assert "calendar.google.com" not in page.text
        assert "Withdraw request" in page.text
        assert "STATUS:TENTATIVE" in site.client.get(f"{path}/booking.ics").text
        assert site.statuses() == [LinkStatus.USED]
        assert "You have already asked for this time" in site.client.get(link).text

    def test_the_answer_stands_on_its_page(self, site: Site) -> None:
        path = site.book(asking(site)).location
        self.answer(site, lambda each: requests.accept(each, LATER, site.dana.id, seen=0))
        assert title_of(site.client.get(path)).startswith("You are booked")
        file = site.client.get(f"{path}/booking.ics").text
        assert ("STATUS:CONFIRMED" in file, "SEQUENCE:1" in file) == (True, True)

    def test_so_does_that_it_was_declined(self, site: Site) -> None:
        link = asking(site)
        path = site.book(link).location
        self.answer(site, lambda each: requests.decline(each, "No <time>", LATER, site.dana.id, seen=0))
        page = site.client.get(path)
        assert title_of(page).startswith("This request was declined")
        assert "No &lt;time&gt;" in page.text
        assert f"{path}/change" not in page.text
        file = site.client.get(f"{path}/booking.ics").text
        assert "STATUS:CANCELLED" in file
        assert "COMMENT:Declined by Dana Reyes: No <time>" in file
        assert "ancelled" not in page.text + file
        assert "Your request has ended" in site.client.get(link).text

    def test_and_that_nobody_answered_from_the_first_moment_on(self, site: Site) -> None:
        path = site.book(asking(site)).location
        after = NOW + timedelta(hours=3)
        with clock.fixed(after):
            seen = [site.client.get(path).text]
            with site.app.app_context():
                requests.expire_requests(after)
            seen.append(site.client.get(path).text)
            assert site.client.get(f"{path}/change").location == path
        for page in seen:
            assert "This request was not answered in time" in page
            assert "had until Tue 1 Dec 12:00 Berlin to answer" in page

    def test_it_can_be_withdrawn(self, site: Site) -> None:
        path = site.book(asking(site)).location
        assert "Withdraw this request?" in site.client.get(f"{path}/cancel").text
        assert site.client.post(f"{path}/cancel", data={"reason": "Too far"}).location == path
        (booking,) = site.bookings()
        assert (booking.status, booking.request_end) == (BookingStatus.CANCELLED, RequestEnd.WITHDRAWN)
        page = site.client.get(path)
        assert title_of(page).startswith("This request was withdrawn")
        assert "You wrote: <bdi>Too far</bdi>" in page.text
        assert "ancelled" not in page.text

    def test_a_booking_that_was_a_request_is_cancelled(self, site: Site) -> None:
        path = site.book(asking(site)).location
        self.answer(site, lambda each: requests.accept(each, LATER, site.dana.id, seen=0))
        site.client.post(f"{path}/cancel")
        assert site.bookings()[0].request_end is None
        assert title_of(site.client.get(path)).startswith("This booking was cancelled")

    def test_another_time_for_a_booking_is_asked_for_again(self, site: Site) -> None:
        path = site.book(asking(site)).location
        self.answer(site, lambda each: requests.accept(each, LATER, site.dana.id, seen=0))
        question = site.client.get(f"{path}/change/details?s={at(10)}").text
        assert "has to confirm the new time, and the old one is given up" in question
        form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', question))
        assert site.client.post(f"{path}/change/details", data=form).location == path
        assert title_of(site.client.get(path)).startswith("Request sent")

    @staticmethod
    def answer(site: Site, work) -> None:
        (booking,) = site.bookings()
        with site.app.app_context():
            in_transaction(lambda: work(booking.id))


@pytest.fixture
def request_path(app: Flask, ada: User) -> str:
    """Ada's page of Sam's request, which waits until noon."""
    with app.app_context():
        calendar = make_calendar(ada, needs_confirmation=True, answer_minutes=180)
        return f"/bookings/{make_booking(calendar, make_link(calendar)).id}"


@pytest.mark.usefixtures("now")
class TestOwner:
    """The owner sees what waits, and answers it by a POST."""

    def test_the_list_shows_what_waits_with_a_count(self, app: Flask, client: FlaskClient, request_path: str):
        page = client.get("/bookings").text
        assert "1 request waits for your answer" in page
        assert re.search(r'id="bookings-requests" href="([^"]+)"', page)
        waiting = client.get("/bookings?status=requests").text
        assert "1 request to answer" in waiting
        assert "To be confirmed" in waiting
        send(client, f"{request_path}/accept", page=request_path)
        assert "waits for your answer" not in client.get("/bookings").text
        assert "No requests." in client.get("/bookings?status=requests").text

    def test_accepting(self, app: Flask, client: FlaskClient, request_path: str):
        page = client.get(request_path).text
        assert "Waiting for your answer" in page
        assert "It is kept until Tue 1 Dec 12:00 Berlin" in page
        assert "Asked for by Sam Lee" in page
        with clock.fixed(LATER):
            answer = send(client, f"{request_path}/accept", page=request_path)
        assert (answer.status_code, answer.location) == (303, request_path)
        page = client.get(request_path).text
        assert "Request accepted." in page
        assert "Accepted by Ada Lovelace" in page
        assert "Waiting for your answer" not in page
        assert stored(app, request_path).status == BookingStatus.CONFIRMED
        assert event_names(app, request_path) == ["booking_created", "booking_confirmed"]

    def test_declining_asks_for_a_reason(self, app: Flask, client: FlaskClient, request_path: str):
        asked = client.get(f"{request_path}/decline").text
        assert asked.index("Keep request") < asked.index("Decline</button>")
        assert "stays Used" in asked
        with clock.fixed(LATER):
            answer = send(client, f"{request_path}/decline", reason="I am away.")
        assert (answer.status_code, answer.location) == (303, request_path)
        page = client.get(request_path).text
        assert "Declined by Ada Lovelace, Tue 1 Dec 2026 09:05 Berlin" in page
        assert "I am away." in page
        assert "Declined</span>" in client.get("/bookings?status=cancelled").text
        assert link_status(app) == LinkStatus.USED
        assert event_names(app, request_path) == ["booking_created", "booking_declined"]

    def test_one_that_was_withdrawn_reads_so_wherever_it_stands(
        self, app: Flask, client: FlaskClient, request_path: str
    ):
        with app.app_context():
            booking = stored(app, request_path)
            in_transaction(lambda: cancel(booking.id, Party.CONTACT, "", NOW))
            contact_id = in_transaction(lambda: contact_of_booking(booking.id, NOW))
            link = f"/calendars/{booking.calendar_id}/links/{booking.link_id}"
        page = client.get(request_path).text
        assert "Request withdrawn by Sam Lee, Tue 1 Dec 2026 09:00 Berlin" in page
        assert "<strong>Request withdrawn by Sam Lee</strong>" in page
        assert "Request withdrawn</span>" in client.get("/bookings?status=cancelled").text
        assert "<strong>Request withdrawn by the contact</strong>" in client.get(link).text
        of_contact = client.get(f"/contacts/{contact_id}").text
        assert "Request withdrawn</span>" in of_contact
        assert ">Request withdrawn</a>" in of_contact
        assert "Cancelled" not in page + of_contact

    def test_who_declined_reads_whether_the_contact_was_told(
        self, app: Flask, client: FlaskClient, request_path: str
    ):
        """The mail that counts is that of the declining, not one of a cancellation."""
        send(client, f"{request_path}/decline", reason="")
        assert "Slotkey has not told Sam Lee." in client.get(request_path).text
        with app.app_context():
            react_to("booking_declined")
        assert "Slotkey has not told" not in client.get(request_path).text
        with app.app_context():
            deliver_all()  # without a mail server, so that it is kept
        assert "Slotkey has not told Sam Lee." in client.get(request_path).text

    def test_a_reason_that_is_too_long_is_kept(self, app: Flask, client: FlaskClient, request_path: str):
        answer = send(client, f"{request_path}/decline", reason="x" * 501)
        assert answer.status_code == 422
        assert "x" * 501 in answer.text
        assert stored(app, request_path).status == BookingStatus.TENTATIVE

    def test_an_answer_too_late_shows_how_it_stands(self, app: Flask, client: FlaskClient, request_path: str):
        token = form_token(client.get(request_path))
        after = NOW + timedelta(hours=3)
        with clock.fixed(after):
            with app.app_context():
                requests.expire_requests(after)
            assert client.get(f"{request_path}/decline").location == request_path
            for answer in ("accept", "decline"):
                refused = client.post(f"{request_path}/{answer}", data={"csrf_token": token})
                assert refused.status_code == 409
                assert "was not answered in time" in refused.text
            assert "Not answered in time, Tue 1 Dec 2026 12:00 Berlin" in client.get(request_path).text
            assert "Not answered</span>" in client.get("/bookings?status=cancelled").text

    @pytest.mark.parametrize("answer", ["accept", "decline"])
    def test_an_answer_holds_for_the_time_that_was_seen(
        self, app: Flask, client: FlaskClient, request_path: str, answer: str
    ):
        """Sam has asked for another time since the page was opened; a form that says nothing is as old."""
        token = form_token(client.get(request_path))
        with app.app_context():
            reschedule(Move(stored(app, request_path).id, at(11), 0, Party.CONTACT), NOW)
        for seen in ({"seen": "0"}, {"seen": "x"}, {}):
            refused = client.post(f"{request_path}/{answer}", data={"csrf_token": token, **seen})
            assert refused.status_code == 409
            assert "This booking was changed after this page was opened." in refused.text
            assert "11:00" in refused.text
        assert stored(app, request_path).status == BookingStatus.TENTATIVE
        assert send(client, f"{request_path}/{answer}", page=request_path).status_code == 303
        assert stored(app, request_path).status != BookingStatus.TENTATIVE

    def test_looking_answers_nothing(self, app: Flask, client: FlaskClient, request_path: str):
        """R13."""
        assert client.get(f"{request_path}/accept").status_code == 405
        for method in ("GET", "HEAD"):
            client.open(f"{request_path}/decline", method=method, query_string={"reason": "x"})
        assert stored(app, request_path).status == BookingStatus.TENTATIVE

    @pytest.mark.parametrize("answer", ["accept", "decline"])
    def test_answers_need_their_token(self, app: Flask, client: FlaskClient, request_path: str, answer: str):
        """R23."""
        for token in ({}, {"csrf_token": "made up"}):
            assert client.post(f"{request_path}/{answer}", data=token).status_code == 403
        assert stored(app, request_path).status == BookingStatus.TENTATIVE
