"""The page of one booking: facts, history, cancelling, no-show, calendar file. Covers R20, R23, R24 and S9 here."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar as ICalendar
from sqlalchemy import update

from app import clock, events
from app.accounts.models import Membership, Role, User
from app.bookings import service
from app.bookings.booking_step import Attendee, book
from app.bookings.models import Booking, Party
from app.calendars.models import Calendar, LocationKind
from app.db import db, transaction
from app.links.models import LinkStatus, OneTimeLink
from tests.factories import NOW, at, make_booking, make_calendar, make_link, wish
from tests.people import form_token, make_person, send, sign_in

pytestmark = pytest.mark.usefixtures("now")
NASTY = "<script>alert(1)</script>{{ 7*7 }}\"'><img src=x onerror=alert(1)>"
DURING, AFTER = NOW + timedelta(hours=24, minutes=10), NOW + timedelta(days=2)
YUKI = Attendee("Yuki Tanaka", "yuki+a&b@example.org", "+81312345678", "Asia/Tokyo", "en_GB")


@pytest.fixture
def ada(app: Flask, client: FlaskClient) -> User:
    """Signed in, in `client`."""
    person = make_person(app)
    sign_in(client, person)
    return person


@pytest.fixture
def calendar(app: Flask, ada: User) -> Calendar:
    """Ada's, at a place."""
    place = {"location_kind": LocationKind.IN_PERSON, "location_detail": "12 Water Street"}
    with app.app_context():
        return make_calendar(ada, **place)


@pytest.fixture
def path(app: Flask, calendar: Calendar) -> str:
    """The page of Sam's booking by one-time link, tomorrow at nine in Berlin."""
    with app.app_context():
        return f"/bookings/{make_booking(calendar, make_link(calendar)).id}"


@pytest.fixture
def at_its_time(now: datetime) -> Iterator[None]:
    """While Sam should be there."""
    with clock.fixed(DURING):
        yield


def stored(app: Flask, path: str) -> Booking:
    with app.app_context():
        return db.session.get(Booking, int(path.rpartition("/")[2]))


def link_status(app: Flask) -> LinkStatus:
    with app.app_context():
        return db.session.scalars(db.select(OneTimeLink.status)).one()


def event_names(app: Flask, path: str) -> list[str]:
    with app.app_context():
        return [event.name for event in events.of_booking(stored(app, path).id)]


def cancel_in_between(app: Flask, path: str) -> None:
    with app.app_context(), transaction():
        service.cancel(stored(app, path).id, Party.CONTACT, "Ill", NOW)


def test_shows_everything_about_it(app: Flask, client: FlaskClient, calendar: Calendar):
    answers = [{"label": "What about?", "answer": "Two\nlines"}]
    with app.app_context():
        made = book(wish(calendar, None, at(9), attendee=YUKI, answers=answers), NOW)
    page = client.get(f"/bookings/{made.id}").text
    for words in (
        "Wednesday 2 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)",
        "For Yuki Tanaka: Wednesday 2 December 2026, 17:00 to 17:30 (Tokyo time, UTC+9)",
        'href="mailto:yuki%2Ba%26b@example.org?subject=',
        'href="tel:+81312345678"',
        "12 Water Street",
        "What about?",
        "Two\nlines",
        "Booked by Yuki Tanaka with the public page",
        stored(app, f"/{made.id}").reference,
    ):
        assert words in page


def test_says_the_contacts_time_only_when_their_clocks_differ(client: FlaskClient, path: str):
    assert "For Sam Lee:" not in client.get(path).text


def test_leads_to_its_link(client: FlaskClient, calendar: Calendar, path: str):
    page = client.get(path).text
    address = re.search(rf'href="(/calendars/{calendar.id}/links/\d+)"', page)[1]
    assert client.get(address).status_code == 200
    assert "Used" in page


def test_says_what_was_agreed_though_the_calendar_has_changed(
    app: Flask, client: FlaskClient, calendar: Calendar, path: str
):
    with app.app_context(), transaction():
        changed = db.session.get(Calendar, calendar.id)
        changed.location_kind, changed.location_detail = LocationKind.VIDEO, "https://elsewhere.example"
        changed.tz, changed.duration_minutes = "Asia/Tokyo", 90
        changed.weekly_hours = [[]] * 7
    for instant, chip in ((NOW, "Confirmed"), (AFTER, "Confirmed")):
        with clock.fixed(instant):
            page = client.get(path).text
            assert "Wednesday 2 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)" in page
            assert "12 Water Street" in page
            assert "elsewhere" not in page
            assert chip in page
    cancel_in_between(app, path)
    assert "12 Water Street" in client.get(path).text


def test_calendar_file_is_the_hosts_own(app: Flask, client: FlaskClient, path: str):
    """The contact's manage address is their secret: it is not in the host's copy."""
    answer = client.get(f"{path}/booking.ics")
    event = ICalendar.from_ical(answer.data).walk("VEVENT")[0]
    booking = stored(app, path)
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="booking-{booking.reference}.ics"'
    assert (event["UID"], event["STATUS"], event["SEQUENCE"]) == (booking.uid, "CONFIRMED", 0)
    assert event["SUMMARY"] == "Intro call: Sam Lee"
    assert b"/m/" not in answer.data
    cancel_in_between(app, path)
    event = ICalendar.from_ical(client.get(f"{path}/booking.ics").data).walk("VEVENT")[0]
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)


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


