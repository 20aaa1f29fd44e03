"""Calendar Settings: Details, Booking rules, Location, Questions, Expired page and Public link."""

import pytest

from app.calendars.models import Calendar, ContactKind, LocationKind, WindowKind
from app.db import db

from ..factories import account_of, make_booking
from ..forms_on_page import forms_of, submit
from ..people import make_person
from .calendar_people import join_team, make_scene, signed_in

FORMS = ("details", "availability", "booking-rules", "location", "questions", "expired-page", "public-link")


@pytest.fixture
def scene(app, now):
    return make_scene(app)


def save(scene, section, **changes):
    return submit(scene.client, scene.path(section), **changes)


def test_each_section_saves_what_it_shows_without_a_change(scene):
    before = scene.stored()
    for section in FORMS:
        answer = save(scene, section)
        assert answer.status_code == 303, section
        assert "Saved" in scene.client.get(answer.location).text
    after = scene.stored()
    changed = [c.key for c in Calendar.__table__.c if getattr(after, c.key) != getattr(before, c.key)]
    assert changed in ([], ["version"])


@pytest.mark.parametrize(
    ("section", "typed", "stored"),
    [
        (
            "details",
            {"name": "Deep dive", "slug": "deep-dive", "description": "One\r\nTwo", "duration_minutes": "90"},
            {"name": "Deep dive", "slug": "deep-dive", "description": "One\nTwo", "duration_minutes": 90},
        ),
        (
            "booking-rules",
            {
                "step_minutes": "15",
                "buffer_before_minutes": "5",
                "buffer_after_minutes": "10",
                "notice_amount": "2",
                "notice_unit": "days",
                "limit_per_day": "3",
                "limit_per_week": "",
            },
            {
                "step_minutes": 15,
                "buffer_before_minutes": 5,
                "buffer_after_minutes": 10,
                "minimum_notice_minutes": 2880,
                "limit_per_day": 3,
                "limit_per_week": None,
            },
        ),
        ("booking-rules", {"window_days": "90"}, {"window_kind": WindowKind.DAYS, "window_days": 90}),
        (
            "location",
            {"kind": "video", "video": "https://meet.example.org/ada"},
            {"location_kind": LocationKind.VIDEO, "location_detail": "https://meet.example.org/ada"},
        ),
        (
            "location",
            {"kind": "host_calls"},
            {"location_kind": LocationKind.HOST_CALLS, "location_detail": ""},
        ),
        (
            "location",
            {"kind": "contact_calls", "contact_calls": "+4930901820"},
            {"location_kind": LocationKind.CONTACT_CALLS, "location_detail": "+49 30 901820"},
        ),
        (
            "location",
            {"kind": "in_person", "in_person": "1 High Street\r\nOxford", "custom": "left alone"},
            {"location_kind": LocationKind.IN_PERSON, "location_detail": "1 High Street\nOxford"},
        ),
        (
            "expired-page",
            {"expired_shows_host": None, "expired_contact_kind": "phone", "phone": "+4930901820"},
            {
                "expired_shows_host": False,
                "expired_contact_kind": ContactKind.PHONE,
                "expired_contact": "+49 30 901820",
            },
        ),
        (
            "expired-page",
            {"expired_contact_kind": "none", "email": "left@example.org", "expired_offers_public_link": "y"},
            {
                "expired_contact_kind": ContactKind.NONE,
                "expired_contact": "",
                "expired_offers_public_link": True,
            },
        ),
        ("public-link", {"is_public": None}, {"is_public": False}),
    ],
)
def test_section_stores_what_was_typed(scene, section, typed, stored):
    assert save(scene, section, **typed).status_code == 303
    now = scene.stored()
    assert {name: getattr(now, name) for name in stored} == stored


