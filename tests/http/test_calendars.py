"""Calendars: list, new, duplicate, switch off and on, delete; and that strangers get nothing (R20, R23)."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import event

from app.accounts.models import User
from app.calendars.models import Calendar
from app.db import db, transaction
from app.events import Event
from app.messaging import notices

from ..factories import NOW, account_of, make_booking, make_calendar, make_link
from ..forms_on_page import forms_of, submit
from ..people import form_token, make_person
from .calendar_people import make_scene, signed_in


@pytest.fixture
def scene(app, now):
    return make_scene(app)


def post(scene, path, client=None, **data):
    client = client or scene.client
    token = form_token(client.get("/calendars"))
    return client.post(f"/calendars/{scene.calendar_id}/{path}", data={"csrf_token": token, **data})


def names(scene):
    with scene.app.app_context():
        return [event.name for event in db.session.scalars(db.select(Event).order_by(Event.at, Event.id))]


def test_list_shows_name_host_next_time_and_links(scene):
    page = scene.client.get("/calendars").text
    for words in (
        "Intro call",
        "Ada Lovelace",
        "Tue 1 Dec 09:00 Berlin",
        "Calendar Settings",
        "Create one-time link",
    ):
        assert words in page
    assert f'href="/calendars/{scene.calendar_id}/settings/one-time-links?status=active"' in page


def test_list_counts_active_links_only(scene):
    with scene.app.app_context():
        calendar = db.session.get(Calendar, scene.calendar_id)
        make_booking(calendar, make_link(calendar))
        make_link(calendar)
    assert re.search(r">1<span[^>]*> active links of Intro call", scene.client.get("/calendars").text)


def test_empty_list_shows_the_first_steps(app, now):
    client = signed_in(app, make_person(app))
    page = client.get("/calendars").text
    assert "Three steps to your first booking" in page
    assert 'href="/calendars/new"' in page


def test_first_steps_go_once_a_link_was_made(scene):
    assert "Three steps" in scene.client.get("/calendars").text
    with scene.app.app_context():
        make_link(db.session.get(Calendar, scene.calendar_id))
    assert "Three steps" not in scene.client.get("/calendars").text


def test_list_costs_the_same_queries_for_one_calendar_and_for_thirty(scene):
    few = queries(scene)
    with scene.app.app_context():
        ada = db.session.get(User, scene.ada.id)
        for number in range(29):
            make_calendar(ada, name=f"Number {number}", limit_per_day=3 if number % 2 else None)
    assert queries(scene) <= few + 1


def queries(scene):
    seen = []
    with scene.app.app_context():
        engine = db.engine

        def note(*args):
            seen.append(args[2])

        event.listen(engine, "before_cursor_execute", note)
        assert scene.client.get("/calendars").status_code == 200
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_new_calendar_opens_its_hours(scene):
    answer = submit(
        scene.client,
        "/calendars/new",
        "tz",
        name="Portfolio  review",
        tz="Asia/Kolkata",
        duration_minutes="45",
    )
    assert answer.status_code == 303
    assert answer.location.endswith("/settings/availability")
    with scene.app.app_context():
        made = db.session.scalars(db.select(Calendar).order_by(Calendar.id.desc())).first()
    assert (made.name, made.slug, made.tz, made.duration_minutes) == (
        "Portfolio review",
        "portfolio-review",
        "Asia/Kolkata",
        45,
    )
    assert made.weekly_hours == [[[540, 1020]]] * 5 + [[], []]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", " ", "Enter a name"),
        ("tz", "Mars/Olympus", "Choose a time zone from the list."),
        ("duration_minutes", "half an hour", "Enter a whole number from 1 to 1440."),
        ("duration_minutes", "0", "Enter a whole number from 1 to 1440."),
    ],
)
def test_new_calendar_keeps_what_was_typed(scene, field, value, sentence):
    answer = submit(scene.client, "/calendars/new", "tz", **{"name": "Kept name", field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "<title>Error: " in answer.text
    assert field == "name" or 'value="Kept name"' in answer.text


def test_new_calendar_belongs_to_the_account_that_is_signed_in(scene):
    """R21."""
    cleo = make_person(scene.app, "Cleo Stranger")
    with scene.app.app_context():
        other = account_of(db.session.get(User, cleo.id))
    submit(
        scene.client,
        "/calendars/new",
        "tz",
        name="Mine",
        account_id=str(other),
        host_id=str(cleo.id),
        version="9",
    )
    with scene.app.app_context():
        made = db.session.scalars(db.select(Calendar).where(Calendar.name == "Mine")).one()
        assert (made.account_id, made.host_id) == (
            account_of(db.session.get(User, scene.ada.id)),
            scene.ada.id,
        )


def test_duplicate_takes_settings_and_no_links(scene):
    answer = post(scene, "duplicate")
    assert answer.status_code == 303
    with scene.app.app_context():
        copy = db.session.scalars(db.select(Calendar).order_by(Calendar.id.desc())).first()
        assert copy.name == "Copy of Intro call"
        assert copy.slug != scene.stored().slug


def test_duplicate_sends_the_same_mails(scene):
    with scene.app.app_context(), transaction():
        usual = notices.setting_of(scene.calendar_id, "booking_follow_up")
        wanted = replace(usual, is_on=True, opening="How was it?", minutes=(30,))
        calendar = db.session.get(Calendar, scene.calendar_id)
        notices.change(calendar, "booking_follow_up", wanted, seen=usual.mark, actor_id=scene.ada.id, now=NOW)
    post(scene, "duplicate")
    with scene.app.app_context():
        copy_id = db.session.scalar(db.select(db.func.max(Calendar.id)))
        copied = notices.settings_of(copy_id)
        assert copied == notices.settings_of(scene.calendar_id)
        assert copied["booking_follow_up"].mark == wanted.mark


def test_switched_off_calendar_is_listed_as_off_and_comes_back(scene):
    assert post(scene, "switch-off").status_code == 303
    assert not scene.stored().is_on
    assert "Switched off" in scene.client.get("/calendars").text
    assert "This calendar is switched off" in scene.client.get(scene.path("details")).text
    post(scene, "switch-on")
    assert scene.stored().is_on
    assert sorted(names(scene)) == ["calendar_switched_off", "calendar_switched_on"]


def test_switching_leads_back_to_where_it_was_done(scene):
    """From a section to that section, from the list to the list; and nowhere else."""
    for section, what in (("details", "switch-off"), ("one-time-links", "switch-on")):
        page = scene.client.get(scene.path(section))
        form = next(form for form in forms_of(page) if form.action.endswith(what))
        assert scene.client.post(form.action, data=form.fields).location == scene.path(section)
    assert post(scene, "switch-off").location == "/calendars"
    assert post(scene, "switch-on", next="//evil.example").location == "/calendars"


def test_empty_calendar_is_deleted_after_asking(scene):
    page = scene.client.get(f"/calendars/{scene.calendar_id}/delete")
    assert "This cannot be undone." in page.text
    assert post(scene, "delete").status_code == 303
    assert scene.stored_ids() == []
    assert names(scene) == ["calendar_deleted"]


def test_calendar_with_a_deleted_link_says_why_it_stays(scene):
    with scene.app.app_context():
        make_link(db.session.get(Calendar, scene.calendar_id))
    page = scene.client.get(f"/calendars/{scene.calendar_id}/delete")
    assert "which would be lost with it" in page.text
    assert "Switch off" in page.text
    answer = post(scene, "delete")
    assert answer.status_code == 409
    assert scene.stored_ids() == [scene.calendar_id]


def test_settings_begin_with_details_and_name_their_way_there(scene):
    assert scene.client.get(f"/calendars/{scene.calendar_id}/settings").location.endswith("/settings/details")
    page = scene.client.get(scene.path("details")).text
    assert "Calendar Settings: Intro call" in page
