"""What hosts and contacts wrote, on the public pages; and what a host reads there about their own link."""

import re

from app.db import db, transaction
from tests.factories import at, make_calendar, make_link, token_of
from tests.people import make_person, sign_in
from tests.public_pages import Site

ARABIC = "مرحبا!"
QUESTION = {"id": "q1", "label": ARABIC, "kind": "long_text", "required": True}


def test_texts_of_any_script_find_their_own_direction(site: Site) -> None:
    path = site.link(site.calendar(name=ARABIC, description=ARABIC, questions=[QUESTION]))
    picker = site.client.get(path).text
    assert f'<h1 tabindex="-1" dir="auto">{ARABIC}</h1>' in picker
    assert f'<p class="prose" dir="auto">{ARABIC}</p>' in picker
    form = site.client.get(f"{path}/details?s={at(9)}").text
    assert f"<bdi>{ARABIC}</bdi> with <bdi>Dana Reyes</bdi>" in form
    fields = re.findall(r"<(?:input|textarea)[^>]*dir=\"auto\"[^>]*>", form)
    assert [re.search(r' name="([^"]+)"', field)[1] for field in fields] == ["name", "question-q1"]


def test_booking_shows_answers_and_reason_in_their_own_direction(site: Site) -> None:
    path = site.link(site.calendar(questions=[QUESTION]))
    booked = site.book(path, name=ARABIC, **{"question-q1": ARABIC}).location
    page = site.client.get(booked).text
    assert f'<dt dir="auto">{ARABIC}</dt><dd class="prose" dir="auto">{ARABIC}</dd>' in page
    assert f"<bdi>{ARABIC}</bdi>, sam@example.org" in page


def test_message_of_the_host_finds_its_own_direction(site: Site) -> None:
    path = site.link(site.calendar(expired_message=ARABIC))
    site.book(path)
    page = site.app.test_client().get(path).text
    assert f'<p class="prose" dir="auto">{ARABIC}</p>' in page


def test_initials_are_letters(site: Site) -> None:
    with site.app.app_context(), transaction():
        db.session.merge(site.dana).name = "Asha & (Zoe) Co"
    assert '<span class="avatar" aria-hidden="true">AZ</span>' in site.client.get(site.link()).text


def test_host_is_told_that_booking_uses_the_link_up(site: Site) -> None:
    dana = make_person(site.app, "Dana Host")
    with site.app.app_context():
        calendar = make_calendar(dana, slug="host")
        path = f"/o/{token_of(make_link(calendar))}"
    said = "Booking here would use the link up."
    assert said not in site.client.get(f"{path}/details?s={at(9)}").text
    sign_in(site.client, dana)
    assert said in site.client.get(f"{path}/details?s={at(9)}").text
    assert said not in site.client.get(f"/c/host/details?s={at(9)}").text


def test_way_to_all_times_says_what_is_lost_on_it(site: Site) -> None:
    path, said = site.link(), "You would type your details again."
    assert said in site.client.post(f"{path}/details", data={**site.form(path), "s": at(8)}).text
    assert said not in site.client.get(f"{path}/details?s={at(8)}").text
