"""The page of one booking: facts, history, cancelling, no-show, calendar file. Covers R20, R23, R24 and S9 here."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar as ICalendar
from sqlalchemy import update

from app import clock
from app.accounts.models import Membership, Role, User
from app.bookings.booking_step import Attendee, book
from app.calendars.models import Calendar, LocationKind
from app.db import db, transaction
from tests.factories import NOW, at, make_booking, make_calendar, make_link, wish
from tests.http.booking_people import AFTER, cancel_in_between, stored
from tests.people import form_token, make_person, send, sign_in

pytestmark = pytest.mark.usefixtures("now")
NASTY = "<script>alert(1)</script>{{ 7*7 }}\"'><img src=x onerror=alert(1)>"
YUKI = Attendee("Yuki Tanaka", "yuki+a&b@example.org", "+81312345678", "Asia/Tokyo", "en_GB")


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


def test_texts_from_people_have_the_direction_of_their_script(
    app: Flask, client: FlaskClient, calendar: Calendar
):
    attendee = Attendee("שרה לוי", "sara@example.org", "", "Europe/Berlin", "en_GB")
    with app.app_context():
        asked = wish(
            calendar, None, at(12), attendee=attendee, answers=[{"key": "q", "label": "למה", "answer": "כי"}]
        )
        path = f"/bookings/{book(asked, NOW).id}"
    page, listed = client.get(path).text, client.get("/bookings").text
    for part in (
        '<dd><span dir="auto">שרה לוי</span></dd>',
        '<dt dir="auto">למה</dt>',
        '<dd class="prose" dir="auto">כי</dd>',
    ):
        assert part in page
    assert '<span dir="auto">שרה לוי</span>' in listed
