"""Details and the booking of a one-time link. Covers R6, R13, R26, R27 and R28 for it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app import clock
from app.bookings.models import Booking
from app.db import db, transaction
from app.links.models import LinkStatus
from app.public.limits import MISTAKES
from tests.factories import NOW, at
from tests.public_pages import SAM, Site, key_in, title_of

QUESTIONS = [
    {"id": "q1", "label": "Topic", "kind": "text", "required": True},
    {"id": "q2", "label": "More", "kind": "long_text", "required": False},
    {"id": "q3", "label": "Size", "kind": "choice", "required": True, "choices": ["Small", "Large"]},
    {"id": "q4", "label": "I agree", "kind": "checkbox", "required": True},
    {"id": "q5", "label": "Mobile", "kind": "phone", "required": False},
]


def test_form_names_the_slot_and_what_the_link_knows(site: Site) -> None:
    path = site.link(for_name="Sam Lee", for_email="sam@example.org")
    page = site.client.get(f"{path}/details?s={at(9)}").text
    assert "Wednesday 2 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)" in page
    assert 'value="Sam Lee"' in page
    assert 'value="sam@example.org"' in page
    assert "This link works once. After you book, it closes." in page


def test_time_is_told_in_both_zones_where_they_differ(site: Site) -> None:
    page = site.client.get(f"{site.link()}/details?s={at(9)}&tz=Asia/Tokyo").text
    assert "17:00 to 17:30 (Tokyo time, UTC+9)" in page
    assert "For <bdi>Dana Reyes</bdi>: Wednesday 2 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)" in page


def test_host_is_told_of_in_their_own_zone_whatever_the_calendars_is(site: Site) -> None:
    path = site.link(site.calendar(tz="Asia/Kolkata"))
    page = site.client.get(f"{path}/details?s={at(9, tz='Asia/Kolkata')}").text
    assert "09:00 to 09:30 (Kolkata time, UTC+5:30)" in page
    assert "For <bdi>Dana Reyes</bdi>: Wednesday 2 December 2026, 04:30 to 05:00 (Berlin time, UTC+1)" in page


@pytest.mark.parametrize("slot", ["", "x", "-1", "1e9", "٣", "9" * 30])
def test_address_without_a_slot_leads_to_the_picker(site: Site, slot: str) -> None:
    path = site.link()
    answer = site.client.get(f"{path}/details", query_string={"s": slot})
    assert (answer.status_code, answer.location) == (303, path)


def test_confirming_books_and_closes_the_link(site: Site) -> None:
    path = site.link()
    answer = site.book(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/m/")
    assert site.statuses() == [LinkStatus.USED]
    assert title_of(site.client.get(answer.location)).startswith("You are booked")
    assert site.client.get(path).status_code == 410


def test_everything_asked_is_stored(site: Site) -> None:
    path = site.link(site.calendar(questions=QUESTIONS, location_kind="host_calls"))
    answers = {
        "question-q1": "  A\r\nB ",
        "question-q3": "Large",
        "question-q4": "y",
        "question-q2": "x\r\ny",
    }
    site.book(path, phone="030 901820", **answers, tz="Asia/Tokyo")
    (booking,) = site.bookings()
    assert (booking.name, booking.email, booking.tz) == ("Sam Lee", "sam@example.org", "Asia/Tokyo")
    assert booking.answers == [
        {"label": "Topic", "answer": "A B"},
        {"label": "More", "answer": "x\ny"},
        {"label": "Size", "answer": "Large"},
        {"label": "I agree", "answer": "Yes"},
    ]


def test_bad_input_keeps_what_was_typed(site: Site) -> None:
    """R26."""
    path = site.link(site.calendar(questions=QUESTIONS, location_kind="host_calls"))
    answer = site.book(
        path, email="sam@", phone="call me", **{"question-q1": "<Budget>", "question-q5": "12"}
    )
    assert answer.status_code == 422
    assert title_of(answer).startswith("Error: Your details")
    for sentence in (
        "There is a problem",
        "Enter an e-mail address like sam@example.org.",
        ">Enter a phone number with its country code, such as +49 30 901820.",
        "“Mobile”: Enter a phone number with its country code, such as +49 30 901820.",
        "Choose an answer to “Size”.",
        "Tick “I agree” to go on.",
    ):
        assert sentence in answer.text
    for kept in ('value="Sam Lee"', 'value="sam@"', 'value="call me"', 'value="&lt;Budget&gt;"'):
        assert kept in answer.text
    assert site.statuses() == [LinkStatus.ACTIVE]


def test_summary_names_each_unanswered_question(site: Site) -> None:
    """R26."""
    labels = ("What is it about?", "Which team?")
    asked = [
        {"id": f"q{n}", "label": label, "kind": "text", "required": True} for n, label in enumerate(labels)
    ]
    page = site.book(site.link(site.calendar(questions=asked))).text
    summary = page[page.index("There is a problem") : page.index("</ul>")]
    for label in labels:
        assert f"Answer “{label}”." in summary


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": " \u2028 "},
        {"name": "x" * 121},
        {"email": "sam"},
        {"email": "a@b\r\nBcc: x@example.org"},
        {"email": f"{'x' * 250}@example.org"},
        {"key": ""},
        {"key": "made.up"},
        {"s": ""},
        {"s": "soon"},
        {"s": ["1", "2"], "instead": "x"},
    ],
)
def test_what_is_no_booking_books_nothing(site: Site, changes: dict) -> None:
    """R13, R26."""
    assert site.book(site.link(), **changes).status_code == 422
    assert site.statuses() == [LinkStatus.ACTIVE]


def test_empty_and_broken_posts_book_nothing(site: Site) -> None:
    """R13, R26."""
    path = site.link()
    for body, kind in ((b"", None), (b"{}", "application/json"), (b"\xff" * 99, "multipart/form-data")):
        answer = site.client.post(f"{path}/details", data=body, content_type=kind)
        assert answer.status_code in (415, 422)
    assert site.client.post(f"{path}/details", data={"name": "x" * 300_000}).status_code == 413
    assert site.statuses() == [LinkStatus.ACTIVE]


def test_null_bytes_and_strange_letters_are_stored_as_text(site: Site) -> None:
    """R26."""
    assert site.book(site.link(), name="Sa\x00m \u202e Lee 🙂").status_code == 303
    (booking,) = site.bookings()
    assert booking.name == "Sam Lee 🙂"


@pytest.mark.parametrize("name", ["\u200b\u200b", "\u202e \u2069", "\u3164"])
def test_name_that_nobody_can_see_is_none(site: Site, name: str) -> None:
    answer = site.book(site.link(), name=name)
    assert answer.status_code == 422
    assert "Enter your name." in answer.text
    assert site.bookings() == []


@pytest.mark.parametrize(
    "start",
    [at(9, days=-1), at(9, 10), at(8), at(17), at(9, days=4), at(9, days=90), 0, 99_999_999_999],
    ids=["past", "off grid", "before hours", "after hours", "weekend", "beyond window", "1970", "5138"],
)
def test_only_what_is_offered_can_be_booked(site: Site, start: int) -> None:
    """R27."""
    path = site.link()
    answer = site.client.post(f"{path}/details", data={**site.form(path), "s": start})
    assert answer.status_code == 409
    assert site.statuses() == [LinkStatus.ACTIVE]
    assert site.client.get(f"{path}/details?s={start}").status_code == 409


def test_inside_notice_cannot_be_booked(site: Site) -> None:
    """R27."""
    path = site.link(site.calendar(minimum_notice_minutes=600))
    answer = site.client.post(f"{path}/details", data={**site.form(path), "s": at(10, days=0)})
    assert answer.status_code == 409


def test_taken_slot_keeps_the_form_and_offers_the_nearest_times(site: Site) -> None:
    calendar = site.calendar()
    path = site.link(calendar)
    form = site.form(path, name="Ana Silva")
    site.book(site.link(calendar))
    answer = site.client.post(f"{path}/details", data=form)
    assert answer.status_code == 409
    said = "09:00 on Wed 2 December (Berlin time) has just been taken. Your details are kept - choose another time."
    assert said in answer.text
    assert 'value="Ana Silva"' in answer.text
    nearest = [at(9, 30), at(10), at(10, 30)]
    assert [f'name="instead" value="{start}"' in answer.text for start in nearest] == [True] * 3
    assert title_of(answer).startswith("Error: ")
    assert site.statuses() == [LinkStatus.ACTIVE, LinkStatus.USED]
    assert site.client.post(f"{path}/details", data={**form, "instead": at(9, 30)}).status_code == 303
    assert int(site.bookings()[1].starts_at.timestamp()) == at(9, 30)


def test_times_round_a_change_of_the_clocks_name_both_offsets(site: Site) -> None:
    """S9: Berlin's clocks go forward at 02:00 on 28 March 2027."""
    before, after = at(1, days=117), at(5, days=117)
    path = site.link(offered_times=[before, after])
    page = site.client.get(f"{path}/details?s={at(3, days=117)}").text
    assert "in Berlin time (UTC+1), then Berlin time (UTC+2)</span>" in page


