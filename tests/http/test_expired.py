"""The expired page in its variants. Covers R15, R16 (forged tokens), R18 (headers), R28 (guessing) and P9 for it."""

import secrets
from datetime import timedelta

import pytest

from app.db import db
from app.links import sightings
from app.links.models import LinkSighting, LinkStatus, SightingKind
from app.public.guessing import MOST_WRONG
from tests.factories import NOW, at
from tests.people import make_person, sign_in
from tests.public_pages import Site, title_of

USED, DELETED, EXPIRED, OFF = "used", "deleted", "expired", "off"
TITLES = {
    USED: "This booking link has already been used",
    DELETED: "This booking link is no longer available",
    EXPIRED: "This booking link expired on 30 November",
    OFF: "Dana Reyes is not taking bookings at the moment",
}


def dead_link(site: Site, kind: str, **calendar: object) -> str:
    """The path of a link that books nothing any more; who used it did so in another browser."""
    if kind == OFF:
        return site.link(site.calendar(switched_off_at=NOW, **calendar))
    options = {
        DELETED: {"status": LinkStatus.DELETED, "deleted_at": NOW},
        EXPIRED: {"expires_at": NOW - timedelta(hours=9)},  # midnight in Berlin, after 30 November
    }
    path = site.link(site.calendar(**calendar), **options.get(kind, {}))
    if kind == USED:
        site.book_elsewhere(path, name="Zoe Secret", email="zoe@example.org")
    return path


@pytest.mark.parametrize(("kind", "status"), [(USED, 410), (DELETED, 410), (EXPIRED, 410), (OFF, 200)])
def test_each_variant_says_why_and_names_the_host(site: Site, kind: str, status: int) -> None:
    """R15: GET and HEAD alike, on the picker's and the details' address."""
    path = dead_link(site, kind)
    for address in (path, f"{path}/details?s={at(9)}"):
        answer = site.client.get(address)
        assert (answer.status_code, title_of(answer)) == (status, TITLES[kind])
        assert f'href="mailto:{site.dana.email}"' in answer.text
        assert "Dana Reyes" in answer.text
        head = site.client.head(address)
        assert (head.status_code, head.data) == (status, b"")


@pytest.mark.parametrize("kind", [USED, DELETED, EXPIRED])
def test_stranger_sees_no_booker_and_no_time(site: Site, kind: str) -> None:
    page = site.client.get(dead_link(site, kind)).text
    assert "Zoe" not in page
    assert "zoe@" not in page
    assert "09:00" not in page
    assert "details?s=" not in page


@pytest.mark.parametrize("kind", [USED, DELETED, EXPIRED, OFF])
def test_host_is_not_named_where_the_calendar_hides_them(site: Site, kind: str) -> None:
    page = site.client.get(dead_link(site, kind, expired_shows_host=False)).text
    assert "Dana" not in page
    assert site.dana.email not in page
    assert "Intro call" not in page


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({"expired_contact_kind": "none"}, None),
        (
            {"expired_contact_kind": "email", "expired_contact": "team@example.org"},
            'href="mailto:team@example.org"',
        ),
        ({"expired_contact_kind": "phone", "expired_contact": "+49 30 1234"}, 'href="tel:+49301234"'),
        ({"expired_message": "Back in <May>."}, "Back in &lt;May&gt;."),
        ({"expired_offers_public_link": True, "slug": "dana"}, 'href="/c/dana"'),
    ],
)
def test_calendar_decides_what_it_offers(site: Site, settings: dict, shown: str | None) -> None:
    page = site.client.get(dead_link(site, USED, **settings)).text
    assert shown in page if shown else "mailto:" not in page


def test_standard_link_that_is_off_is_not_offered(site: Site) -> None:
    path = dead_link(site, USED, expired_offers_public_link=True, is_public=False)
    assert "/c/" not in site.client.get(path).text


def test_own_browser_is_shown_its_booking(site: Site) -> None:
    path = site.link()
    manage = site.book(path).location
    answer = site.client.get(path)
    assert (answer.status_code, title_of(answer)) == (410, "You have already booked this")
    assert f'href="{manage}"' in answer.text
    assert "Wednesday 2 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)" in answer.text


def test_own_browser_is_known_by_a_signed_cookie(site: Site) -> None:
    calendar = site.calendar()
    path = site.link(calendar)
    cookie = site.book(path).headers["Set-Cookie"]
    for part in ("booked=", "HttpOnly", "SameSite=Lax", "Path=/o/"):
        assert part in cookie
    value = site.client.get_cookie("booked", path="/o/").value
    site.client.set_cookie("booked", f"{value[:-3]}xxx", path="/o/")
    assert title_of(site.client.get(path)) == TITLES[USED]


