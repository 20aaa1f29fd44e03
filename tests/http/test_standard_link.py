"""The standard link /c/<slug>: the same pages, again and again. Covers R6, R15 and R28 for it."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from app import clock
from app.db import db, transaction
from app.public.limits import OLDEST_FORM, QUICKEST_PERSON, STANDARD_BOOKINGS
from tests.factories import NOW, at
from tests.public_pages import Site, title_of

LATER = NOW + QUICKEST_PERSON + timedelta(seconds=1)


def book(site: Site, start: int, **changes: object) -> TestResponse:
    """Sam takes three seconds to fill in the form."""
    form = site.form("/c/dana", start, **changes)
    with clock.fixed(LATER):
        return site.client.post("/c/dana/details", data=form)


def test_books_again_and_again(site: Site) -> None:
    site.calendar(slug="dana")
    assert "09:00 to 09:30, Tuesday 1 December" in site.client.get("/c/dana").text
    assert "works once" not in site.client.get("/c/dana").text
    for start in (at(9), at(10)):
        assert "works once" not in site.client.get(f"/c/dana/details?s={start}").text
        assert book(site, start).status_code == 303
    assert [booking.link_id for booking in site.bookings()] == [None, None]
    assert site.client.get("/c/dana").status_code == 200


def test_slot_goes_to_one(site: Site) -> None:
    site.calendar(slug="dana")
    late = site.form("/c/dana")
    book(site, at(9))
    with clock.fixed(LATER):
        answer = site.client.post("/c/dana/details", data=late)
    assert answer.status_code == 409
    assert "09:00 on Wed 2 December (Berlin time) has just been taken." in answer.text


def test_unknown_name_is_404(site: Site) -> None:
    """R15."""
    assert site.client.get("/c/nobody").status_code == 404
    assert site.client.get("/c/nobody/details").status_code == 404
    assert site.client.post("/c/nobody/details").status_code == 404


@pytest.mark.parametrize("off", [{"is_public": False}, {"switched_off_at": NOW}])
def test_switched_off_says_so(site: Site, off: dict) -> None:
    site.calendar(slug="dana", **off)
    answer = site.client.get("/c/dana")
    assert (answer.status_code, title_of(answer)) == (200, "Dana Reyes is not taking bookings at the moment")
    assert site.client.post("/c/dana/details", data={"s": at(9)}).status_code == 409
    assert site.bookings() == []


def test_same_form_sent_twice_gets_its_own_confirmation(site: Site) -> None:
    """R6."""
    site.calendar(slug="dana")
    form = site.form("/c/dana")
    with clock.fixed(LATER):
        answers = [site.client.post("/c/dana/details", data=form) for _ in range(2)]
        other = site.client.post("/c/dana/details", data={**form, "s": at(11)})
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert other.status_code == 409
    assert len(site.bookings()) == 1


def test_form_filled_in_too_quickly_is_asked_again_and_then_books(site: Site) -> None:
    site.calendar(slug="dana")
    form = site.form("/c/dana")
    answer = site.client.post("/c/dana/details", data=form)
    assert answer.status_code == 422
    assert "That was very quick." in answer.text
    assert 'value="Sam Lee"' in answer.text
    with clock.fixed(LATER):
        assert site.client.post("/c/dana/details", data=form).status_code == 303


def test_form_of_yesterday_gets_a_new_key_and_keeps_what_was_typed(site: Site) -> None:
    site.calendar(slug="dana")
    form = site.form("/c/dana")
    with clock.fixed(NOW + OLDEST_FORM + timedelta(seconds=1)):
        answer = site.client.post("/c/dana/details", data=form)
    assert answer.status_code == 422
    assert "This page was open for too long." in answer.text
    assert 'value="Sam Lee"' in answer.text
    assert form["key"] not in answer.text


def test_bookings_of_one_address_are_limited(site: Site) -> None:
    """R28."""
    site.calendar(slug="dana")
    for n in range(STANDARD_BOOKINGS.attempts):
        assert book(site, at(9) + n * 1800).status_code == 303
    answer = book(site, at(9, days=2))
    assert answer.status_code == 429
    assert "Too many bookings were made from your network." in answer.text
    assert 'value="Sam Lee"' in answer.text


def test_page_is_no_secret_but_not_listed(site: Site) -> None:
    site.calendar(slug="dana")
    assert site.client.get("/c/dana").headers["X-Robots-Tag"] == "noindex, nofollow"


def test_booking_that_cannot_be_counted_is_a_booking_all_the_same(site: Site) -> None:
    """R32: it is stored, so nobody is told that it is not."""
    site.calendar(slug="dana")
    with site.app.app_context(), transaction():
        db.session.execute(
            text(
                "CREATE TRIGGER full BEFORE INSERT ON rate_count BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
            )
        )
    assert book(site, at(9)).status_code == 303
    assert len(site.bookings()) == 1
