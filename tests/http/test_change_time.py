"""The contact changes the time at /m/<token>/change. Covers R6, R13, R27 and R28 for it."""

import re
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from app import clock
from app.bookings import service
from app.bookings.models import BookingStatus, Party
from app.db import db, transaction
from app.links.models import LinkStatus
from tests.factories import NOW, at, make_booking
from tests.public_pages import Site, title_of

HTMX = {"HX-Request": "true", "HX-Target": "div#picker"}


@pytest.fixture
def path(site: Site) -> str:
    """Sam's page of a booking tomorrow at nine."""
    return site.book(site.link()).location


def form_of(site: Site, path: str, start: int) -> dict[str, str]:
    page = site.client.get(f"{path}/change/details?s={start}").text
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def change(site: Site, path: str, start: int, **fields: str) -> TestResponse:
    return site.client.post(f"{path}/change/details", data=form_of(site, path, start) | fields)


def starts(site: Site) -> list[int]:
    return [int(booking.starts_at.timestamp()) for booking in site.bookings()]


def switch_off(site: Site) -> None:
    with site.app.app_context(), transaction():
        db.session.merge(site.bookings()[0].calendar).switched_off_at = NOW


def cancel(site: Site, by: Party = Party.HOST) -> None:
    with site.app.app_context(), transaction():
        service.cancel(site.bookings()[0].id, by, "Ill", NOW)


def test_changing_goes_from_the_picker_over_a_question_to_the_booking(site: Site, path: str) -> None:
    assert f'href="{path}/change"' in site.client.get(path).text
    picker = site.client.get(f"{path}/change").text
    assert "Now: Wed 2 Dec 09:00 Berlin" in picker
    assert f'href="{path}/change/details?s={at(10)}"' in picker
    assert f"?s={at(9)}" not in picker
    question = site.client.get(f"{path}/change/details?s={at(10)}")
    assert title_of(question).startswith("Change the time?")
    assert "<s>Wednesday 2 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)</s>" in question.text
    assert "<strong>Wednesday 2 December 2026, 10:00 to 10:30 (Berlin time, UTC+1)</strong>" in question.text
    answer = change(site, path, at(10))
    assert (answer.status_code, answer.location) == (303, path)
    page = site.client.get(path).text
    assert "The time was changed: Wed 2 Dec 2026 10:00 Berlin." in page
    assert "10:00 to 10:30 (Berlin time, UTC+1)" in page
    assert starts(site) == [at(10)]
    assert site.statuses() == [LinkStatus.USED]


def test_the_picker_swaps_parts_of_itself(site: Site, path: str) -> None:
    whole, part = (site.client.get(f"{path}/change?day=2026-12-03", headers=each) for each in ({}, HTMX))
    assert part.text.strip().startswith('<div class="sheet picker"')
    assert part.text.count("<h1") == whole.text.count("<h1") == 1


def test_the_calendar_file_counts_the_changes(site: Site, path: str) -> None:
    before = site.client.get(f"{path}/booking.ics").text
    change(site, path, at(10))
    after = site.client.get(f"{path}/booking.ics").text
    assert ("SEQUENCE:0" in before, "SEQUENCE:1" in after) == (True, True)
    assert re.search("UID:.*", before)[0] == re.search("UID:.*", after)[0]
    assert "DTSTART:20261202T090000Z" in after


def test_sent_twice_it_is_changed_once_and_answered_alike(site: Site, path: str) -> None:
    """R6."""
    form = form_of(site, path, at(10))
    answers = [site.client.post(f"{path}/change/details", data=form) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, path)] * 2
    assert site.bookings()[0].sequence == 1


def test_a_time_that_was_just_taken_keeps_the_form_and_offers_the_nearest(site: Site, path: str) -> None:
    form = form_of(site, path, at(10))
    with site.app.app_context():
        make_booking(site.bookings()[0].calendar, start=at(10))
    answer = site.client.post(f"{path}/change/details", data=form)
    assert answer.status_code == 409
    assert (
        "10:00 on Wed 2 December (Berlin time) has just been taken. The booking stays where it is"
        in answer.text
    )
    nearest = re.findall(r'name="instead" value="(\d+)"', answer.text)
    assert [int(each) for each in nearest] == [at(9, 30), at(10, 30), at(11)]
    again = site.client.post(f"{path}/change/details", data=form | {"instead": nearest[1]})
    assert again.location == path
    assert starts(site)[0] == at(10, 30)


@pytest.mark.parametrize("start", [at(9, 10), at(20), at(9, days=-3), 0, 99_999_999_999])
def test_a_time_that_is_not_open_is_not_asked_about(site: Site, path: str, start: int) -> None:
    """R27."""
    answer = site.client.get(f"{path}/change/details?s={start}")
    assert answer.status_code == 409
    assert "Confirm new time" not in answer.text
    assert change(site, path, start).status_code == 409
    assert starts(site) == [at(9)]


