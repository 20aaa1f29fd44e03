"""Calendar Settings > Availability: weekly hours, single dates, the coming weeks, and why a time is missing."""

import pytest

from app.calendars.models import Calendar
from app.db import db, transaction

from ..factories import at, make_booking
from ..forms_on_page import fill, forms_of, submit
from .calendar_people import make_scene

WEEK = [[[540, 1020]]] * 5 + [[], []]


@pytest.fixture
def scene(app, now):
    return make_scene(app)


def save(scene, **changes):
    return submit(scene.client, scene.path("availability"), **changes)


def change(scene, **values):
    with scene.app.app_context(), transaction():
        calendar = db.session.get(Calendar, scene.calendar_id)
        for name, value in values.items():
            setattr(calendar, name, value)


def hours_on_page(answer, day):
    fields = next(
        form.fields for form in forms_of(answer) if "monday-0-start" in form.fields or "seen" in form.fields
    )
    return [fields[name][0] for name in sorted(fields) if name.startswith(day)]


def test_several_ranges_a_day_are_stored_sorted(scene):
    answer = save(
        scene,
        monday__0__start="13:00",
        monday__1__start="09:00",
        monday__1__end="12:00",
        friday__0__end="00:00",
    )
    assert answer.status_code == 303
    assert scene.stored().weekly_hours == [[[540, 720], [780, 1020]], *WEEK[1:4], [[540, 1440]], [], []]


def test_empty_rows_count_as_none(scene):
    assert save(scene, monday__0__start="", monday__0__end="").status_code == 303
    assert scene.stored().weekly_hours[0] == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"monday__0__start": "18:00"}, "Monday: this has to be later than the start."),
        ({"monday__0__end": ""}, "Monday: enter a time, hours and minutes."),
        ({"monday__0__end": "5 o'clock"}, "Monday: enter a time, hours and minutes."),
        (
            {"monday__1__start": "16:00", "monday__1__end": "19:00"},
            "Monday: this overlaps another range of the day.",
        ),
        (
            {"monday__1__start": "09:00", "monday__1__end": "17:00"},
            "Monday: this overlaps another range of the day.",
        ),
    ],
)
def test_bad_hours_are_told_beside_their_field_and_kept(scene, typed, sentence):
    answer = save(scene, tuesday__0__start="10:15", **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "There is a problem" in answer.text
    assert 'value="10:15"' in answer.text
    assert all(not value or value.replace("'", "&#39;") in answer.text for value in typed.values())
    assert scene.stored().weekly_hours == WEEK


def test_hours_shorter_than_the_duration_are_refused(scene):
    change(scene, duration_minutes=60)
    short = {f"{day}__0__end": "09:45" for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    answer = save(scene, **short)
    assert answer.status_code == 422
    assert "A booking takes 60 minutes, and no range is that long." in answer.text
    assert 'value="09:45"' in answer.text


@pytest.mark.parametrize(
    ("do", "day", "hours"),
    [
        ("add-monday", "monday", ["17:30", "09:15", "19:30", "18:30"]),
        ("add-sunday", "sunday", ["17:00", "09:00"]),
        ("remove-monday-0", "monday", []),
        ("remove-monday-7", "monday", ["17:30", "09:15"]),
        ("preview", "monday", ["17:30", "09:15"]),
    ],
)
def test_buttons_keep_what_is_typed_and_store_nothing(scene, do, day, hours):
    answer = save(scene, do=do, monday__0__start="09:15", monday__0__end="17:30")
    assert answer.status_code == 200
    assert hours_on_page(answer, day) == hours
    assert "not saved yet" in answer.text
    assert scene.stored().weekly_hours == WEEK


def test_a_day_is_copied_to_others(scene):
    answer = save(
        scene, do="copy", monday__0__start="07:00", copy_from="monday", copy_to=["saturday", "sunday"]
    )
    assert hours_on_page(answer, "sunday") == ["17:00", "07:00"]
    assert hours_on_page(answer, "tuesday") == ["17:00", "09:00"]


@pytest.mark.parametrize(
    ("do", "said"),
    [
        ("copy", "Hours copied. Not saved yet."),
        ("add-monday", "Range added. Not saved yet."),
        ("remove-monday-0", "Range removed. Not saved yet."),
        ("preview", "Not saved yet."),
    ],
)
def test_what_a_button_did_is_announced_with_the_hours(scene, do, said):
    answer = save(scene, do=do, copy_from="monday", copy_to=["saturday"])
    assert f'id="hours" class="stack" data-announce="{said}"' in answer.text
    assert answer.text.count("data-announce") == 1


def test_fragment_is_part_of_the_page(scene):
    _, data = fill(scene.client, scene.path("availability"), "seen", do="add-monday")
    headers = {"HX-Request": "true", "HX-Target": "div#hours"}
    part = scene.client.post(scene.path("availability"), data=data, headers=headers).text.strip()
    assert part.startswith('<div id="hours"')
    assert part in scene.client.post(scene.path("availability"), data=data).text


def test_coming_weeks_show_open_times_and_why_a_day_has_none(scene):
    with scene.app.app_context():
        make_booking(db.session.get(Calendar, scene.calendar_id), start=at(12))
    page = scene.client.get(scene.path("availability")).text
    assert "09:00 to 12:00" in page
    assert "12:30 to 17:00" in page
    assert "15 times" in page
    assert "No hours" in page


def test_preview_answers_for_typed_hours_before_they_are_saved(scene):
    answer = scene.client.get(
        scene.path("availability/preview?saturday-0-start=10:00&saturday-0-end=11:00"),
        headers={"HX-Request": "true", "HX-Target": "section#preview"},
    )
    assert answer.text.strip().startswith('<section class="card" id="preview"')
    assert "10:00 to 11:00" in answer.text
    assert "not saved yet" in answer.text
    assert scene.stored().weekly_hours == WEEK


def test_preview_that_answers_after_saving_leaves_what_saving_said(scene):
    scene.client.get(scene.path("availability"))
    before = scene.client.get_cookie("slotkey").value
    assert save(scene, monday__0__start="10:00").status_code == 303
    late = scene.app.test_client()
    late.set_cookie("slotkey", before)  # the preview was sent before, and is slower
    answer = late.get(
        scene.path("availability/preview?monday-0-start=10:00&monday-0-end=17:00"),
        headers={"HX-Request": "true", "HX-Target": "section#preview"},
    )
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers  # it would stand in place of the one that has the notice
    assert ">Saved<" in scene.client.get(scene.path("availability")).text