def test_fixed_range_is_stored(scene):
    typed = {"window_kind": "range", "window_from_on": "2027-01-04", "window_until_on": "2027-01-29"}
    assert save(scene, "booking-rules", **typed).status_code == 303
    stored = scene.stored()
    assert (stored.window_kind, str(stored.window_from_on), str(stored.window_until_on)) == (
        WindowKind.RANGE,
        "2027-01-04",
        "2027-01-29",
    )


def test_stale_form_is_told_and_the_second_save_replaces(scene):
    """Two people at once: the second is told, with all they typed, and nothing is lost without notice."""
    client = signed_in(scene.app, join_team(scene.app, scene.ada, role="admin"))
    page = client.get(scene.path("details"))
    typed = next(form.fields for form in forms_of(page) if "seen" in form.fields) | {"name": "Second"}
    assert save(scene, "details", name="First").status_code == 303
    answer = client.post(scene.path("details"), data=typed)
    assert answer.status_code == 409
    assert "Somebody else has saved this section" in answer.text
    assert 'value="Second"' in answer.text
    assert scene.stored().name == "First"
    again = next(form.fields for form in forms_of(answer) if "seen" in form.fields)
    assert client.post(scene.path("details"), data=again).status_code == 303
    assert scene.stored().name == "Second"


def test_two_people_in_different_sections_do_not_disturb_each_other(scene):
    page = scene.client.get(scene.path("details"))
    typed = next(form.fields for form in forms_of(page) if "seen" in form.fields) | {"name": "Renamed"}
    assert save(scene, "location", kind="host_calls").status_code == 303
    assert scene.client.post(scene.path("details"), data=typed).status_code == 303


def test_mass_assignment_changes_nothing_else(scene):
    """R21."""
    cleo = make_person(scene.app, "Cleo Stranger")
    before = scene.stored()
    with scene.app.app_context():
        other = account_of(db.session.merge(cleo))
    extra = {
        "account_id": str(other),
        "id": "77",
        "version": "9",
        "switched_off_at": "2026-01-01",
        "slug": "pirate",
    }
    for section in ("booking-rules", "location", "questions", "expired-page", "public-link"):
        save(scene, section, **extra)
    after = scene.stored()
    assert (after.account_id, after.slug, after.is_on) == (before.account_id, before.slug, True)


def test_host_of_another_account_is_refused(scene):
    """R21."""
    cleo = make_person(scene.app, "Cleo Stranger")
    assert save(scene, "details", host_id=str(cleo.id)).status_code == 422
    assert scene.stored().host_id == scene.ada.id


def test_host_can_be_somebody_of_the_team(scene):
    ben = join_team(scene.app, scene.ada)
    assert save(scene, "details", host_id=str(ben.id)).status_code == 303
    assert scene.stored().host_id == ben.id


def test_change_of_settings_leaves_bookings_alone(scene):
    ben = join_team(scene.app, scene.ada)
    with scene.app.app_context():
        booked = make_booking(db.session.get(Calendar, scene.calendar_id))
        before = row_of(booked.id)
    save(scene, "details", host_id=str(ben.id), duration_minutes="60", tz="Asia/Tokyo")
    save(scene, "booking-rules", buffer_before_minutes="120", limit_per_day="1", limit_per_week="1")
    save(scene, "location", kind="in_person", in_person="Elsewhere")
    with scene.app.app_context():
        assert row_of(booked.id) == before


def row_of(booking_id):
    return tuple(
        db.session.execute(db.text("SELECT * FROM booking WHERE id = :id"), {"id": booking_id}).one()
    )


def test_a_week_takes_no_fewer_bookings_than_a_day(scene):
    answer = save(scene, "booking-rules", limit_per_day="5", limit_per_week="2")
    assert answer.status_code == 422
    assert (
        'id="limit_per_week-error"><span class="sr-only">Error: </span>A week cannot take fewer'
        in answer.text
    )
    assert 'value="5"' in answer.text
    assert scene.stored().limit_per_day is None
    assert save(scene, "booking-rules", limit_per_day="5", limit_per_week="5").status_code == 303
