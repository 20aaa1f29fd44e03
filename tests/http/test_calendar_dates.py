"""Calendar Settings > Availability: hours of single dates, and why a time is missing."""

import pytest

from app.calendars.models import Calendar
from app.db import db, transaction

from ..factories import at, make_booking, make_calendar
from ..forms_on_page import forms_of, submit
from ..people import form_token
from .calendar_people import make_scene


@pytest.fixture
def scene(app, now):
    return make_scene(app)


def add_dates(scene, **changes):
    return submit(scene.client, scene.path("availability"), has="dates-kind", **changes)


def change(scene, **values):
    with scene.app.app_context(), transaction():
        calendar = db.session.get(Calendar, scene.calendar_id)
        for name, value in values.items():
            setattr(calendar, name, value)


def test_single_date_and_span_are_listed_and_removed(scene):
    assert add_dates(scene, dates__from_on="2026-12-25", dates__note="Christmas").status_code == 303
    open_day = {"dates__from_on": "2026-12-28", "dates__until_on": "2026-12-30", "dates__kind": "hours"}
    assert (
        add_dates(
            scene, **open_day, dates__ranges__0__start="10:00", dates__ranges__0__end="12:00"
        ).status_code
        == 303
    )
    page = scene.client.get(scene.path("availability")).text
    for words in (
        "Fri 25 December 2026",
        "Christmas",
        "Mon 28 December 2026 to Wed 30 December 2026",
        "10:00 to 12:00",
    ):
        assert words in page
    first, second = scene.stored().overrides
    assert (first.ranges, second.ranges) == ([], [[600, 720]])
    token = form_token(scene.client.get(scene.path("availability")))
    scene.client.post(scene.path(f"availability/dates/{first.id}/remove"), data={"csrf_token": token})
    assert [each.id for each in scene.stored().overrides] == [second.id]


def test_change_of_dates_raises_the_version(scene):
    """What contacts see is kept per version of the calendar."""
    before = scene.stored().version
    add_dates(scene, dates__from_on="2026-12-25")
    assert scene.stored().version == before + 1


def test_override_of_another_calendar_is_not_removed(scene):
    """R20."""
    add_dates(scene, dates__from_on="2026-12-25")
    with scene.app.app_context():
        other = make_calendar(scene.ada).id
    token = form_token(scene.client.get("/calendars"))
    override = scene.stored().overrides[0].id
    address = f"/calendars/{other}/settings/availability/dates/{override}/remove"
    scene.client.post(address, data={"csrf_token": token})
    assert len(scene.stored().overrides) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Enter a date."),
        (
            {"dates__from_on": "2026-12-26", "dates__until_on": "2026-12-25"},
            "The last date lies before the first one.",
        ),
        (
            {"dates__from_on": "2026-12-01", "dates__until_on": "2099-12-25"},
            "A span can have three years at most.",
        ),
        ({"dates__from_on": "tomorrow"}, "Enter a date, such as 2027-03-31."),
        ({"dates__from_on": "2026-12-26", "dates__kind": "hours"}, "Enter the hours of these dates"),
        (
            {
                "dates__from_on": "2026-12-26",
                "dates__kind": "hours",
                "dates__ranges__0__start": "12:00",
                "dates__ranges__0__end": "10:00",
            },
            "This has to be later than the start.",
        ),
    ],
)
def test_bad_dates_are_told_and_kept(scene, typed, sentence):
    answer = add_dates(scene, dates__note="A note of mine", **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "A note of mine" in answer.text
    assert "<title>Error: " in answer.text
    assert scene.stored().overrides == []


def test_dates_with_hours_of_their_own_are_not_given_others(scene):
    add_dates(scene, dates__from_on="2026-12-24", dates__until_on="2026-12-26")
    answer = add_dates(scene, dates__from_on="2026-12-25")
    assert answer.status_code == 422
    assert "already has its own hours" in answer.text


def test_other_hours_come_with_a_row_to_type_them_into(scene):
    """Also after the last row was removed, and when only the choice was made."""
    for changes in ({}, {"do": "remove-dates-0"}, {"dates__kind": "hours"}):
        page = add_dates(scene, **changes)
        fields = next(form.fields for form in forms_of(page) if "dates-kind" in form.fields)
        assert (fields["dates-ranges-0-start"], fields["dates-ranges-0-end"]) == ([""], [""])
        assert "dates-ranges-1-start" not in fields


def test_ranges_of_dates_are_added_without_javascript(scene):
    typed = {"dates__ranges__0__start": "09:00", "dates__ranges__0__end": "12:00"}
    answer = add_dates(scene, do="add-dates", dates__from_on="2026-12-24", dates__note="Half day", **typed)
    fields = next(form.fields for form in forms_of(answer) if "dates-kind" in form.fields)
    assert (fields["dates-ranges-0-start"], fields["dates-from_on"]) == (["09:00"], ["2026-12-24"])
    assert fields["dates-ranges-1-start"] == ["13:00"]
    assert fields["dates-note"] == ["Half day"]
    assert scene.stored().overrides == []


@pytest.mark.parametrize(
    ("settings", "asked", "title"),
    [
        ({}, ("2026-12-02", "10:00"), "This time is open"),
        ({}, ("2026-11-30", "10:00"), "It has passed"),
        ({}, ("2026-12-05", "10:00"), "Outside the hours"),
        ({}, ("2026-12-02", "16:45"), "Outside the hours"),
        ({}, ("2026-12-02", "10:10"), "Between two times"),
        ({"minimum_notice_minutes": 2880}, ("2026-12-02", "10:00"), "Inside the minimum notice"),
        ({"window_days": 7}, ("2026-12-09", "10:00"), "Outside the booking window"),
        ({"limit_per_day": 1}, ("2026-12-02", "15:00"), "limit is reached"),
        ({"limit_per_week": 1}, ("2026-12-03", "15:00"), "limit is reached"),
        ({}, ("2026-12-02", "12:00"), "Already booked"),
        ({"buffer_before_minutes": 45}, ("2026-12-02", "13:00"), "Inside a buffer"),
        ({"tz": "Europe/Berlin"}, ("2027-03-28", "02:30"), "There is no such time"),
        ({}, ("soon", "10:00"), "Which time?"),
        ({}, ("2026-12-02", "25:99"), "Which time?"),
    ],
)
def test_why_a_time_is_missing(scene, settings, asked, title):
    with scene.app.app_context():
        make_booking(db.session.get(Calendar, scene.calendar_id), start=at(12))
    change(scene, **settings)
    page = scene.client.get(scene.path("availability"), query_string={"day": asked[0], "time": asked[1]}).text
    assert title in page
    assert ("Sam Lee, Intro call" in page) == (title in ("Already booked", "Inside a buffer"))


def test_a_date_with_its_own_hours_is_named_as_the_reason(scene):
    add_dates(scene, dates__from_on="2026-12-02")
    page = scene.client.get(scene.path("availability?day=2026-12-02&time=10:00")).text
    assert "Changed for this date" in page