def test_its_own_time_is_no_change(site: Site, path: str) -> None:
    answer = site.client.get(f"{path}/change/details?s={at(9)}")
    assert title_of(answer).startswith("This is the time it has")
    assert "Confirm new time" not in answer.text
    assert change(site, path, at(9)).location == path
    assert site.bookings()[0].sequence == 0


@pytest.mark.parametrize(
    "fields", [{"s": ""}, {"s": "soon"}, {"seen": ""}, {"seen": "-1"}, {"seen": "9" * 400}]
)
def test_a_form_that_lacks_something_changes_nothing(site: Site, path: str, fields: dict) -> None:
    answer = change(site, path, at(10), **fields)
    assert answer.status_code == 422
    assert starts(site) == [at(9)]


def test_an_old_page_shows_the_booking_as_it_stands(site: Site, path: str) -> None:
    old = form_of(site, path, at(10))
    change(site, path, at(11))
    answer = site.client.post(f"{path}/change/details", data=old)
    assert answer.status_code == 409
    assert "This booking was changed after this page was opened." in answer.text
    assert "11:00 to 11:30 (Berlin time, UTC+1)" in answer.text
    assert starts(site) == [at(11)]


def test_a_cancelled_booking_is_never_revived(site: Site, path: str) -> None:
    form = form_of(site, path, at(10))
    cancel(site)
    for page in ("change", f"change/details?s={at(10)}", "cancel"):
        assert site.client.get(f"{path}/{page}").location == path
    answer = site.client.post(f"{path}/change/details", data=form)
    assert answer.status_code == 409
    assert "This booking is cancelled." in answer.text
    assert site.bookings()[0].status == BookingStatus.CANCELLED


def test_past_the_cut_off_the_page_says_why_and_how_to_reach_the_host(site: Site) -> None:
    path = site.book(site.link(site.calendar(cutoff_minutes=600))).location
    assert "until Tue 1 Dec 23:00 Berlin, 10 hours before it begins" in site.client.get(path).text
    form = form_of(site, path, at(10))
    with clock.fixed(NOW + timedelta(hours=14)):
        page = site.client.get(path).text
        assert "It could be changed or cancelled here until Tue 1 Dec 23:00 Berlin" in page
        assert f"mailto:{site.dana.email}" in page
        assert f"{path}/change" not in page
        assert site.client.get(f"{path}/change").location == path
        for each in ("change/details", "cancel"):
            answer = site.client.post(f"{path}/{each}", data=form)
            assert answer.status_code == 409
            assert "It is too late to" in answer.text
    assert starts(site) == [at(9)]
    assert site.bookings()[0].status == BookingStatus.CONFIRMED


def test_while_the_calendar_is_off_it_can_only_be_cancelled(site: Site, path: str) -> None:
    form = form_of(site, path, at(10))
    switch_off(site)
    page = site.client.get(path).text
    assert "is not taking bookings at the moment" in page
    assert f"{path}/change" not in page
    assert site.client.get(f"{path}/change").location == path
    assert site.client.post(f"{path}/change/details", data=form).status_code == 409
    assert site.client.post(f"{path}/cancel").location == path
    assert site.bookings()[0].status == BookingStatus.CANCELLED


def test_a_link_of_a_single_time_offers_no_other(site: Site) -> None:
    path = site.book(site.link(offered_times=[at(9)])).location
    page = site.client.get(f"{path}/change").text
    assert "The time this link offers is no longer open." not in page
    assert "The link you booked with offered no other time." in page


def test_too_many_tries_of_an_address_wait(site: Site, path: str) -> None:
    """R28."""
    form = form_of(site, path, at(20))
    statuses = [site.client.post(f"{path}/change/details", data=form).status_code for _ in range(31)]
    assert statuses == [409] * 30 + [429]
    limited = site.client.post(f"{path}/change/details", data=form_of(site, path, at(10)))
    assert limited.status_code == 429
    assert int(limited.headers["Retry-After"]) > 0
    assert site.client.post(f"{path}/cancel").status_code == 429
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert (
        site.client.post(f"{path}/change/details", data=form | {"s": at(10)}, **elsewhere).status_code == 303
    )


def test_a_booking_is_not_changed_without_end(site: Site, path: str) -> None:
    answers = [change(site, path, at(10 + n % 2)) for n in range(21)]
    assert [answer.status_code for answer in answers] == [303] * 20 + [429]


def test_zone_and_clock_of_the_reader_stay(site: Site, path: str) -> None:
    question = site.client.get(f"{path}/change/details?s={at(10)}&tz=Asia/Tokyo&hours=12")
    assert "Wednesday 2 December 2026, 6:00 pm to 6:30 pm (Tokyo time, UTC+9)" in question.text
    assert 'name="tz" value="Asia/Tokyo"' in question.text


def test_looking_changes_nothing(site: Site, path: str) -> None:
    """R13."""
    form = form_of(site, path, at(10))
    for page in ("change", "change/details", "cancel"):
        for method in ("GET", "HEAD"):
            assert site.client.open(f"{path}/{page}", method=method, query_string=form).status_code == 200
    assert site.client.post(f"{path}/change", data=form).status_code == 405
    assert site.bookings()[0].sequence == 0
