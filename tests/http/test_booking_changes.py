"""What the owner does with a booking: cancel it, note a no-show. Covers R23 here."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.bookings.models import Party
from app.bookings.rescheduling import Move, reschedule
from app.calendars.models import Calendar
from app.links.models import LinkStatus
from tests.factories import NOW, at, make_booking
from tests.http.booking_people import AFTER, DURING, cancel_in_between, event_names, link_status, stored
from tests.people import form_token, send

pytestmark = pytest.mark.usefixtures("now")


def test_cancelling_asks_says_what_follows_and_is_recorded(app: Flask, client: FlaskClient, path: str):
    asked = client.get(f"{path}/cancel").text
    for words in ("stays Used", "opens again", "Slotkey does not tell Sam Lee", "mailto:sam@example.org"):
        assert words in asked
    with clock.fixed(NOW + timedelta(minutes=5)):
        answer = send(client, f"{path}/cancel", reason="I am  ill.\r\nSorry!")
    assert (answer.status_code, answer.location) == (303, path)
    page = client.get(path).text
    assert "Booking cancelled. Its time is open again." in page
    assert re.search(r"Cancelled by Ada Lovelace, Tue 1 Dec 2026 09:05 Berlin", page)
    assert "Slotkey has not told Sam Lee." in page
    booking = stored(app, path)
    assert (booking.cancelled_by, booking.cancel_reason) == (Party.HOST, "I am  ill.\nSorry!")
    assert link_status(app) == LinkStatus.USED
    assert event_names(app, path) == ["booking_created", "booking_cancelled"]


def test_its_time_is_open_again(app: Flask, client: FlaskClient, calendar: Calendar, path: str):
    send(client, f"{path}/cancel", reason="")
    with app.app_context():
        assert make_booking(calendar).id != stored(app, path).id


def test_a_second_cancel_is_refused_on_the_page_as_it_stands(app: Flask, client: FlaskClient, path: str):
    token = form_token(client.get(f"{path}/cancel"))
    cancel_in_between(app, path)
    answer = client.post(f"{path}/cancel", data={"csrf_token": token, "reason": "Mine"})
    assert answer.status_code == 409
    assert "This booking is cancelled already." in answer.text
    assert "Cancelled by Sam Lee" in answer.text
    assert stored(app, path).cancel_reason == "Ill"
    assert event_names(app, path).count("booking_cancelled") == 1


def test_a_booking_that_moved_since_is_not_cancelled(app: Flask, client: FlaskClient, path: str):
    token = form_token(client.get(f"{path}/cancel"))
    move_in_between(app, path)
    for seen in ({"seen": "0"}, {}):
        answer = client.post(f"{path}/cancel", data={"csrf_token": token, **seen})
        assert answer.status_code == 409
        assert "This booking was changed after this page was opened." in answer.text
        assert "11:00" in answer.text
    assert stored(app, path).cancelled_at is None


def test_a_reason_to_shorten_keeps_what_was_seen(app: Flask, client: FlaskClient, path: str):
    """Else shortening it would cancel a time that nobody has looked at."""
    too_long = {"csrf_token": form_token(client.get(path)), "seen": "0", "reason": "x" * 501}
    move_in_between(app, path)
    page = client.post(f"{path}/cancel", data=too_long)
    assert (page.status_code, 'name="seen" type="hidden" value="0"' in page.text) == (422, True)


def move_in_between(app: Flask, path: str) -> None:
    with app.app_context():
        reschedule(Move(stored(app, path).id, at(11), 0, Party.CONTACT), NOW)


def test_a_booking_that_is_over_is_not_cancelled(app: Flask, client: FlaskClient, path: str):
    token = form_token(client.get(f"{path}/cancel"))
    with clock.fixed(AFTER):
        assert client.get(f"{path}/cancel").location == path
        assert "Cancel booking" not in client.get(path).text
        answer = client.post(f"{path}/cancel", data={"csrf_token": token, "seen": "0"})
    assert answer.status_code == 409
    assert "This booking is over" in answer.text
    assert stored(app, path).cancelled_at is None


def test_a_reason_that_is_too_long_is_kept_for_shortening(app: Flask, client: FlaskClient, path: str):
    answer = send(client, f"{path}/cancel", reason="x" * 501)
    assert answer.status_code == 422
    assert "Shorten the reason to 500 characters." in answer.text
    assert "x" * 501 in answer.text
    assert "<title>Error: " in answer.text
    assert stored(app, path).cancelled_at is None


@pytest.mark.usefixtures("at_its_time")
def test_no_show_is_marked_and_taken_back(app: Flask, client: FlaskClient, path: str):
    for came, said, is_marked in (("no", "Marked as a no-show.", True), ("yes", "No longer marked", False)):
        with clock.fixed(DURING + timedelta(minutes=came == "yes")):
            answer = send(client, f"{path}/no-show", page=path, came=came)
        assert (answer.status_code, answer.location) == (303, path)
        assert said in client.get(path).text
        assert bool(stored(app, path).no_show_at) == is_marked
        assert ("No-show</span>" in client.get("/bookings").text) == is_marked
    assert event_names(app, path)[1:] == ["booking_no_show", "booking_no_show_undone"]
    assert "No-show taken back by Ada Lovelace" in client.get(path).text


@pytest.mark.usefixtures("at_its_time")
def test_a_no_show_said_twice_is_noted_once(app: Flask, client: FlaskClient, path: str):
    for _ in range(2):
        assert send(client, f"{path}/no-show", page=path, came="no").status_code == 303
    assert event_names(app, path).count("booking_no_show") == 1


@pytest.mark.usefixtures("at_its_time")
@pytest.mark.parametrize("came", ["", "perhaps"])
def test_no_show_needs_an_answer(app: Flask, client: FlaskClient, path: str, came: str):
    assert send(client, f"{path}/no-show", page=path, came=came).status_code == 422
    assert stored(app, path).no_show_at is None


def test_no_show_before_the_time_is_refused(app: Flask, client: FlaskClient, path: str):
    assert "no-show" not in client.get(path).text
    answer = send(client, f"{path}/no-show", page=path, came="no")
    assert answer.status_code == 409
    assert "whose time has come" in answer.text
    assert stored(app, path).no_show_at is None


@pytest.mark.usefixtures("at_its_time")
@pytest.mark.parametrize(("action", "field", "value"), [("cancel", "reason", "x"), ("no-show", "came", "no")])
def test_forms_need_their_token(
    app: Flask, client: FlaskClient, path: str, action: str, field: str, value: str
):
    """R23."""
    for token in ({}, {"csrf_token": "made up"}):
        assert client.post(f"{path}/{action}", data={field: value, **token}).status_code == 403
    assert (stored(app, path).cancelled_at, stored(app, path).no_show_at) == (None, None)
