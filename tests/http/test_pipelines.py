"""The owner's pages of pipelines. Strangers and forged forms: tests/security (R20, R23)."""

import re
from typing import Any

import pytest
from flask import Flask

from app.contacts.models import Contact
from app.db import db
from app.pipelines.models import Opportunity, Pipeline
from app.workflows.steps import Step

from ..factories import account_of, make_contact, make_opportunity, make_pipeline, make_workflow
from ..forms_on_page import fill, submit
from ..people import make_person, send
from .calendar_people import Scene, join_team, make_scene, signed_in

STOP = (Step("aaaaaaaa", "stop", {}),)


@pytest.fixture
def scene(app: Flask, now: object) -> Scene:
    return make_scene(app)


@pytest.fixture
def sales(scene: Scene) -> Pipeline:
    with scene.app.app_context():
        return make_pipeline(scene.ada)


@pytest.fixture
def zoe(scene: Scene, sales: Pipeline) -> Opportunity:
    with scene.app.app_context():
        return make_opportunity(sales, title="Roof", value=125_050, owner_id=scene.ada.id)


def stage_ids(sales: Pipeline) -> list[int]:
    return [each.id for each in sales.stages]


def stored(scene: Scene, opportunity: Opportunity) -> Opportunity:
    with scene.app.app_context():
        return db.session.get_one(Opportunity, opportunity.id)


def test_pipeline_is_made_with_the_usual_stages(scene: Scene) -> None:
    assert "No pipelines yet." in scene.client.get("/pipelines").text
    assert submit(scene.client, "/pipelines/new", "currency", name=" ").status_code == 422
    answer = submit(scene.client, "/pipelines/new", "currency", name="Sales", currency="GBP")
    page = scene.client.get(answer.location).text
    assert "Pipeline created." in page
    for stage in ("New", "Qualified", "Won", "Lost"):
        assert f'<span dir="auto">{stage}</span>' in page
    assert "New, Qualified, Won, Lost" in scene.client.get("/pipelines").text


def test_card_is_moved_by_its_form(scene: Scene, sales: Pipeline, zoe: Opportunity) -> None:
    board = f"/pipelines/{sales.id}"
    page = scene.client.get(board).text
    assert "€1,250.50, Ada Lovelace" in page
    answer = submit(scene.client, board, "stage_id", stage_id=stage_ids(sales)[1])
    page = scene.client.get(answer.location).text
    assert "Zoe Lind moved to Qualified." in page
    assert page.count("data-focus") == 1
    assert stored(scene, zoe).stage_id == stage_ids(sales)[1]
    answer = submit(scene.client, board, "stage_id")
    assert "Zoe Lind is already in Qualified." in scene.client.get(answer.location).text


def test_move_by_htmx_answers_with_the_board_and_says_what_happened(
    scene: Scene, sales: Pipeline, zoe: Opportunity
) -> None:
    """Dragging sends the same form."""
    action, data = fill(scene.client, f"/pipelines/{sales.id}", "stage_id", stage_id=stage_ids(sales)[2])
    headers = {"HX-Request": "true", "HX-Target": "div#board"}
    answer = scene.client.post(action, data=data, headers=headers)
    block = scene.client.get(answer.location, headers=headers).text
    assert block.lstrip().startswith('<div id="board"')
    assert 'data-announce="Zoe Lind moved to Won."' in block


@pytest.mark.parametrize("page", ["", "page"], ids=["on the board", "on its page"])
def test_move_that_comes_too_late_says_so(scene: Scene, sales: Pipeline, zoe: Opportunity, page: str) -> None:
    path = f"/pipelines/{sales.id}" + (f"/opportunities/{zoe.id}" if page else "")
    action, late = fill(scene.client, path, "stage_id", stage_id=stage_ids(sales)[3])
    submit(scene.client, path, "stage_id", stage_id=stage_ids(sales)[1])
    answer = scene.client.post(action, data=late)
    assert answer.status_code == 409
    assert "Somebody else has moved it to another stage" in answer.text
    assert stored(scene, zoe).stage_id == stage_ids(sales)[1]


def test_stage_that_is_none_of_the_pipelines_is_refused(
    scene: Scene, sales: Pipeline, zoe: Opportunity
) -> None:
    answer = submit(scene.client, f"/pipelines/{sales.id}", "stage_id", stage_id="999")
    assert answer.status_code == 422
    assert "Choose a stage of this pipeline." in answer.text


