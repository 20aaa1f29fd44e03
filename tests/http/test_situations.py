"""The three situations that a personal link is for, from end to end: by the routes that people and programs use, with
what a worker does in between."""

from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from app.contacts.models import Contact
from app.db import db
from app.links.models import OneTimeLink
from app.links.service import address_of
from app.messaging.models import Channel, MessageState
from app.workflows import ready_made
from app.workflows.models import RunState

from ..factories import NOW, at, make_form, make_opportunity, make_pipeline, make_workflow
from ..flows import settle, stored_runs
from ..forms_on_page import fill
from ..mailing import deliver_all, messages
from ..people import send
from ..phone_hooks import CALLER, make_hooks, signed
from ..public_pages import key_in
from .calendar_people import Scene, make_scene

A_MOMENT = timedelta(seconds=10)
BY_BOOKING = (RunState.STOPPED, "The contact has booked.")


@pytest.fixture
def scene(app: Flask, now: object) -> Scene:
    return make_scene(app)


def begin_with(scene: Scene, key: str, **filters: int) -> None:
    """The ready-made workflow, on."""
    made = ready_made.all_of_them(scene.calendar_id)[key].definition
    with scene.app.app_context():
        make_workflow(
            scene.stored().account_id, made.trigger, made.steps, filters=filters, settings=made.settings
        )


def what_follows(scene: Scene) -> tuple[OneTimeLink, object]:
    """The link and the first message that came of it all."""
    with scene.app.app_context():
        settle(NOW + A_MOMENT)
        deliver_all()
        (message,) = (each for each in messages() if each.kind.startswith("workflow"))
        (link,) = db.session.scalars(db.select(OneTimeLink)).all()
        db.session.expunge_all()
        return link, message


def assert_booked_and_told(
    scene: Scene, link: OneTimeLink, email: str, ended: tuple[RunState, str] = BY_BOOKING
) -> None:
    """The link books; then link, contact and run tell of it."""
    with scene.app.app_context():
        path = address_of(link).removeprefix("http://slotkey.test")
    contact, details = scene.app.test_client(), {"s": at(9), "name": "Zoe Lind", "email": email}
    key = key_in(contact.get(f"{path}/details?s={at(9)}").text)
    with clock.fixed(NOW + 2 * A_MOMENT):
        assert contact.post(f"{path}/details", data={**details, "key": key}).status_code == 303
    with scene.app.app_context():
        settle(NOW + 3 * A_MOMENT)
        (run,) = stored_runs()
        assert (run.state, run.why) == ended
    for page in (f"/workflows/runs/{run.id}", f"/contacts/{run.contact_id}"):
        assert scene.client.get(page).status_code == 200
    timeline = scene.client.get(f"/contacts/{run.contact_id}").text
    assert f'<a href="/workflows/runs/{run.id}">Came into a workflow</a>' in timeline
    told = scene.client.get(f"/calendars/{scene.calendar_id}/links/{link.id}").text
    assert "Sent in a message of a workflow" in told
    assert "By the workflow Follow-up" in told
    assert "Booked" in told


def test_a_form_is_submitted(scene: Scene) -> None:
    with scene.app.app_context():
        form = make_form(scene.ada, slug="ask")
    begin_with(scene, "form", form_id=form.id)
    contact = scene.app.test_client()
    action, data = fill(contact, "/f/ask", "key", name="Zoe Lind", email="zoe@example.org")
    with clock.fixed(NOW + A_MOMENT):
        assert contact.post(action, data=data).status_code == 303
    link, message = what_follows(scene)
    assert (message.to_address, message.state, message.link_id) == (
        "zoe@example.org",
        MessageState.KEPT,
        link.id,
    )
    page = scene.client.get(f"/messages/{message.id}").text
    assert "Choose a time: Intro call" in page
    assert "/o/…" in page
    assert_booked_and_told(scene, link, "zoe@example.org")


def test_a_stage_is_reached(scene: Scene) -> None:
    with scene.app.app_context():
        sales = make_pipeline(scene.ada)
        opportunity = make_opportunity(sales, name="Zoe Lind")
        stage_id = db.session.get(type(sales), sales.id).stages[1].id
    begin_with(scene, "stage", stage_id=stage_id)
    board = f"/pipelines/{sales.id}"
    answer = send(scene.client, f"{board}/opportunities/{opportunity.id}/move", board, stage_id=stage_id)
    assert answer.status_code == 303
    link, message = what_follows(scene)
    assert message.link_id == link.id
    assert_booked_and_told(scene, link, "zoe.lind@example.org")


def test_a_call_is_missed(scene: Scene) -> None:
    with scene.app.app_context():
        hooks = make_hooks(scene.stored().account_id)
    begin_with(scene, "call")
    said = {"from": CALLER, "status": "no-answer", "id": "1"}
    answer = signed(scene.app.test_client(), f"/hooks/calls/{hooks.name}", hooks.secret, said)
    assert answer.status_code == 200, answer.text
    link, message = what_follows(scene)
    assert (message.channel, message.to_address, link.for_email) == (Channel.SMS, CALLER, "")
    assert_booked_and_told(scene, link, "caller@example.org", (RunState.DONE, ""))
    with scene.app.app_context():
        contact = db.session.scalars(db.select(Contact)).one()
        assert contact.email == "caller@example.org"  # typed when booking
