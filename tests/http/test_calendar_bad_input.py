"""Calendar Settings: what is refused stands beside its field, and nothing that was typed is lost."""

import pytest

from ..factories import make_calendar
from ..forms_on_page import submit
from ..people import make_person
from .calendar_people import make_scene


@pytest.fixture
def scene(app, now):
    return make_scene(app)


def save(scene, section, **changes):
    return submit(scene.client, scene.path(section), **changes)


@pytest.mark.parametrize(
    ("section", "typed", "sentence", "kept"),
    [
        ("details", {"name": "  ", "description": "Kept"}, "Enter a name", "Kept"),
        ("details", {"slug": "Intro Call!"}, "Use small letters, digits and single hyphens", "Intro Call!"),
        ("details", {"tz": "Mars/Olympus", "name": "Kept"}, "Choose a time zone from the list.", "Kept"),
        ("details", {"duration_minutes": "481"}, "the longest has 480 minutes", "481"),
        ("details", {"duration_minutes": "an hour"}, "Enter a whole number from 1 to 1440.", "an hour"),
        ("booking-rules", {"step_minutes": "0"}, "Enter a whole number from 1 to 1440.", 'value="0"'),
        ("booking-rules", {"buffer_before_minutes": "-5"}, "Enter a whole number from 0 to 1440.", "-5"),
        ("booking-rules", {"limit_per_day": "0"}, "Enter a whole number from 1 to 1000.", 'value="0"'),
        ("booking-rules", {"limit_per_week": "many"}, "Enter a whole number from 1 to 5000.", "many"),
        ("booking-rules", {"window_days": ""}, "Enter how many days ahead can be booked.", 'value="30"'),
        (
            "booking-rules",
            {"notice_amount": "61", "notice_unit": "days"},
            "The notice is longer than the booking window",
            "61",
        ),
        ("booking-rules", {"notice_amount": "500", "notice_unit": "days"}, "a year at most", "500"),
        (
            "booking-rules",
            {"window_kind": "range", "window_from_on": "2027-02-02", "window_until_on": "2027-02-01"},
            "The last date lies before the first one.",
            "2027-02-02",
        ),
        (
            "booking-rules",
            {"window_kind": "range", "window_from_on": "2026-01-01", "window_until_on": "2026-11-30"},
            "This date has passed",
            "2026-11-30",
        ),
        (
            "booking-rules",
            {"window_kind": "range", "window_from_on": "2027-02-30", "window_until_on": "2027-03-01"},
            "Enter a date, such as 2027-03-31.",
            "2027-02-30",
        ),
        (
            "booking-rules",
            {
                "window_kind": "range",
                "window_from_on": "2026-12-01",
                "window_until_on": "2026-12-04",
                "notice_amount": "5",
                "notice_unit": "days",
            },
            "The notice is longer than the booking window",
            "2026-12-04",
        ),
        (
            "location",
            {"kind": "video", "video": "javascript:alert(1)"},
            "begins with https://",
            "javascript:alert(1)",
        ),
        (
            "location",
            {"kind": "contact_calls", "contact_calls": "call me"},
            "with its country code",
            "call me",
        ),
        (
            "location",
            {"kind": "in_person", "in_person": " "},
            "Enter the address where you meet.",
            "in_person",
        ),
        ("location", {"kind": "custom"}, "Enter what the contact has to know.", "custom"),
        (
            "expired-page",
            {"expired_contact_kind": "email", "email": "ada at home"},
            "Enter an e-mail",
            "ada at home",
        ),
        (
            "expired-page",
            {"expired_contact_kind": "phone", "phone": "12"},
            "with its country code",
            'value="12"',
        ),
    ],
)
def test_bad_input_is_told_beside_its_field_and_kept(scene, section, typed, sentence, kept):
    before = scene.stored().version
    answer = save(scene, section, **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert kept in answer.text
    assert "There is a problem" in answer.text
    assert "<title>Error: " in answer.text
    assert scene.stored().version == before


def test_slug_of_another_account_is_taken(scene):
    cleo = make_person(scene.app, "Cleo Stranger")
    with scene.app.app_context():
        make_calendar(cleo, slug="coaching")
    answer = save(scene, "details", slug="coaching", name="Typed name")
    assert answer.status_code == 422
    assert "Another calendar already has this address." in answer.text
    assert "Typed name" in answer.text