def test_address_of_any_slot_is_answered_with_its_day_zone_and_year(site: Site) -> None:
    """S9."""
    path = site.link()
    page = site.client.get(f"{path}/details?s=99999999999&tz=Asia/Tokyo").text
    assert "18:46 on Wed 16 November 5138 (Tokyo time) is not open. Choose another time." in page
    assert "(UTC) is not open." in site.client.get(f"{path}/details?s={at(3)}&tz=UTC").text


def test_time_that_nobody_took_is_not_called_taken(site: Site) -> None:
    path = site.link()
    answer = site.client.post(f"{path}/details", data={**site.form(path), "s": at(8)})
    assert answer.status_code == 409
    said = "08:00 on Wed 2 December (Berlin time) is no longer open. Your details are kept - choose another time."
    assert said in answer.text


def test_full_day_is_called_full(site: Site) -> None:
    calendar = site.calendar(limit_per_day=1)
    path = site.link(calendar)
    late = site.form(path, at(11))
    site.book(site.link(calendar))
    answer = site.client.post(f"{path}/details", data=late)
    assert answer.status_code == 409
    assert "December (Berlin time) is no longer open. No more bookings are taken for that day." in answer.text
    assert 'value="Sam Lee"' in answer.text
    assert site.statuses() == [LinkStatus.ACTIVE, LinkStatus.USED]


