"""The recipient check: a stranger who holds the link gets no further, learns nothing, and locks nobody out."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app import clock, create_app
from app.db import db, transaction
from app.events import Event
from app.links import sightings
from app.links.models import LinkSighting, LinkStatus, OneTimeLink, SightingKind

from ..factories import NOW, at, make_calendar, make_link, make_user, token_of
from ..public_pages import SAM, Site, title_of
from ..services.databases import Database, forget, settings_for
from ..services.server import serving
from .inventory import rules
from .test_limits import hammer
from .world import World

TITLE = "Show that this link is yours"
GUARDED = {"for_name": "Sam Secret", "for_email": "sam@example.org", "checks_recipient": True}
TELLTALE = re.compile(r"Sam Secret|Dana|Intro|sam@|Berlin|\d\d:\d\d|href=.[^ ]*details|December")
HTMX = {"HX-Request": "true", "HX-Target": "div#picker"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def path(site: Site) -> str:
    """A link that asks for a code."""
    return site.link(site.calendar(), **GUARDED)


def send_code(client: FlaskClient, path: str, address: str = "127.0.0.1") -> Any:
    return client.post(f"{path}/check", data={"send": "1"}, environ_base={"REMOTE_ADDR": address})


def enter(client: FlaskClient, path: str, code: str) -> Any:
    return client.post(f"{path}/check", data={"code": code})


def let_in(site: Site, path: str) -> None:
    send_code(site.client, path)
    assert enter(site.client, path, site.code_sent()).location == path


def change(site: Site, **values: Any) -> None:
    with site.app.app_context(), transaction():
        db.session.execute(update(OneTimeLink).values(values))


def events(site: Site) -> list[str]:
    with site.app.app_context():
        return sorted(db.session.scalars(db.select(Event.name).where(Event.name.like("recipient%"))))


def is_shut(answer: Any) -> bool:
    return TITLE in (answer.json["title"] if answer.is_json else answer.text) and not TELLTALE.search(
        answer.text
    )


def doors_of(app: Flask) -> Iterator[tuple[str, str]]:
    """Every method and address under a link, but for the check's own, and the one that leads to the link."""
    others = {"public.check_recipient", "public.link_with_slash"}
    for rule in rules(app, {each.endpoint for each in app.url_map.iter_rules()} - others):
        if rule.rule.startswith("/o/<"):
            yield from ((method, rule.rule.partition(">")[2]) for method in rule.methods - {"OPTIONS"})


@pytest.mark.parametrize("headers", [{}, HTMX, JSON, {"Sec-Purpose": "prefetch"}], ids=str)
def test_no_door_opens_and_none_says_anything(site: Site, path: str, headers: dict) -> None:
    """Page, fragment, details, booking, JSON, and whatever is added under /o/<token> later."""
    found = set(doors_of(site.app))
    assert {("GET", ""), ("GET", "/details"), ("POST", "/details"), ("HEAD", ""), ("POST", "/ask")} <= found
    form = site.form(site.link())
    for method, end in found:
        for query in ("", f"?s={at(9)}", "?day=2026-12-09", "?tz=Asia/Tokyo&zones=1", "?sent=1"):
            answer = site.client.open(f"{path}{end}{query}", method=method, headers=headers, data=form)
            expected = 403 if method == "POST" or headers == JSON else 200
            assert answer.status_code == expected, (method, end, query)
            assert answer.data == b"" if method == "HEAD" else is_shut(answer), (method, end, query)
    assert site.bookings() == []
    assert LinkStatus.USED not in site.statuses()
    assert events(site) == []


def test_the_code_opens_every_door(site: Site, path: str) -> None:
    sent = send_code(site.client, path)
    assert (sent.status_code, sent.location) == (303, f"{path}/check?asked=1")
    page = site.client.get(sent.location).text
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    assert "s***@example.org" in page
    passed = enter(site.client, path, site.code_sent())
    assert (passed.status_code, passed.location) == (303, path)
    cookie = next(each for each in passed.headers.getlist("Set-Cookie") if each.startswith("recipient="))
    for part in ("HttpOnly", "SameSite=Lax", "Path=/o/"):
        assert part in cookie
    assert "Expires" not in cookie  # ends with the browser's session
    assert "Intro call" in site.client.get(path).text
    assert site.client.get(f"{path}?day=2026-12-09", headers=HTMX).status_code == 200
    assert site.client.get(f"{path}/check").location == path
    assert site.book(path).status_code == 303
    assert events(site) == ["recipient_check_passed", "recipient_code_asked"]


def test_passing_costs_no_query_later(site: Site, path: str) -> None:
    """P9."""
    plain = site.link(site.calendar())
    let_in(site, path)
    counts = []
    for each in (path, plain):
        site.client.get(each)
        with site.counting_queries() as queries:
            assert site.client.get(each).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("typed", ["{} {}", " {}-{} ", "{}{}\u200b"])
