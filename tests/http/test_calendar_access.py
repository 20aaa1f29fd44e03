"""Who may see and change calendars: strangers, nobody, forged forms, members and admins (R20, R23)."""

import pytest

from app.accounts.models import Role, User
from app.calendars.models import Calendar
from app.db import db
from app.events import Event

from ..factories import account_of, make_calendar
from ..people import form_token, make_person
from .calendar_people import join_team, make_scene, signed_in

SECTIONS = (
    "details",
    "availability",
    "booking-rules",
    "location",
    "questions",
    "expired-page",
    "public-link",
    "expired-page/preview",
    "availability/preview",
)
POSTS = (
    "settings/details",
    "settings/availability",
    "settings/availability/dates",
    "settings/availability/dates/1/remove",
    "settings/booking-rules",
    "settings/location",
    "settings/questions",
    "settings/expired-page",
    "settings/public-link",
    "duplicate",
    "switch-off",
    "switch-on",
    "delete",
)


@pytest.fixture
def scene(app, now):
    return make_scene(app)


def names(scene):
    with scene.app.app_context():
        return [event.name for event in db.session.scalars(db.select(Event).order_by(Event.at, Event.id))]


def test_stranger_and_nobody_see_no_section(scene):
    """R20."""
    cleo = signed_in(scene.app, make_person(scene.app, "Cleo Stranger"))
    nobody = scene.app.test_client()
    for path in [scene.path(section) for section in SECTIONS]:
        seen = [client.get(path).status_code for client in (scene.client, cleo, nobody)]
        assert seen == [200, 404, 302], path


def test_stranger_and_nobody_change_nothing(scene):
    """R20."""
    cleo = signed_in(scene.app, make_person(scene.app, "Cleo Stranger"))
    token = form_token(cleo.get("/calendars"))
    before = everything(scene)
    for path in POSTS:
        address, data = f"/calendars/{scene.calendar_id}/{path}", {"csrf_token": token, "name": "Taken over"}
        assert cleo.post(address, data=data).status_code == 404, path
        assert scene.app.test_client().post(address, data=data).status_code in (302, 403), path
        assert everything(scene) == before, path


def test_post_without_token_changes_nothing(scene):
    """R23."""
    before = everything(scene)
    for path in POSTS:
        answer = scene.client.post(f"/calendars/{scene.calendar_id}/{path}", data={"name": "Forged"})
        assert answer.status_code == 403, path
        assert everything(scene) == before, path


def everything(scene):
    stored = scene.stored()
    values = [getattr(stored, column.key) for column in Calendar.__table__.c]
    return values, scene.stored_ids(), names(scene)


def test_member_manages_only_the_calendars_that_book_them(scene):
    ben = join_team(scene.app, scene.ada)
    client = signed_in(scene.app, ben)
    assert client.get(scene.path("details")).status_code == 404
    with scene.app.app_context():
        account = account_of(db.session.get(User, scene.ada.id))
        own = make_calendar(db.session.get(User, ben.id), account_id=account, name="Ben's hour").id
    assert client.get(f"/calendars/{own}/settings/details").status_code == 200
    assert "Intro call" not in client.get("/calendars").text


def test_admin_manages_all_calendars(scene):
    client = signed_in(scene.app, join_team(scene.app, scene.ada, role=Role.ADMIN))
    assert client.get(scene.path("details")).status_code == 200


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999"])
def test_unknown_calendar_is_not_found(scene, number):
    """R26."""
    assert scene.client.get(f"/calendars/{number}/settings/details").status_code == 404