def test_opportunity_is_added_for_somebody_new_and_for_somebody_known(
    scene: Scene, sales: Pipeline, zoe: Opportunity
) -> None:
    path = f"/pipelines/{sales.id}/opportunities/new"
    said = {
        "name": "Sam Lee",
        "email": "SAM@example.org",
        "phone": "+4930901820",
        "value": "900",
        "title": "Shed",
    }
    for _twice in range(2):
        answer = submit(scene.client, path, "title", **said)
        page = scene.client.get(answer.location).text
        assert "Opportunity added." in page
    shown = re.search(rf'href="({path.removesuffix("new")}\d+)"', page)[1]
    assert "+49 30 901820" in scene.client.get(shown).text
    known = f"{path}?contact={zoe.contact_id}&stage={stage_ids(sales)[1]}"
    assert "zoe.lind@example.org" in scene.client.get(known).text
    assert submit(scene.client, known, "title", title="Cellar").status_code == 303
    with scene.app.app_context():
        people = db.session.scalars(db.select(Contact.email).order_by(Contact.id)).all()
        titles = db.session.scalars(
            db.select(Opportunity.title).where(Opportunity.contact_id == zoe.contact_id)
        )
        assert people == ["zoe.lind@example.org", "sam@example.org"]
        assert sorted(titles) == ["Cellar", "Roof"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Enter an e-mail address or a phone number."),
        ({"email": "sam@"}, "Enter an e-mail address like"),
        ({"phone": "12"}, "Enter a phone number with its country code"),
        ({"email": "sam@example.org", "value": "much"}, "Enter an amount, such as 1250"),
    ],
)
def test_bad_opportunity_is_refused_and_kept(
    scene: Scene, sales: Pipeline, changes: dict[str, str], sentence: str
) -> None:
    path = f"/pipelines/{sales.id}/opportunities/new"
    answer = submit(scene.client, path, "title", title="Kept", **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Kept"' in answer.text


def test_opportunity_is_changed_and_deleted(scene: Scene, sales: Pipeline, zoe: Opportunity) -> None:
    path = f"/pipelines/{sales.id}/opportunities/{zoe.id}"
    page = scene.client.get(path).text
    assert 'value="1250.50"' in page
    assert "Added in <bdi>New</bdi>" in page
    assert submit(scene.client, path, "value", value="nothing", title="Kept").status_code == 422
    submit(scene.client, path, "value", value="2,000", owner_id="0")
    assert (stored(scene, zoe).value, stored(scene, zoe).owner_id) == (200_000, None)
    answer = send(scene.client, f"{path}/delete")
    assert "Opportunity deleted." in scene.client.get(answer.location).text
    assert scene.client.get(path).status_code == 404


def test_stages_are_edited_before_they_are_saved(scene: Scene, sales: Pipeline, zoe: Opportunity) -> None:
    path = f"/pipelines/{sales.id}/settings"
    action, data = fill(scene.client, path, "currency")
    headers = {"HX-Request": "true", "HX-Target": "section#stages"}
    page = scene.client.post(action, data={**data, "do": "up-1"}, headers=headers).text
    assert page.index('value="Qualified"') < page.index('value="New"')
    assert page.count("data-focus") == 1
    more: dict[str, Any] = {"stages-4-name": "Called", "stages-4-outcome": "open"}
    assert submit(scene.client, path, "currency", **more).status_code == 303
    with scene.app.app_context():
        names = [each.name for each in db.session.get_one(Pipeline, sales.id).stages]
        assert names == ["New", "Qualified", "Won", "Lost", "Called"]
    none_of_new = dict.fromkeys(("stages-0-key", "stages-0-name", "stages-0-outcome"))
    answer = submit(scene.client, path, "currency", **none_of_new)
    assert answer.status_code == 409
    assert "“New” holds opportunities." in answer.text
    assert "cannot be deleted" in scene.client.get(f"/pipelines/{sales.id}/delete").text
    assert send(scene.client, f"/pipelines/{sales.id}/delete", path).status_code == 409


def test_stage_names_the_workflows_that_it_starts(scene: Scene, sales: Pipeline) -> None:
    meant = {"pipeline_id": sales.id, "stage_id": stage_ids(sales)[1]}
    with scene.app.app_context():
        make_workflow(sales.account_id, "stage_reached", STOP, filters=meant, name="Meant")
    page = scene.client.get(f"/pipelines/{sales.id}").text
    assert page.count(">Meant</a>") == 1
    assert page.index("Qualified</span>") < page.index(">Meant</a>") < page.index("Won</span>")


def test_nothing_of_another_account_comes_into_ones_own_pipeline(
    scene: Scene, sales: Pipeline, zoe: Opportunity
) -> None:
    """R20: Ada's opportunity, contact and stage under Cleo's own pipeline."""
    cleo = make_person(scene.app, "Cleo Stranger")
    with scene.app.app_context():
        hers = f"/pipelines/{make_pipeline(cleo).id}"
        make_opportunity(db.session.get_one(Pipeline, int(hers.rpartition("/")[2])), name="Own")
    client = signed_in(scene.app, cleo)
    assert client.get(f"{hers}/opportunities/{zoe.id}").status_code == 404
    assert client.get(f"{hers}/opportunities/new?contact={zoe.contact_id}").status_code == 404
    assert submit(client, hers, "stage_id", stage_id=stage_ids(sales)[1]).status_code == 422
    own = submit(client, f"{hers}/opportunities/new", "title", email="x@example.org", owner_id=scene.ada.id)
    assert own.status_code == 422
    assert "Zoe Lind" not in client.get(f"{hers}/table?stage={stage_ids(sales)[0]}").text


def test_table_is_filtered_by_stage(scene: Scene, sales: Pipeline, zoe: Opportunity) -> None:
    path = f"/pipelines/{sales.id}/table"
    assert "€1,250.50" in scene.client.get(f"{path}?stage={stage_ids(sales)[0]}").text
    page = scene.client.get(f"{path}?stage={stage_ids(sales)[1]}").text
    assert "Nothing in this stage." in page


def test_contact_is_added_to_a_pipeline_on_their_own_page(
    scene: Scene, sales: Pipeline, zoe: Opportunity
) -> None:
    path, qualified = f"/contacts/{zoe.contact_id}", stage_ids(sales)[1]
    answer = submit(scene.client, path, "value", stage_id=qualified, value="1,200.50")
    page = scene.client.get(answer.location).text
    assert "Added to Sales, Qualified." in page
    assert "Stage reached by Ada Lovelace" in page
    assert "Sales · Qualified" in page
    with scene.app.app_context():
        made = db.session.scalars(db.select(Opportunity).order_by(Opportunity.id.desc())).first()
        said = (made.contact_id, made.stage_id, made.value, made.owner_id)
        assert said == (zoe.contact_id, qualified, 120_050, scene.ada.id)
    opportunity = f"/pipelines/{sales.id}/opportunities/{made.id}"
    assert page.count(f'href="{opportunity}"') == 2  # in the card and in the timeline
    send(scene.client, f"{opportunity}/delete")
    assert f'href="{opportunity}"' not in scene.client.get(path).text


def test_contact_is_not_added_to_what_is_no_stage_of_the_account_s(
    scene: Scene, sales: Pipeline, zoe: Opportunity
) -> None:
    path = f"/contacts/{zoe.contact_id}"
    with scene.app.app_context():
        foreign = make_pipeline(make_person(scene.app, "Cleo Stranger")).stages[0].id
    for said in (
        {"stage_id": foreign},
        {"stage_id": "x"},
        {"stage_id": stage_ids(sales)[0], "value": "much"},
    ):
        answer = submit(scene.client, path, "value", **said)
        assert answer.status_code == 422
        assert "There is a problem" in answer.text
    assert scene.client.get(path).text.count("Stage reached") == 1


def test_page_of_a_contact_leads_to_the_first_pipeline(scene: Scene) -> None:
    with scene.app.app_context():
        contact = make_contact(account_of(scene.ada))
    assert "There is no pipeline yet." in scene.client.get(f"/contacts/{contact.id}").text


def test_member_is_told_whose_pipelines_are(scene: Scene, sales: Pipeline) -> None:
    ben = signed_in(scene.app, join_team(scene.app, scene.ada))
    for path in ("/pipelines", f"/pipelines/{sales.id}"):
        answer = ben.get(path)
        assert answer.status_code == 403
        assert "managed by the owners and admins" in answer.text
