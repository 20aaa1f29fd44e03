"""The confirmation at /m/<token>. Covers R16 for manage tokens, R18 and R24 for the page and its calendar file."""

import secrets
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update

from app import clock
from app.bookings.models import Booking, BookingStatus, Party
from app.calendars.models import Calendar
from app.db import db, transaction
from app.messaging import notices
from app.messaging.models import Message, MessageState
from tests.factories import NOW, at
from tests.mailing import deliver_all, mails_go_to, react_to
from tests.public_pages import Site, title_of
from tests.services.mail import nowhere

NASTY = "<script>alert(1)</script>\"' {{ 7*7 }}"


def booked(site: Site, calendar: dict | None = None, **form: object) -> str:
    return site.book(site.link(site.calendar(**(calendar or {}))), **form).location


def test_tells_when_with_whom_where_and_the_reference(site: Site) -> None:
    path = booked(site, {"location_detail": "https://meet.example.org/dana"}, tz="Asia/Tokyo")
    page = site.client.get(path).text
    (booking,) = site.bookings()
    for said in (
        "You are booked",
        "Wednesday 2 December 2026, 17:00 to 17:30 (Tokyo time, UTC+9)",
        "For <bdi>Dana Reyes</bdi>: Wednesday 2 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)",
        'href="https://meet.example.org/dana"',
        f"{booking.uid[:4]}-{booking.uid[4:8]}".upper(),
        site.dana.email,
    ):
        assert said in page


@pytest.mark.parametrize(
    ("kind", "detail", "said"),
    [
        ("video", "", "Video call; Dana Reyes sends you the link"),
        ("host_calls", "", "Dana Reyes calls you on +4930901820"),
        ("contact_calls", "+49 30 1", "You call Dana Reyes on +49 30 1"),
        ("in_person", "Main St 1", "Main St 1"),
        ("custom", "", "As arranged with Dana Reyes"),
    ],
)
def test_tells_where(site: Site, kind: str, detail: str, said: str) -> None:
    path = booked(site, {"location_kind": kind, "location_detail": detail}, phone="+49 30 901820")
    assert said in site.client.get(path).text


def test_is_safe_to_reload(site: Site) -> None:
    path = booked(site)
    assert site.client.get(path).text == site.client.get(path).text
    assert len(site.bookings()) == 1


def test_calendar_file_and_links_hold_the_booking_but_no_secret(site: Site) -> None:
    """R18."""
    path = booked(site)
    file = site.client.get(f"{path}/booking.ics")
    assert file.mimetype == "text/calendar"
    assert "DTSTART:20261202T080000Z" in file.text
    page = site.client.get(path).text
    google = next(part for part in page.split('"') if part.startswith("https://calendar.google.com"))
    query = parse_qs(urlsplit(google.replace("&amp;", "&")).query)
    assert query["dates"] == ["20261202T080000Z/20261202T083000Z"]
    assert path.removeprefix("/m/") not in google + file.text
    for name in ("outlook.live.com", "outlook.office.com", "calendar.yahoo.com"):
        assert f"https://{name}" in page


def test_what_people_typed_is_text_everywhere(site: Site) -> None:
    """R24."""
    calendar = {
        "name": NASTY,
        "description": NASTY,
        "questions": [_question(NASTY)],
        "location_detail": NASTY,
    }
    path = booked(site, calendar, name=NASTY, **{"question-q1": f"{NASTY}\r\nEND:VEVENT"})
    page = site.client.get(path).text
    assert "<script>alert" not in page
    assert "{{ 7*7 }}" in page
    file = site.client.get(f"{path}/booking.ics").text
    assert file.count("END:VEVENT") == 1


def _question(label: str) -> dict:
    return {"id": "q1", "label": label, "kind": "long_text", "required": False}


def test_past_booking_offers_nothing(site: Site) -> None:
    path = booked(site)
    with clock.fixed(NOW + timedelta(days=9)):
        page = site.client.get(path)
    assert title_of(page).startswith("This booking was on 2 December")
    assert "calendar.google.com" not in page.text


def test_cancelled_booking_says_so_and_why(site: Site) -> None:
    path = booked(site)
    with site.app.app_context(), transaction():
        booking = db.session.get(Booking, 1)
        booking.status, booking.cancelled_at = BookingStatus.CANCELLED, NOW
        booking.cancelled_by, booking.cancel_reason = Party.HOST, "I am ill."
    page = site.client.get(path)
    assert title_of(page).startswith("This booking was cancelled")
    assert "I am ill." in page.text
    assert "calendar.google.com" not in page.text
    assert "STATUS:CANCELLED" in site.client.get(f"{path}/booking.ics").text


@pytest.mark.parametrize(
    "change", [str.lower, str.upper, lambda t: t[:-1], lambda t: f"{t}A", lambda t: f"{t[:-1]}é"]
)
def test_altered_token_opens_nothing_and_costs_no_query(site: Site, change: object) -> None:
    """R16."""
    token = booked(site).removeprefix("/m/")
    with site.counting_queries() as queries:
        for path in (f"/m/{change(token)}", f"/m/{change(token)}/booking.ics"):
            assert site.client.get(path).status_code == 404
    assert queries == []


def test_link_token_is_no_manage_token(site: Site) -> None:
    """R16."""
    path = site.link()
    manage = site.book(path).location
    assert site.client.get(path.replace("/o/", "/m/")).status_code == 404
    assert site.client.get(manage.replace("/m/", "/o/")).status_code == 404
    assert site.client.get(f"/m/{secrets.token_urlsafe(24)}").status_code == 404


def test_page_is_two_queries(site: Site) -> None:
    """The booking, and what became of the mail about it."""
    path = booked(site)
    with site.counting_queries() as queries:
        site.client.get(path)
    assert len(queries) == 2


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (MessageState.SENT, "We sent it to s***@example.org."),
        (MessageState.SENDING, "A mail with it is on its way to s***@example.org."),
        (MessageState.FAILED, "Our mail to s***@example.org was not delivered, so keep the address"),
        (MessageState.UNCLEAR, "do not know whether it arrived"),
    ],
)
def test_says_what_became_of_the_mail(site: Site, state: MessageState, said: str) -> None:
    path = booked(site)
    assert "s***@" not in site.client.get(path).text  # no mail server is set
    with site.app.app_context():
        react_to("booking_created")
        with mails_go_to(nowhere()):
            deliver_all()
        with transaction():
            db.session.execute(update(Message).values(state=state))
    assert said in site.client.get(path).text


def test_says_at_once_that_a_mail_is_on_its_way(site: Site) -> None:
    path = booked(site)
    with site.app.app_context(), mails_go_to(nowhere()):
        assert "A mail with it is on its way to s***@example.org." in site.client.get(path).text


def test_says_the_same_of_a_request(site: Site) -> None:
    path = booked(site, {"needs_confirmation": True})
    with site.app.app_context(), mails_go_to(nowhere()):
        assert "A mail with it is on its way to s***@example.org." in site.client.get(path).text
        with transaction():
            calendar = db.session.get(Calendar, site.bookings()[0].calendar_id)
            usual = notices.setting_of(calendar.id, "booking_requested")
            off = replace(usual, is_on=False)
            notices.change(
                calendar, "booking_requested", off, seen=usual.mark, actor_id=site.dana.id, now=NOW
            )
        assert "on its way" not in site.client.get(path).text


def test_slot_lies_where_it_was_booked(site: Site) -> None:
    booked(site, None, s=at(10))
    assert int(site.bookings()[0].starts_at.timestamp()) == at(10)
