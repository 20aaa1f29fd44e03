"""Calendar Settings: text from people on pages (R24), the public link and the preview of the expired page."""

import pytest

from app.calendars.models import Calendar, LocationKind
from app.db import db, transaction

from ..forms_on_page import submit
from .calendar_people import make_scene

NASTY = "<script>alert(1)</script>\"'{{7*7}}"
FORMS = ("details", "availability", "booking-rules", "location", "questions", "expired-page", "public-link")


@pytest.fixture
def scene(app, now):
    return make_scene(app)


def save(scene, section, **changes):
    return submit(scene.client, scene.path(section), **changes)


def test_nasty_text_is_shown_escaped(scene):
    """R24."""
    with scene.app.app_context(), transaction():
        calendar = db.session.get(Calendar, scene.calendar_id)
        calendar.name = calendar.description = calendar.location_detail = calendar.expired_message = NASTY
        calendar.expired_contact = NASTY
        calendar.location_kind = LocationKind.CUSTOM
        calendar.questions = [
            {"id": "q1", "label": NASTY, "kind": "choice", "required": True, "choices": [NASTY, "b"]}
        ]
    for path in [
        "/calendars",
        f"/calendars/{scene.calendar_id}/delete",
        scene.path("expired-page/preview"),
    ] + [scene.path(section) for section in FORMS]:
        page = scene.client.get(path).text
        assert "<script>alert" not in page, path
        assert "49" not in page.split("&lt;script&gt;", 1)[-1][:60], path


def test_control_characters_are_dropped(scene):
    """R24, R26: line breaks in a name would split a mail's header, and NUL breaks PostgreSQL."""
    save(scene, "details", name="A\r\nBcc: all\x00@example.org", description="a\x00b")
    stored = scene.stored()
    assert (stored.name, stored.description) == ("A Bcc: all@example.org", "ab")


def test_public_link_shows_its_address_and_code(scene):
    page = scene.client.get(scene.path("public-link")).text
    assert f"http://slotkey.test/c/{scene.stored().slug}" in page
    assert "<svg" in page
    save(scene, "public-link", is_public=None)
    assert "Open public page" not in scene.client.get(scene.path("public-link")).text


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        ("used", "This booking link has already been used"),
        ("deleted", "This booking link is no longer available"),
        ("expired", "This booking link expired"),
        ("nonsense", "This booking link has already been used"),
    ],
)
def test_preview_shows_the_expired_page_as_saved(scene, variant, words):
    save(scene, "expired-page", expired_message="Call the office.")
    page = scene.client.get(scene.path(f"expired-page/preview?variant={variant}"))
    assert page.status_code == 200
    assert words in page.text
    assert "Call the office." in page.text
