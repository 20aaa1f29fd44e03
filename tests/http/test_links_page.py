"""The page of one link, its options, and sharing it."""

from datetime import timedelta

import pytest

from app.db import db, transaction
from app.errors import Conflict
from app.links import service, sightings
from app.links.models import LinkStatus, OneTimeLink, SightingKind

from ..factories import NOW, make_contact
from ..forms_on_page import submit
from .link_pages import make_links


@pytest.fixture
def links(app, now):
    return make_links(app)


def see(app, link, kind, *minutes):
    with app.app_context():
        for after in minutes:
            sightings.note(link, kind, NOW + timedelta(minutes=after))
            sightings.flush()


def test_an_active_link_shows_address_code_facts_and_preview(links):
    link = links.make(for_name="Sam Lee", note="VIP")
    page = links.get(links.page(link)).text
    address = f"http://slotkey.test/o/{links.token(link)}"
    for part in (
        f'value="{address}"',
        'role="img" aria-label="QR code',
        f"/o/{links.token(link)}",
        "Sam Lee",
        "VIP",
    ):
        assert part in page
    for part in ("Created", "Delete this link?", "Change", "Never"):
        assert part in page


def test_the_timeline_tells_people_from_scanners_and_names_the_zone(app, links):
    """DESIGN 5: what happened, and what was seen, in order."""
    link = links.make()
    see(app, link, SightingKind.FETCHED, -50, -30)
    see(app, link, SightingKind.LOOKED, -29)
    booking = links.use(link)
    see(app, link, SightingKind.REFUSED, 5)
    page = links.get(links.page(link)).text
    told = [
        "Created",
        "Opened, perhaps by a scanner",
        "2 times in all",
        "Opened by a person",
        "Booked",
        "Opened after it was used, and refused",
    ]
    places = [page.index(part, page.index('class="timeline"')) for part in told]
    assert places == sorted(places)
    assert "Times are in Berlin time (UTC+1)." in page
    assert f"/bookings/{booking}" in page
    assert "Wednesday 2 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)" in page


def test_the_timeline_of_the_contact_tells_of_openings_too(app, links):
    link = links.make()
    with app.app_context():
        contact = make_contact(links.scene.stored().account_id)
        with transaction():
            db.session.get_one(OneTimeLink, link).contact_id = contact.id
    see(app, link, SightingKind.FETCHED, -50, -30)
    see(app, link, SightingKind.LOOKED, -20)
    links.use(link)
    see(app, link, SightingKind.REFUSED, 5)
    page = links.get(f"/contacts/{contact.id}").text
    told = [
        "One-time link: opened after it was used, and refused",
        "One-time link: opened by a person",
        "One-time link: opened, perhaps by a scanner",
        "2 times in all",
    ]
    places = [page.index(part, page.index('class="timeline"')) for part in told]
    assert places == sorted(places)
    assert page.count(f'/links/{link}">One-time link: opened') == 4


def test_a_dead_link_shows_no_address(links):
    link = links.make()
    token = links.token(link)
    links.post(links.page(link, "delete"))
    page = links.get(links.page(link)).text
    assert token not in page
    assert "Create replacement" in page
    assert "Deleted by Ada Lovelace" in page


def test_deleting_from_the_page_comes_back_to_it(links):
    link = links.make()
    answer = links.post(links.page(link, "delete") + "?page=link")
    assert answer.location == links.page(link)
    assert "Link deleted." in links.get(answer.location).text


def test_replacements_name_each_other(links):
    link = links.make()
    links.use(link)
    links.post(links.page(link, "replace"))
    new = links.rows()[-1][0]
    assert f'href="{links.page(new)}"' in links.get(links.page(link)).text
    page = links.get(links.page(new)).text
    assert f'href="{links.page(link)}"' in page
    assert "As a replacement" in page


def test_options_save_what_they_show_without_a_change(links):
    link = links.make(for_name="Sam", for_email="sam@example.org", note="VIP", duration_minutes=45)
    answer = submit(links.scene.client, links.page(link, "edit"), has="for_name")
    assert answer.status_code == 303
    page = links.get(answer.location).text
    assert "Saved" in page
    assert "Changed" not in page


def test_changed_options_are_stored_and_told(links):
    link = links.make(for_name="Sam")
    changes = {"for_name": "Ana", "expires_on": "2026-12-31", "offered_times": "2026-12-09T09:00"}
    answer = submit(links.scene.client, links.page(link, "edit"), has="for_name", **changes)
    page = links.get(answer.location).text
    for part in ("Ana", "at the end of 31 Dec", "Wed 9 Dec 09:00 Berlin", "Changed by Ada Lovelace"):
        assert part in page
    assert "name, expiry date, offered times" in page


def test_a_bad_change_keeps_what_was_typed_and_stores_nothing(links):
    link = links.make(for_name="Sam")
    before = links.rows()
    path = links.page(link, "edit")
    answer = submit(links.scene.client, path, has="for_name", for_name="Ana", expires_on="2020-01-01")
    assert answer.status_code == 422
    assert 'value="Ana"' in answer.text
    assert 'value="2020-01-01"' in answer.text
    assert "not over yet" in answer.text
    assert links.rows() == before


def test_a_link_used_while_its_options_were_open_is_refused(links):
    link = links.make()
    token_page = links.get(links.page(link, "edit"))
    assert token_page.status_code == 200
    links.use(link)
    answer = links.post(links.page(link, "edit"), note="late")
    assert answer.status_code == 409
    assert "used in the meantime" in answer.text
    assert links.rows()[0][1] == LinkStatus.USED
    assert 'class="timeline"' in answer.text
    assert '<dt>Note</dt><dd><span dir="auto">late</span></dd>' in answer.text


def test_a_link_used_while_it_was_being_changed_keeps_what_was_typed(links, monkeypatch):
    """The booking comes between reading the link and writing it."""
    link = links.make()

    def too_late(*_):
        raise Conflict(service.NOT_CHANGED[LinkStatus.USED])

    monkeypatch.setattr(service, "update_link", too_late)
    answer = links.post(links.page(link, "edit"), note="late", for_name="Ana")
    assert answer.status_code == 409
    assert "What you typed was not saved" in answer.text
    assert '<dd><span dir="auto">Ana</span></dd>' in answer.text


def test_deleting_a_link_that_was_used_meanwhile_shows_the_link(links):
    link = links.make(for_name="Sam")
    links.use(link)
    answer = links.post(links.page(link, "delete"))
    assert answer.status_code == 409
    assert "This link has been used." in answer.text
    assert 'class="timeline"' in answer.text
    assert "What you typed" not in answer.text


def test_a_length_of_hours_is_said_in_hours(links):
    link = links.make(duration_minutes=480)
    assert "8 hours" in links.get(links.page(link)).text
    assert "(8 hours)" in links.get(links.page(link, "share")).text


def test_sharing_has_a_message_that_says_once_and_names_the_zone(links):
    link = links.make(for_name="Sam Lee", for_email="sam@example.org")
    page = links.get(links.page(link, "share")).text
    for part in (
        "Hello Sam,",
        f"http://slotkey.test/o/{links.token(link)}",
        "works once",
        "Berlin time (UTC+1)",
        'href="mailto:sam%40example.org?subject=',
        'href="sms:?body=',
        "<svg",
    ):
        assert part in page


def test_the_shared_part_is_part_of_the_page(links):
    link = links.make()
    path = links.page(link, "share")
    part = links.get(path, headers={"HX-Request": "true", "HX-Target": "div#share"}).text
    assert part.startswith('<div id="share"')
    assert part.strip() in links.get(path).text