def test_enter_in_a_field_books_none_of_the_nearest_times(site: Site) -> None:
    """The first button of a form is what Enter presses."""
    path = site.link()
    page = site.client.post(f"{path}/details", data={**site.form(path), "s": at(8)}).text
    form = page[page.index('id="booking"') :]
    assert form.index('<button type="submit" disabled hidden>') < form.index('name="instead"')


def test_taken_slot_in_an_old_address_offers_links(site: Site) -> None:
    calendar = site.calendar()
    site.book(site.link(calendar))
    path = site.link(calendar)
    answer = site.client.get(f"{path}/details?s={at(9)}")
    assert answer.status_code == 409
    assert f'href="{path}/details?s={at(9, 30)}"' in answer.text
    assert 'name="instead"' not in answer.text


def test_same_form_sent_twice_gets_its_own_confirmation(site: Site) -> None:
    """R6: double click, back, lost answer."""
    path = site.link()
    form = site.form(path)
    first = site.client.post(f"{path}/details", data=form)
    again = site.app.test_client().post(f"{path}/details", data=form)
    assert (again.status_code, again.location) == (303, first.location)
    assert len(site.bookings()) == 1


@pytest.mark.parametrize("door", ["link", "standard"])
def test_repeat_for_a_booking_whose_key_was_dropped_says_that_it_stands(site: Site, door: str) -> None:
    """R6: there is no page to lead to, and the answer says so."""
    calendar = site.calendar(slug="dana")
    path = site.link(calendar) if door == "link" else "/c/dana"
    form = site.form(path)
    with clock.fixed(NOW + timedelta(minutes=1)):
        assert site.client.post(f"{path}/details", data=form).status_code == 303
        with site.app.app_context(), transaction():
            db.session.execute(update(Booking).values(key_id="dropped"))
        answer = site.client.post(f"{path}/details", data=form)
    assert (answer.status_code, answer.location) == (410, None)
    assert "Your booking stands. Its own page cannot be shown any more." in answer.text
    assert "Wednesday 2 December 2026, 09:00 to 09:30" in answer.text
    assert site.dana.email in answer.text
    assert "/m/" not in answer.text
    assert len(site.bookings()) == 1


