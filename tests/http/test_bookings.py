"""The lists of bookings. Covers R20, R24 and S9 for this page."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app import clock
from app.accounts.models import Membership, Role, User
from app.bookings import lists, service
from app.bookings.booking_step import Attendee, book
from app.bookings.models import Party
from app.calendars.models import Calendar
from app.db import db, transaction
from tests.factories import NOW, account_of, at, make_booking, make_calendar, make_link, wish
from tests.people import make_person, sign_in

pytestmark = pytest.mark.usefixtures("now")
NASTY = "<script>alert(1)</script>{{ 7*7 }}\"'><img src=x onerror=alert(1)>"
HTMX = {"HX-Request": "true", "HX-Target": "section#bookings"}


@pytest.fixture
def ada(app: Flask, client: FlaskClient) -> User:
    """Signed in, in `client`."""
    person = make_person(app)
    sign_in(client, person)
    return person


def inside(app: Flask, work: Callable[[], object]) -> object:
    with app.app_context():
        return work()


def calendar_of(app: Flask, user: User, **changes: object) -> Calendar:
    return inside(app, lambda: make_calendar(user, **changes))


def browser_of(app: Flask, user: User) -> FlaskClient:
    browser = app.test_client()
    sign_in(browser, user)
    return browser


def whens(page: str) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*><a href="[^"]+">([^<]+)</a>', page)


def test_lists_bookings_with_zone_contact_calendar_and_link(app: Flask, client: FlaskClient, ada: User):
    calendar = calendar_of(app, ada)
    with app.app_context():
        link = make_link(calendar)
        make_booking(calendar, link)
        book(
            wish(calendar, None, at(10), attendee=Attendee("Yuki", "y@x.org", "", "Asia/Tokyo", "en_GB")), NOW
        )
    page = client.get("/bookings").text
    assert whens(page) == ["Wed 2 Dec 09:00 Berlin", "Wed 2 Dec 10:00 Berlin"]
    assert "Wed 2 Dec 18:00 Tokyo for the contact" in page
    assert page.count("for the contact") == 1
    assert f'href="/calendars/{calendar.id}/links/{link.id}"' in page
    assert all(
        words in page for words in ("Sam Lee", "sam@example.org", "Intro call", "Confirmed", "Public page")
    )


def test_sections_are_links_with_counts(app: Flask, client: FlaskClient, ada: User):
    calendar = calendar_of(app, ada)
    with app.app_context():
        made = [make_booking(calendar, start=at(hour)) for hour in (9, 10, 11)]
        with transaction():
            service.cancel(made[0].id, Party.HOST, "", NOW)
    with clock.fixed(NOW + timedelta(days=1, hours=1, minutes=31)):
        for status, shown in (("upcoming", "11:00"), ("past", "10:00"), ("cancelled", "09:00")):
            page = client.get(f"/bookings?status={status}").text
            links = re.findall(r'<a id="bookings-([\w-]+)" ([^>]*)>[\w ]+ <span class="count">\((\d)\)', page)
            assert [(name, count) for name, _, count in links] == [
                ("upcoming", "1"),
                ("past", "1"),
                ("cancelled-or-declined", "1"),
            ]
            (current,) = [name for name, attributes, _ in links if "aria-current" in attributes]
            assert current.startswith(status)
            assert whens(page) == [f"Wed 2 Dec {shown} Berlin"]


def test_strangers_see_nothing_of_it(app: Flask, client: FlaskClient, ada: User):
    """R20."""
    calendar = calendar_of(app, ada)
    inside(app, lambda: make_booking(calendar))
    nobody = app.test_client().get("/bookings")
    assert (nobody.status_code, nobody.location.partition("?")[0]) == (302, "/sign-in")
    cleo = browser_of(app, make_person(app, "Cleo Stern"))
    assert "Sam Lee" not in cleo.get("/bookings").text
    answer = cleo.get(f"/bookings?calendar={calendar.id}")
    assert answer.status_code == 422
    assert "There is no such calendar." in answer.text
    assert "Sam Lee" not in answer.text


def test_member_sees_only_their_own(app: Flask, client: FlaskClient, ada: User):
    ben = make_person(app, "Ben Okri")
    with app.app_context():
        account = account_of(ada)
        with transaction():
            db.session.execute(
                update(Membership)
                .where(Membership.user_id == ben.id)
                .values(account_id=account, role=Role.MEMBER)
            )
        make_booking(make_calendar(ada), start=at(9))
        make_booking(make_calendar(ben, account_id=account), start=at(10))
    assert whens(browser_of(app, ben).get("/bookings").text) == ["Wed 2 Dec 10:00 Berlin"]
    assert len(whens(client.get("/bookings").text)) == 2


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("from=2026-12-03", ["Thu 3 Dec 09:00 Berlin"]),
        ("until=2026-12-02", ["Wed 2 Dec 09:00 Berlin"]),
        ("from=2026-12-02&until=2026-12-02", ["Wed 2 Dec 09:00 Berlin"]),
        ("from=2026-12-04", []),
        ("calendar=999&from=2026-12-03", ["Thu 3 Dec 09:00 Berlin"]),
        ("status=nonsense&per=7&after=zzz", ["Wed 2 Dec 09:00 Berlin", "Thu 3 Dec 09:00 Berlin"]),
        ("after=99999999999999999999-1&before=1-", ["Wed 2 Dec 09:00 Berlin", "Thu 3 Dec 09:00 Berlin"]),
    ],
)
def test_filters(app: Flask, client: FlaskClient, ada: User, query: str, shown: list[str]):
    calendar = calendar_of(app, ada)
    with app.app_context():
        for days in (1, 2):
            make_booking(calendar, start=at(9, days=days))
    assert whens(client.get(f"/bookings?{query}").text) == shown


@pytest.mark.parametrize(
    ("query", "sentence", "kept"),
    [
        ("from=32+Dec", "Enter a date, such as 2027-03-31.", 'value="32 Dec"'),
        ("until=99999-01-01", "Enter a date, such as 2027-03-31.", 'value="99999-01-01"'),
        ("from=0001-01-01", "Enter a date between 2000 and 2100.", 'value="0001-01-01"'),
        ("from=2026-12-05&until=2026-12-02", "Until is before From.", 'value="2026-12-02"'),
    ],
)
def test_bad_dates_get_a_sentence_and_stay(
    client: FlaskClient, ada: User, query: str, sentence: str, kept: str
):
    answer = client.get(f"/bookings?{query}")
    assert answer.status_code == 422
    assert "<title>Error: Bookings" in answer.text
    assert sentence in answer.text
    assert kept in answer.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "No bookings yet."),
        ("?status=past", "No bookings yet."),
        ("?status=cancelled&from=2026-12-01", "No cancelled or declined bookings match."),
        ("?after=1764576000-1", "No more bookings here."),
    ],
)
def test_an_empty_list_says_what_is_missing(client: FlaskClient, ada: User, query: str, words: str):
    assert words in client.get(f"/bookings{query}").text


def test_an_empty_section_says_so_when_others_are_not(app: Flask, client: FlaskClient, ada: User):
    calendar = calendar_of(app, ada)
    inside(app, lambda: make_booking(calendar))
    assert "No cancelled or declined bookings." in client.get("/bookings?status=cancelled").text


def test_fragment_is_part_of_the_page(app: Flask, client: FlaskClient, ada: User):
    calendar = calendar_of(app, ada)
    inside(app, lambda: make_booking(calendar))
    fragment = client.get("/bookings", headers=HTMX)
    assert fragment.text.strip().startswith("<section")
    assert fragment.text.strip() in client.get("/bookings").text
    assert {"HX-Request", "HX-Target"} <= set(fragment.vary)


def test_pages_lead_to_each_other(app: Flask, client: FlaskClient, ada: User):
    calendar = calendar_of(app, ada)
    with app.app_context():
        for days in (1, 2):
            for half_hour in range(15):
                make_booking(calendar, start=at(9 + half_hour // 2, 30 * (half_hour % 2), days=days))
    first = client.get("/bookings").text
    onwards = re.search(r'id="older" href="([^"]+)"[^>]*>Later<', first)[1].replace("&amp;", "&")
    second = client.get(onwards).text
    assert len(whens(first)) == 25
    assert len(set(whens(first) + whens(second))) == 30
    back = re.search(r'id="newer" href="([^"]+)"[^>]*>Earlier<', second)[1].replace("&amp;", "&")
    assert whens(client.get(back).text) == whens(first)
    assert len(whens(client.get("/bookings?per=50").text)) == 30


def test_counts_end_with_a_plus(app: Flask, client: FlaskClient, ada: User, monkeypatch: pytest.MonkeyPatch):
    calendar = calendar_of(app, ada)
    with app.app_context():
        for hour in (9, 10, 11):
            make_booking(calendar, start=at(hour))
    for module in (lists, __import__("app.bookings.routes", fromlist=["x"])):
        monkeypatch.setattr(module, "MOST_COUNTED", 2)
    assert "(2+)" in client.get("/bookings").text


def test_nasty_text_is_shown_as_text(app: Flask, client: FlaskClient, ada: User):
    """R24."""
    calendar = calendar_of(app, ada, name=NASTY)
    nasty = Attendee(NASTY, "sam@example.org", NASTY[:32], "Asia/Tokyo", "en_GB")
    inside(app, lambda: book(wish(calendar, None, at(9), attendee=nasty), NOW))
    page = client.get("/bookings").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7*7 }}" in page
