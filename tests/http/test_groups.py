"""The owner's pages of calendar groups. Strangers and forged forms: tests/security (R20, R23)."""

import pytest
from flask import Flask

from app.accounts.models import Role
from app.db import db
from app.groups.models import CalendarGroup, GroupPlace
from app.links.models import OneTimeLink

from ..factories import make_calendar, make_group
from ..forms_on_page import submit
from ..people import send
from .calendar_people import Scene, join_team, make_scene, signed_in

SENTENCE = "One-time links are made from a group&#39;s calendars."


@pytest.fixture
def scene(app: Flask, now: object) -> Scene:
    return make_scene(app)


@pytest.fixture
def group(scene: Scene) -> int:
    """The intro call and a phone call, in this order."""
    with scene.app.app_context():
        calendars = [make_calendar(scene.ada, name=name) for name in ("Phone call", "Consultation")]
        return make_group(*calendars, slug="talks").id


def order(scene: Scene, group: int) -> list[str]:
    with scene.app.app_context():
        return [each.name for each in db.session.get(CalendarGroup, group).calendars]


def id_of(scene: Scene, group: int, name: str) -> int:
    with scene.app.app_context():
        return next(each.id for each in db.session.get(CalendarGroup, group).calendars if each.name == name)


def test_group_is_made_and_filled(scene: Scene) -> None:
    answer = submit(scene.client, "/groups/new", "description", name=" Talks ", description="Choose one.")
    page = scene.client.get(answer.location)
    assert "No calendars in this group yet." in page.text
    assert "http://slotkey.test/g/talks" in page.text
    answer = submit(scene.client, answer.location, "calendar_id", calendar_id=scene.calendar_id)
    page = scene.client.get(answer.location)
    assert "Intro call added." in page.text
    assert "Every calendar is in a group." in page.text


def test_group_needs_a_name(scene: Scene) -> None:
    answer = submit(scene.client, "/groups/new", "description", name=" ")
    assert answer.status_code == 422
    assert "Enter a name, such as Consultations." in answer.text


def test_list_of_calendars_shows_groups_apart(scene: Scene, group: int) -> None:
    page = scene.client.get("/calendars").text
    assert f'href="/groups/{group}"' in page
    assert "Phone call, Consultation" in page
    assert SENTENCE in page


def test_member_sees_no_groups_and_is_told_whose_they_are(scene: Scene, group: int) -> None:
    ben = signed_in(scene.app, join_team(scene.app, scene.ada))
    assert "group" not in ben.get("/calendars").text.lower()
    for path in (f"/groups/{group}", "/groups/new"):
        answer = ben.get(path)
        assert answer.status_code == 403
        assert "managed by the owners and admins" in answer.text
    admin = signed_in(scene.app, join_team(scene.app, scene.ada, "Grace Hopper", role=Role.ADMIN))
    assert admin.get(f"/groups/{group}").status_code == 200


def test_details_are_saved(scene: Scene, group: int) -> None:
    path = f"/groups/{group}"
    assert submit(scene.client, path, "seen", name="New", slug="new", description="Hello").status_code == 303
    page = scene.client.get(path).text
    assert "http://slotkey.test/g/new" in page
    assert "Hello" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Enter a name"),
        ({"slug": "A b"}, "small letters"),
        ({"slug": "taken"}, "Another group already has this address."),
    ],
)
def test_bad_details_are_refused_and_kept(
    scene: Scene, group: int, changes: dict[str, str], sentence: str
) -> None:
    with scene.app.app_context():
        make_group(make_calendar(scene.ada), slug="taken")
    answer = submit(scene.client, f"/groups/{group}", "seen", description="Kept", **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Kept" in answer.text


def test_stale_form_is_told_once(scene: Scene, group: int) -> None:
    path = f"/groups/{group}"
    submit(scene.client, path, "seen", name="From another window")
    answer = submit(scene.client, path, "seen", seen="1", name="Mine")
    assert answer.status_code == 409
    assert "Somebody else has changed this group" in answer.text
    assert 'value="Mine"' in answer.text
    assert 'name="seen" type="hidden" value="2"' in answer.text


def test_calendars_move_and_leave(scene: Scene, group: int) -> None:
    calendar = id_of(scene, group, "Phone call")
    path = f"/groups/{group}/calendars/{calendar}"
    answer = send(scene.client, f"{path}/move", f"/groups/{group}", do="down")
    assert order(scene, group) == ["Consultation", "Phone call"]
    page = scene.client.get(answer.location).text
    assert "Phone call moved down." in page
    assert send(scene.client, f"{path}/move", f"/groups/{group}", do="sideways").status_code == 422
    send(scene.client, f"{path}/remove", f"/groups/{group}")
    assert order(scene, group) == ["Consultation"]


def test_move_by_htmx_answers_with_the_list_and_its_focus(scene: Scene, group: int) -> None:
    answer = scene.client.get(
        f"/groups/{group}?moved={id_of(scene, group, 'Consultation')}&step=up",
        headers={"HX-Request": "true", "HX-Target": "section#calendars"},
    )
    assert answer.text.lstrip().startswith("<section")
    assert answer.text.count("data-focus") == 1
    assert 'aria-label="Move Consultation up" data-focus' in answer.text


def test_calendar_that_joined_another_group_meanwhile_is_refused(scene: Scene, group: int) -> None:
    with scene.app.app_context():
        make_group(make_calendar(scene.ada, name="Elsewhere"))
        taken = db.session.scalar(db.select(GroupPlace.calendar_id).order_by(GroupPlace.calendar_id.desc()))
    answer = submit(scene.client, f"/groups/{group}", "calendar_id", calendar_id=taken)
    assert answer.status_code == 409
    assert "a calendar is in one group at most" in answer.text


def test_what_is_not_on_the_page_says_why(scene: Scene) -> None:
    with scene.app.app_context():
        off = make_calendar(scene.ada, name="Off", switched_off_at=scene.ada.created_at)
        closed = make_calendar(scene.ada, name="By link only", is_public=False)
        path = f"/groups/{make_group(off, closed).id}"
    page = scene.client.get(path).text
    assert "Switched off" in page
    assert "Its public link is off" in page


def test_switch_off_and_on_and_delete(scene: Scene, group: int) -> None:
    path = f"/groups/{group}"
    send(scene.client, f"{path}/switch-off", path)
    assert "This group is switched off" in scene.client.get(path).text
    send(scene.client, f"{path}/switch-on", path)
    assert "This group is switched off" not in scene.client.get(path).text
    assert "Its calendars stay as they are" in scene.client.get(f"{path}/delete").text
    answer = send(scene.client, f"{path}/delete")
    assert "Consultations deleted. Its calendars stay." in scene.client.get(answer.location).text
    assert scene.client.get(path).status_code == 404


def test_group_asked_for_a_one_time_link_names_its_calendars(scene: Scene, group: int) -> None:
    page = scene.client.get(f"/groups/{group}/one-time-links").text
    assert f"{SENTENCE} Choose one of its calendars." in page
    calendar = id_of(scene, group, "Phone call")
    answer = send(
        scene.client, f"/calendars/{calendar}/settings/one-time-links", f"/groups/{group}/one-time-links"
    )
    assert "created=" in answer.location
    with scene.app.app_context():
        assert db.session.scalars(db.select(OneTimeLink.calendar_id)).all() == [calendar]