def test_same_form_with_other_data_is_refused(site: Site) -> None:
    """R6."""
    path = site.link()
    form = site.form(path)
    site.client.post(f"{path}/details", data=form)
    assert site.client.post(f"{path}/details", data={**form, "name": "Eve"}).status_code == 409
    assert [booking.name for booking in site.bookings()] == ["Sam Lee"]


def test_second_form_of_a_used_link_gets_the_expired_page(site: Site) -> None:
    path = site.link()
    late = site.form(path)
    site.book(path)
    answer = site.app.test_client().post(f"{path}/details", data=late)
    assert answer.status_code == 410
    assert title_of(answer) == "This booking link has already been used"
    assert "Sam" not in answer.text


def test_form_of_another_link_is_refused(site: Site) -> None:
    """The key is bound to its link."""
    calendar = site.calendar()
    form = site.form(site.link(calendar))
    assert site.client.post(f"{site.link(calendar)}/details", data=form).status_code == 422


def test_switched_off_calendar_takes_no_booking_and_keeps_the_link(site: Site) -> None:
    path = site.link(site.calendar(switched_off_at=NOW))
    answer = site.client.post(f"{path}/details", data={"s": at(9), "key": "", **SAM})
    assert answer.status_code == 409
    assert title_of(answer) == "Dana Reyes is not taking bookings at the moment"
    assert site.statuses() == [LinkStatus.ACTIVE]


def test_hammering_is_limited_by_link_and_address(site: Site) -> None:
    """R28: with what was typed kept; from elsewhere, and later, the link still books."""
    path = site.link()
    form = site.form(path)
    for _ in range(MISTAKES.attempts):
        assert site.client.post(f"{path}/details", data={**form, "email": "no"}).status_code == 422
    answer = site.client.post(f"{path}/details", data=form)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert 'value="Sam Lee"' in answer.text
    assert "This form was sent too often." in answer.text
    spoofed = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    assert site.client.post(f"{path}/details", data=form, headers=spoofed).status_code == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert site.client.post(f"{path}/details", data=form, environ_base=elsewhere).status_code == 303


def test_limit_is_over_when_its_window_is(site: Site) -> None:
    """R28."""
    path = site.link()
    form = site.form(path)
    for _ in range(MISTAKES.attempts):
        site.client.post(f"{path}/details", data={**form, "email": "no"})
    with clock.fixed(NOW + MISTAKES.window + timedelta(seconds=1)):
        assert site.client.post(f"{path}/details", data=form).status_code == 303


def test_one_link_hammered_does_not_close_another(site: Site) -> None:
    """R28."""
    calendar = site.calendar()
    path = site.link(calendar)
    for _ in range(MISTAKES.attempts):
        site.client.post(f"{path}/details", data={"key": "x"})
    assert site.book(site.link(calendar)).status_code == 303


def test_two_visits_get_two_keys(site: Site) -> None:
    path = site.link()
    keys = {key_in(site.client.get(f"{path}/details?s={at(9)}").text) for _ in range(2)}
    assert len(keys) == 2
