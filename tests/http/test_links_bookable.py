"""Links that nobody could book: refused where the options alone say so, else told after creating and on the link."""

import pytest

from app.calendars.models import Calendar
from app.db import db, transaction

from ..factories import at, make_booking
from ..forms_on_page import submit
from .link_pages import HTMX, make_links

NOBODY = "Nobody can book this link at the moment"


@pytest.fixture
def links(app, now):
    return make_links(app)


def change(links, **values):
    with links.scene.app.app_context(), transaction():
        calendar = db.session.get(Calendar, links.scene.calendar_id)
        for name, value in values.items():
            setattr(calendar, name, value)


def book(links, start):
    with links.scene.app.app_context():
        make_booking(links.scene.stored(), start=start)


def test_a_duration_longer_than_all_hours_is_refused_beside_its_field(links):
    sentence = "the longest has 480 minutes"
    answer = links.post(links.section, duration_minutes="481")
    assert answer.status_code == 422
    assert sentence in answer.text.partition('id="duration_minutes-error"')[2][:200]
    assert links.rows() == []
    assert links.post(links.section, duration_minutes="480").status_code == 303
    path = links.page(links.rows()[0][0], "edit")
    assert submit(links.scene.client, path, has="for_name", duration_minutes="600").status_code == 422


def test_single_times_need_no_hours_for_their_duration(links):
    fields = {"duration_minutes": "600", "offered_times": "2026-12-05T09:00"}
    page = links.get(links.post(links.section, **fields).location).text
    assert "Link created." in page
    assert NOBODY not in page


def test_a_replacement_keeps_a_duration_that_the_hours_have_lost_and_says_so(links):
    link = links.make(duration_minutes=480)
    links.post(links.page(link, "delete"))
    change(links, weekly_hours=[[[540, 600]]] * 7)
    page = links.get(links.post(links.page(link, "replace")).location).text
    assert NOBODY in page
    assert "It takes 8 hours, and the longest range of hours has 1 hour." in page


@pytest.mark.parametrize(
    ("settings", "fields", "sentence"),
    [
        (
            {},
            {"offered_from_on": "2026-12-05", "offered_until_on": "2026-12-06"},
            "There is no open time from Sat 5 Dec 2026 until Sun 6 Dec 2026.",
        ),
        ({}, {"offered_times": "2026-12-02T09:00"}, "Wed 2 Dec 09:00 Berlin is booked already."),
        (
            {"buffer_before_minutes": 15},
            {"offered_times": "2026-12-02T09:30"},
            "Wed 2 Dec 09:30 Berlin is too close to another booking.",
        ),
        (
            {"limit_per_day": 1},
            {"offered_times": "2026-12-02T15:00"},
            "Wed 2 Dec 15:00 Berlin falls on a day that has reached its limit.",
        ),
        ({"weekly_hours": [[]] * 7}, {}, "The calendar has no hours."),
        ({"window_days": 1, "minimum_notice_minutes": 2880}, {}, "The calendar has no open time."),
    ],
)
def test_a_link_that_nobody_can_book_says_why(links, settings, fields, sentence):
    book(links, at(9))
    change(links, **settings)
    created = links.post(links.section, **fields).location
    part = links.get(created, headers=HTMX).text
    assert f'data-announce="Link created. {NOBODY}: {sentence}' in part
    for page in (links.get(created).text, links.get(links.page(links.rows()[-1][0])).text):
        assert NOBODY in page
        assert sentence in page
    assert NOBODY not in links.get(links.section).text


def test_a_taken_time_is_named_while_others_are_open(links):
    book(links, at(9))
    link = links.make(offered_times=(at(9), at(10)))
    page = links.get(links.page(link)).text
    assert "Not all times of this link can be booked" in page
    assert "Wed 2 Dec 09:00 Berlin is booked already." in page
    assert "Wed 2 Dec 10:00 Berlin is" not in page
    assert NOBODY not in page


def test_nothing_is_said_of_links_that_can_be_booked_or_are_over(links):
    open_link, used = links.make(), links.make()
    links.use(used)
    change(links, weekly_hours=[[]] * 7)
    assert NOBODY not in links.get(links.page(used)).text
    assert NOBODY in links.get(links.page(open_link)).text
    change(links, weekly_hours=[[[540, 1020]]] * 7)
    assert NOBODY not in links.get(links.page(open_link)).text
