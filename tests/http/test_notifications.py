"""Calendar Settings > Notifications: kinds on and off, times, words with values, previews."""

import pytest
from flask import Flask

from app.messaging import notices
from app.messaging.notice_groups import GROUPS, has_words
from app.messaging.notices import Setting
from tests.http.calendar_people import Scene, make_scene
from tests.people import form_token

LIST, CONFIRMATION = "notifications", "notifications/booking_confirmed"
REMINDER = "notifications/booking_reminder"


@pytest.fixture
def scene(app: Flask, now: object) -> Scene:
    return make_scene(app)


def save(scene: Scene, section: str, **fields: object):
    """Post the section's form with what stands on it, and `fields` in place of some."""
    page = scene.client.get(scene.path(section))
    seen = page.text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    sent = {"csrf_token": form_token(page), "seen": seen, "is_on": "y", **fields}
    return scene.client.post(scene.path(section), data={name: value for name, value in sent.items() if value})


def stored(scene: Scene, kind: str) -> Setting:
    with scene.app.app_context():
        return notices.setting_of(scene.calendar_id, kind)


def test_all_mails_are_listed_with_what_they_do(scene: Scene) -> None:
    page = scene.client.get(scene.path(LIST)).text
    for words in ("Confirmation", "Reminder", "1 day before", "Follow-up", "To the host"):
        assert words in page


def test_words_are_saved_and_the_usual_ones_are_not(scene: Scene) -> None:
    text = "Dear {{ contact.first_name }},\r\nsee you."
    answer = save(scene, CONFIRMATION, subject="", opening=text)
    assert answer.status_code == 303
    kept = stored(scene, "booking_confirmed")
    assert (kept.is_on, kept.subject, kept.opening) == (True, "", text.replace("\r\n", "\n"))
    assert "in your words" in scene.client.get(scene.path(LIST)).text
    assert "Dear {{ contact.first_name }}" in scene.client.get(scene.path(CONFIRMATION)).text


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("Hello {{ contact.nickname }}", "contact.nickname"),
        ("{{ 7*7 }}", "7*7"),
        ("{{ config.SECRET_KEY }}", "config.SECRET_KEY"),
        ("{{ contact.name", "{{"),
        ("{{ contact.name|upper }}", "contact.name|upper"),
    ],
)
def test_an_unknown_value_is_refused_and_nothing_is_lost(scene: Scene, typed: str, named: str) -> None:
    answer = save(scene, CONFIRMATION, subject="My own subject", opening=typed)
    assert answer.status_code == 422
    assert f"There is no value called “{named}”." in answer.text
    assert "My own subject" in answer.text
    assert typed in answer.text
    assert stored(scene, "booking_confirmed") == Setting()


def test_a_kind_is_switched_off_and_on(scene: Scene) -> None:
    assert save(scene, "notifications/booking_confirmed_host", is_on=None).status_code == 303
    assert not stored(scene, "booking_confirmed_host").is_on
    assert save(scene, "notifications/booking_confirmed_host").status_code == 303
    assert stored(scene, "booking_confirmed_host").is_on


def test_reminders_have_times(scene: Scene) -> None:
    assert save(scene, REMINDER, minutes=["60", "1440"]).status_code == 303
    assert stored(scene, "booking_reminder").minutes == (60, 1440)
    assert "1 day before, 1 hour before" in scene.client.get(scene.path(LIST)).text


@pytest.mark.parametrize("minutes", [[], ["7"], ["soon"]])
def test_times_are_those_on_the_list(scene: Scene, minutes: list[str]) -> None:
    assert save(scene, REMINDER, minutes=minutes).status_code == 422
    assert stored(scene, "booking_reminder").minutes == (1440,)


def test_whoever_saves_on_old_values_is_told_once(scene: Scene) -> None:
    old = scene.client.get(scene.path(CONFIRMATION))
    save(scene, CONFIRMATION, subject="Theirs")
    seen = old.text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    mine = {"csrf_token": form_token(old), "seen": seen, "is_on": "y", "subject": "Mine", "opening": "x"}
    answer = scene.client.post(scene.path(CONFIRMATION), data=mine)
    assert answer.status_code == 409
    assert "Somebody has saved this meanwhile." in answer.text
    assert 'value="Mine"' in answer.text
    assert stored(scene, "booking_confirmed").subject == "Theirs"


def test_the_preview_shows_the_words_of_the_form_and_stores_nothing(scene: Scene) -> None:
    answer = save(scene, CONFIRMATION, do="preview", subject="S", opening="Dear {{ contact.name }} <b>")
    assert answer.status_code == 200
    assert "Dear Sam Lee &lt;b&gt;" in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert stored(scene, "booking_confirmed") == Setting()
    frame = scene.client.get(scene.path(f"{CONFIRMATION}/preview"), query_string={"opening": "Typed so far"})
    assert "Typed so far" in frame.text


def test_every_kind_has_its_page_and_those_to_contacts_a_preview(scene: Scene) -> None:
    for kind in (kind for kinds in GROUPS.values() for kind in kinds):
        page = scene.client.get(scene.path(f"notifications/{kind}"))
        assert page.status_code == 200, kind
        frame = scene.client.get(scene.path(f"notifications/{kind}/preview"))
        assert frame.status_code == (200 if has_words(kind) else 404), kind
        assert not has_words(kind) or "Sam" in frame.text
    assert scene.client.get(scene.path("notifications/nothing")).status_code == 404


def test_only_pages_with_a_preview_may_hold_a_frame(scene: Scene) -> None:
    page = scene.client.get(scene.path(CONFIRMATION))
    assert page.headers["Content-Security-Policy"].endswith("; frame-src 'self'")
    other = scene.client.get(scene.path("details"))
    assert "frame-src" not in other.headers["Content-Security-Policy"]