def test_a_booking_that_is_over_is_not_cancelled(app: Flask, client: FlaskClient, path: str):
    token = form_token(client.get(f"{path}/cancel"))
    with clock.fixed(AFTER):
        assert client.get(f"{path}/cancel").location == path
        assert "Cancel booking" not in client.get(path).text
        answer = client.post(f"{path}/cancel", data={"csrf_token": token})
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
def test_strangers_get_404_and_change_nothing(app: Flask, path: str):
    """R20: Cleo with her own session and a token of her own, Ben who is booked by other calendars, and nobody."""
    ben, nobody = make_person(app, "Ben Okri"), app.test_client()
    with app.app_context(), transaction():
        mine = update(Membership).where(Membership.user_id == ben.id)
        db.session.execute(mine.values(account_id=stored(app, path).account_id, role=Role.MEMBER))
    for person in (ben, make_person(app, "Cleo Stern")):
        browser = app.test_client()
        sign_in(browser, person)
        token = form_token(browser.get("/account"))
        for page in (path, f"{path}/cancel", f"{path}/booking.ics", "/bookings/999999"):
            assert browser.get(page).status_code == 404
        for action, fields in (("cancel", {"reason": "Mine"}), ("no-show", {"came": "no"})):
            assert browser.post(f"{path}/{action}", data={"csrf_token": token, **fields}).status_code == 404
    for page in (path, f"{path}/cancel", f"{path}/booking.ics"):
        assert nobody.get(page).location.startswith("/sign-in")
    assert (stored(app, path).cancelled_at, stored(app, path).no_show_at) == (None, None)


@pytest.mark.usefixtures("at_its_time")
@pytest.mark.parametrize(("action", "field", "value"), [("cancel", "reason", "x"), ("no-show", "came", "no")])
def test_forms_need_their_token(
    app: Flask, client: FlaskClient, path: str, action: str, field: str, value: str
):
    """R23."""
    for token in ({}, {"csrf_token": "made up"}):
        assert client.post(f"{path}/{action}", data={field: value, **token}).status_code == 403
    assert (stored(app, path).cancelled_at, stored(app, path).no_show_at) == (None, None)


@pytest.mark.parametrize("number", ["0", "9007199254740992", "99999999999999999999", "-1", "x"])
def test_odd_numbers_are_not_found(client: FlaskClient, ada: User, number: str):
    """R26."""
    assert client.get(f"/bookings/{number}").status_code == 404


def test_nasty_text_is_shown_as_text(app: Flask, client: FlaskClient, ada: User):
    """R24: in every field of the booking, of its calendar and of the reason."""
    with app.app_context():
        calendar = make_calendar(ada, name=NASTY, location_kind=LocationKind.CUSTOM, location_detail=NASTY)
        nasty = Attendee(NASTY, 'a"><script>alert(1)</script>@x.org', NASTY[:32], "Asia/Tokyo", "en_GB")
        answers = [{"label": NASTY, "answer": NASTY}]
        link = make_link(calendar, for_name=NASTY)
        path = f"/bookings/{book(wish(calendar, link, at(9), attendee=nasty, answers=answers), NOW).id}"
    pages = [client.get(path).text, client.get(f"{path}/cancel").text]
    send(client, f"{path}/cancel", reason=NASTY)
    pages.append(client.get(path).text)
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "{{ 7*7 }}" in page
    ics = client.get(f"{path}/booking.ics")
    assert len(ICalendar.from_ical(ics.data).walk("VEVENT")) == 1


def test_line_ends_make_no_lines_of_a_calendar_file(app: Flask, client: FlaskClient, calendar: Calendar):
    """R24."""
    evil = Attendee("Sam\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nX", "sam@example.org", "", "UTC", "en_GB")
    with app.app_context():
        made = book(wish(calendar, None, at(9), attendee=evil), NOW)
    assert len(ICalendar.from_ical(client.get(f"/bookings/{made.id}/booking.ics").data).walk("VEVENT")) == 1


def test_a_members_page_has_no_links_they_cannot_open(app: Flask, ada: User, calendar: Calendar):
    """Ben was booked by a calendar that is now Ada's: he sees the booking, and no way to what is hers."""
    ben = make_person(app, "Ben Okri")
    with app.app_context():
        with transaction():
            mine = update(Membership).where(Membership.user_id == ben.id)
            db.session.execute(mine.values(account_id=calendar.account_id, role=Role.MEMBER))
        his = make_calendar(ben, account_id=calendar.account_id)
        path = f"/bookings/{make_booking(his, make_link(his)).id}"
        with transaction():
            his.host_id = ada.id
    browser = app.test_client()
    sign_in(browser, ben)
    page = browser.get(path).text
    assert "Sam Lee" in page
    assert f"/calendars/{his.id}" not in page