def test_cookie_of_one_link_does_not_open_another(site: Site) -> None:
    site.book(site.link())
    theirs = site.link()
    site.book_elsewhere(theirs, at(10), name="Zoe Secret")
    assert title_of(site.client.get(theirs)) == TITLES[USED]


def test_unknown_link_is_404(site: Site) -> None:
    """R15."""
    for token in ("x", secrets.token_urlsafe(24), "%00", "é" * 32, "a" * 5000):
        answer = site.client.get(f"/o/{token}")
        assert (answer.status_code, title_of(answer)) == (404, "We cannot find this booking link")
        assert site.client.post(f"/o/{token}/details", data={}).status_code == 404


@pytest.mark.parametrize(
    "change",
    [str.lower, str.upper, str.swapcase, lambda t: t[:-1], lambda t: f"{t}=", lambda t: f"{t[:31]}\u0661"],
)
def test_altered_token_opens_nothing_and_costs_no_query(site: Site, change: object) -> None:
    """R16."""
    token = site.link().removeprefix("/o/")
    with site.counting_queries() as queries:
        assert site.client.get(f"/o/{change(token)}").status_code == 404
        assert site.client.post(f"/o/{change(token)}/details", data={"s": at(9)}).status_code == 404
    assert queries == []


def test_guessing_is_slowed_without_a_query_and_a_true_link_still_opens(site: Site) -> None:
    """R16, R28: from the guesser's own address too."""
    path = site.link()
    with site.counting_queries() as queries:
        answers = [site.client.get("/o/wrong") for _ in range(MOST_WRONG + 1)]
    assert [answers[-2].status_code, answers[-1].status_code] == [404, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert queries == []
    assert site.client.get(path).status_code == 200
    assert site.client.get("/o/wrong", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404


def test_guessers_of_one_ipv6_network_count_as_one(site: Site) -> None:
    """R28."""
    statuses = [
        site.client.get("/o/wrong", environ_base={"REMOTE_ADDR": f"2001:db8::{n:x}"}).status_code
        for n in range(MOST_WRONG + 1)
    ]
    assert statuses[-1] == 429


@pytest.mark.parametrize("kind", [USED, DELETED, EXPIRED])
def test_programs_get_problem_details(site: Site, kind: str) -> None:
    answer = site.client.get(dead_link(site, kind), headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (410, "application/problem+json")
    assert answer.json["title"] == TITLES[kind]
    assert answer.json["status"] == 410


@pytest.mark.parametrize("kind", [USED, DELETED, EXPIRED, OFF])
def test_costs_one_query(site: Site, kind: str) -> None:
    """P9."""
    path = dead_link(site, kind)
    site.client.get(path)
    with site.counting_queries() as queries:
        site.client.get(path)
    assert len(queries) == 1


def test_pages_with_a_token_are_kept_secret(site: Site) -> None:
    """R18, R19: in every answer."""
    path = site.link()
    manage = site.book(site.link()).location
    for address in (
        path,
        f"{path}/details?s={at(10)}",
        f"{path}/details",
        manage,
        "/o/wrong",
        dead_link(site, USED),
    ):
        headers = site.client.get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "default-src 'none'" in headers["Content-Security-Policy"]


def seen(site: Site) -> dict[str, int]:
    """How often each kind of sighting was counted."""
    with site.app.app_context():
        sightings.flush()
        return {row.kind.value: row.times for row in db.session.scalars(db.select(LinkSighting))}


def test_opening_is_fetched_and_asking_further_is_looked(site: Site) -> None:
    path = site.link()
    site.client.get(path)
    assert seen(site) == {SightingKind.FETCHED: 1}
    site.client.get(f"{path}?day=2026-12-09")
    assert seen(site) == {SightingKind.FETCHED: 1, SightingKind.LOOKED: 1}


def test_opening_after_use_is_refused(site: Site) -> None:
    site.client.get(dead_link(site, DELETED))
    assert seen(site) == {SightingKind.REFUSED: 1}


def test_machines_count_for_little(site: Site) -> None:
    path = site.link()
    site.client.head(path)
    assert seen(site) == {}
    site.client.get(f"{path}?day=2026-12-09", headers={"Sec-Purpose": "prefetch"})
    assert seen(site) == {SightingKind.FETCHED: 1}


def test_own_account_is_not_counted_and_told_so(site: Site) -> None:
    ada = make_person(site.app)
    site.dana = ada
    path = site.link()
    sign_in(site.client, ada)
    assert "this visit is not counted" in site.client.get(path).text
    assert seen(site) == {}
    cleo = make_person(site.app, "Cleo Stranger")
    stranger = site.app.test_client()
    sign_in(stranger, cleo)
    assert "this visit is not counted" not in stranger.get(path).text
    assert seen(site) == {SightingKind.FETCHED: 1}