def test_code_may_be_typed_in_groups(site: Site, path: str, typed: str) -> None:
    send_code(site.client, path)
    code = site.code_sent()
    assert enter(site.client, path, typed.format(code[:3], code[3:])).status_code == 303


def test_code_may_be_typed_in_other_digits(site: Site, path: str) -> None:
    send_code(site.client, path)
    arabic = site.code_sent().translate({ord(str(n)): 0x0660 + n for n in range(10)})
    assert enter(site.client, path, arabic).status_code == 303


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "x" * 500])
def test_what_is_no_code_costs_no_try(site: Site, path: str, typed: str) -> None:
    send_code(site.client, path)
    for _ in range(7):
        answer = enter(site.client, path, typed)
        assert (answer.status_code, "Enter the 6 digits" in answer.text) == (422, True)
    assert enter(site.client, path, site.code_sent()).status_code == 303


def test_five_wrong_codes_end_it(site: Site, path: str) -> None:
    send_code(site.client, path)
    said = [enter(site.client, path, site.code_sent(n)).text for n in range(1, 6)]
    assert "You have 4 more tries." in said[0]
    assert "You have 1 more try." in said[3]
    assert "it was the last try" in said[4]
    for page in (said[4], enter(site.client, path, site.code_sent()).text, site.client.get(path).text):
        assert 'name="code"' not in page  # nothing is left to enter it for
        assert 'name="send"' in page
    answer = enter(site.client, path, site.code_sent())
    assert (answer.status_code, "This code is over." in answer.text) == (422, True)
    assert is_shut(site.client.get(path))
    assert events(site) == [*["recipient_check_failed"] * 5, "recipient_code_asked"]
    send_code(site.client, path)
    assert enter(site.client, path, site.code_sent()).status_code == 303


def test_a_code_lives_a_quarter_of_an_hour(site: Site, path: str) -> None:
    send_code(site.client, path)
    with clock.fixed(NOW + timedelta(minutes=14, seconds=59)):
        assert "Send another code" in site.client.get(path).text
    with clock.fixed(NOW + timedelta(minutes=15)):
        assert "Send a code to s***@example.org" in site.client.get(path).text
        answer = enter(site.client, path, site.code_sent())
        assert (answer.status_code, "This code is over." in answer.text) == (422, True)


def test_code_works_only_where_it_was_asked_for(site: Site, path: str) -> None:
    """Another browser with the right code, and the cookie of another link."""
    send_code(site.client, path)
    stranger = site.app.test_client()
    assert enter(stranger, path, site.code_sent()).status_code == 422
    other = site.link(site.calendar(), **GUARDED)
    assert enter(site.client, other, site.code_sent()).status_code == 422
    assert is_shut(stranger.get(path))
    assert is_shut(site.client.get(other))


def test_pass_of_one_link_opens_no_other(site: Site, path: str) -> None:
    other = site.link(site.calendar(), **GUARDED)
    let_in(site, path)
    assert is_shut(site.client.get(other))


@pytest.mark.parametrize("name", ["recipient", "code"])
def test_forged_cookies_open_nothing(site: Site, path: str, name: str) -> None:
    let_in(site, path)
    value = site.client.get_cookie(name, path="/o/").value
    booked = site.app.test_client()
    for forged in (f"{value[:-2]}xx", value.split(".")[0], "W10.x", "", value[::-1], "a" * 4000):
        forger = site.app.test_client()
        forger.set_cookie(name, forged, path="/o/")
        assert is_shut(forger.get(path))
        assert enter(forger, path, site.code_sent()).status_code == 422
    # Each cookie has a key of its own: one is no use in another's place.
    other = {"recipient": "code", "code": "recipient"}[name]
    booked.set_cookie(other, value, path="/o/")
    assert is_shut(booked.get(path))


def test_another_address_stops_passes_and_codes(site: Site, path: str) -> None:
    let_in(site, path)
    asked = site.app.test_client()
    send_code(asked, path)
    code = site.code_sent()
    change(site, for_email="other@example.org")
    assert is_shut(site.client.get(path))
    assert enter(asked, path, code).status_code == 422
    assert "o***@example.org" in site.client.get(path).text
    change(site, for_email="SAM@example.org")  # the same one
    assert site.client.get(path).status_code == 200
    assert "Intro call" in site.client.get(path).text


def test_a_booking_without_the_code_stands_on_the_timeline(site: Site, path: str) -> None:
    """Apart from openings, however often it is sent; only a booking does."""
    site.client.get(path)
    for end in ("/ask", "/details", "/details"):
        site.client.post(f"{path}{end}", data={"s": at(9), "key": "x", **SAM})
    with site.app.app_context():
        sightings.flush()
        seen = db.session.execute(db.select(LinkSighting.kind, LinkSighting.times))
        assert sorted(seen.all()) == [(SightingKind.BARRED, 1), (SightingKind.FETCHED, 1)]


