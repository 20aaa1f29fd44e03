"""Calendar Settings > Notifications: kinds on and off, times, words with values, previews."""

import pytest
from flask import Flask

from app.db import in_transaction
from app.messaging import notices, service
from app.messaging.models import MessageState
from app.messaging.notice_groups import GROUPS, has_words
from app.messaging.notices import HOSTS_REMINDER, Setting
from tests.factories import NOW
from tests.http.calendar_people import Scene, make_scene
from tests.mailing import deliver_all, mails_go_to, messages
from tests.people import form_token
from tests.services.mail import Post, mail_server

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


def test_the_preview_names_values_that_do_not_exist_as_saving_does(scene: Scene) -> None:
    typed = {"subject": "For {{ contact.frist_name }}", "opening": "Hello {{ you }} {{ contact.name }}"}
    sentence = "There is no value called “contact.frist_name”, “you”. Choose from the list of values."
    address = scene.path(f"{CONFIRMATION}/preview")
    assert sentence in scene.client.get(address, query_string=typed).text
    assert sentence in save(scene, CONFIRMATION, do="preview", **typed).text
    assert "no value called" not in scene.client.get(address).text


def test_a_test_goes_to_whoever_asks_in_the_words_typed_and_marked_as_one(scene: Scene) -> None:
    answer = save(scene, CONFIRMATION, do="test", subject="Hi {{ contact.name }}", opening="Typed just now")
    assert answer.status_code == 200
    assert f"A test to {scene.ada.email} was written" in answer.text
    assert "Typed just now</textarea>" in answer.text
    assert stored(scene, "booking_confirmed") == Setting()
    with scene.app.app_context():
        deliver_all()
        (test,) = messages()
        assert (test.state, test.to_address) == (MessageState.KEPT, scene.ada.email)
        post, test_id = Post(), test.id
        in_transaction(lambda: service.resend(test_id, NOW))
        with mail_server(post) as server, mails_go_to(server):
            deliver_all()
    (mail,) = post.sent
    text = mail.get_body(("plain",)).get_content()
    assert mail["Subject"] == "Test: Hi Sam Lee"
    assert "This is a test: the booking below is invented" in text
    assert "Typed just now" in text
    assert "text/calendar" not in {part.get_content_type() for part in mail.walk()}
    shown = scene.client.get(f"/messages/{test_id}").text
    assert "Test of a mail" in shown
    assert f'href="{scene.path(CONFIRMATION)}">The words of this mail</a>' in shown


def test_tests_are_limited_and_lose_nothing_that_was_typed(scene: Scene) -> None:
    for _ in range(10):
        assert save(scene, CONFIRMATION, do="test").status_code == 200
    answer = save(scene, CONFIRMATION, do="test", opening="Typed just now")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Typed just now</textarea>" in answer.text
    assert save(scene, CONFIRMATION, do="test", csrf_token="x").status_code in (400, 403, 422)
    assert save(scene, CONFIRMATION, do="test", opening="{{ you }}").status_code == 422
    assert save(scene, "notifications/booking_confirmed_host", do="test").status_code == 404
    with scene.app.app_context():
        assert len(messages()) == 10


def test_hosts_have_a_reminder_of_their_own_which_is_off(scene: Scene) -> None:
    assert stored(scene, HOSTS_REMINDER) == Setting(is_on=False, minutes=(60,))
    assert save(scene, f"notifications/{HOSTS_REMINDER}", minutes="15").status_code == 303
    assert (stored(scene, HOSTS_REMINDER).is_on, stored(scene, HOSTS_REMINDER).minutes) == (True, (15,))


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