def test_switching_the_check_on_shuts_a_page_that_was_open(site: Site) -> None:
    path = site.link(site.calendar(), for_email="sam@example.org")
    form = site.form(path)
    change(site, checks_recipient=True)
    assert is_shut(site.client.post(f"{path}/details", data=form))
    assert site.bookings() == []


def test_dead_links_need_no_code_and_closed_calendars_stay_hidden(site: Site, path: str) -> None:
    shut = site.link(site.calendar(switched_off_at=NOW), **GUARDED)
    assert is_shut(site.client.get(shut))
    change(site, status=LinkStatus.DELETED, deleted_at=NOW)
    assert title_of(site.client.get(path)) == "This booking link is no longer available"
    for answer in (site.client.get(f"{path}/check"), send_code(site.client, path)):
        assert answer.location == path
    assert events(site) == []


def test_nothing_opens_while_the_mail_waits_or_fails(site: Site, path: str) -> None:
    """No mail was even queued here; what became of it changes nothing on the page."""
    send_code(site.client, path)
    assert is_shut(site.client.get(path))
    assert enter(site.client, path, site.code_sent(1)).status_code == 422
    assert is_shut(site.client.get(path))


def test_only_who_manages_the_link_looks_without_a_code(world: World) -> None:
    with world.app.app_context(), transaction():
        db.session.get(OneTimeLink, world.ids["link_id"]).checks_recipient = True
    assert "You are looking at your own link" in world.browser("ada").get(world.link_path).text
    for who in ("ben", "cleo", "nobody"):
        assert TITLE in world.browser(who).get(world.link_path).text


def test_stranger_cannot_lock_the_recipient_out(site: Site, path: str) -> None:
    """From one network: not by tries, not by codes, not for a browser that has passed."""
    let_in(site, path)
    stranger = site.app.test_client()
    asked = [send_code(stranger, path, "203.0.113.7") for _ in range(6)]
    assert [answer.status_code for answer in asked] == [303] * 4 + [429] * 2
    assert asked[-1].headers["Retry-After"] == "3600"  # the hour has just begun
    assert "you can ask for another one in 60 minutes." in asked[-1].text
    assert is_shut(asked[-1])
    for wrong in range(1, 7):
        enter(stranger, path, site.code_sent(wrong))
    assert "Intro call" in site.client.get(path).text
    new_browser = Site(site.app, site.app.test_client())
    let_in(new_browser, path)


def test_codes_of_a_link_are_limited_whatever_the_network(site: Site, path: str) -> None:
    """40 a day; one network has 8 of them, and a code that was sent still opens."""
    recipient = site.app.test_client()
    send_code(recipient, path, "198.51.100.1")
    code, answers = site.code_sent(), []
    for hour in range(4):
        with clock.fixed(NOW + timedelta(hours=hour)):
            for network in range(2, 12):
                answers += [
                    send_code(site.app.test_client(), path, f"198.51.100.{network}") for _ in range(3)
                ]
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(303), set(statuses)) == (39, {303, 429})
    assert enter(recipient, path, code).status_code == 303


def test_factor_of_limits_leaves_those_of_codes(database: Database, tmp_path: Path, now: object) -> None:
    """Widening them would widen the odds of guessing."""
    app = create_app(settings_for(database.url, tmp_path, rate_limit_factor=1000))
    wide = Site(app, app.test_client())
    path = wide.link(wide.calendar(), **GUARDED)
    assert [send_code(wide.client, path).status_code for _ in range(5)] == [303] * 4 + [429]
    forget(app)


def test_sent_code_can_be_entered_on_the_page_that_refuses_another(site: Site, path: str) -> None:
    answers = [send_code(site.client, path) for _ in range(5)]
    assert answers[-1].status_code == 429
    assert 'autocomplete="one-time-code"' in answers[-1].text
    assert enter(site.client, path, site.code_sent()).status_code == 303


def test_browser_without_cookies_is_told(site: Site, path: str) -> None:
    fresh = site.app.test_client(use_cookies=False)
    page = fresh.get(send_code(fresh, path).location).text
    assert "Your browser keeps no cookies here" in page


def test_code_stands_in_no_row(site: Site, path: str) -> None:
    """R18: nor in an event; what the database holds is a random number and a key's name."""
    let_in(site, path)
    code = site.code_sent()
    with site.app.app_context():
        for table in db.metadata.sorted_tables:
            for row in db.session.execute(db.select(table)):
                assert not any(code in str(value) for value in row if isinstance(value, str | dict | list)), (
                    table
                )


def test_processes_limit_codes_together(database: Database, app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        path = f"/o/{token_of(make_link(make_calendar(make_user('Dana Reyes')), **GUARDED))}"
    (tmp_path / "place").mkdir()
    with serving(database.url, tmp_path / "place", web_processes=3) as server:
        answers = hammer(server, 20, "POST", f"{path}/check", {"send": "1"})
        assert server.errors() == []
        assert path.rpartition("/")[2] not in server.log
    assert (answers.count(303), answers.count(429)) == (4, 16)
