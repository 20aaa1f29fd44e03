"""The owner's pages of forms. Strangers and forged forms: tests/security (R20, R23)."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.contacts import fields as contact_fields
from app.db import db, transaction
from app.intake.models import IntakeForm
from app.workflows.steps import Step

from ..factories import NOW, make_form, make_submission, make_workflow
from ..forms_on_page import fill, submit
from ..people import make_person, send
from .calendar_people import Scene, join_team, make_scene, signed_in

STOP = (Step("aaaaaaaa", "stop", {}),)


@pytest.fixture
def scene(app: Flask, now: object) -> Scene:
    return make_scene(app)


@pytest.fixture
def form(scene: Scene) -> IntakeForm:
    with scene.app.app_context():
        return make_form(scene.ada, slug="ask")


def stored(scene: Scene, form: IntakeForm) -> IntakeForm:
    with scene.app.app_context():
        return db.session.get(IntakeForm, form.id)


def press(scene: Scene, form: IntakeForm, do: str, **changes: Any) -> str:
    """The builder after one of its buttons, as htmx gets it."""
    action, data = fill(scene.client, f"/forms/{form.id}", "slug", **changes)
    headers = {"HX-Request": "true", "HX-Target": "div#fields"}
    answer = scene.client.post(action, data={**data, "do": do}, headers=headers)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="fields"')
    return answer.text


def test_form_is_made_and_asks_for_name_and_e_mail(scene: Scene) -> None:
    assert "No forms yet." in scene.client.get("/forms").text
    answer = submit(scene.client, "/forms/new", "description", name=" Ask for a call ")
    page = scene.client.get(answer.location).text
    assert "Form created." in page
    assert "http://slotkey.test/f/ask-for-a-call" in page
    public = scene.client.get("/f/ask-for-a-call").text
    assert 'name="name"' in public
    assert 'name="email"' in public


def test_form_needs_a_name(scene: Scene) -> None:
    answer = submit(scene.client, "/forms/new", "description", name=" ")
    assert answer.status_code == 422
    assert "Enter a name, such as Ask for a call." in answer.text


def test_fields_are_added_moved_and_removed_before_they_are_saved(scene: Scene, form: IntakeForm) -> None:
    page = press(scene, form, "add", description="Typed before")
    assert "Field added. Not saved yet." in page
    assert "Field 6" in page
    assert page.count("data-focus") == 1
    assert "Field removed." in press(scene, form, "remove-2")
    page = press(scene, form, "up-3")
    assert 'aria-label="Move field 3 up" data-focus' in page
    assert page.index('value="What is it about?"') < page.index('value="Phone"')
    assert len(stored(scene, form).fields) == 5


def test_builder_without_htmx_keeps_what_was_typed(scene: Scene, form: IntakeForm) -> None:
    action, data = fill(scene.client, f"/forms/{form.id}", "slug", name="Typed before")
    answer = scene.client.post(action, data={**data, "do": "add"})
    assert 'value="Typed before"' in answer.text
    assert "<h1" in answer.text


def test_saved_fields_keep_their_ids_and_new_ones_get_one(scene: Scene, form: IntakeForm) -> None:
    changes = {"fields-5-label": "Company", "fields-5-kind": "text", "fields-2-label": "Mobile"}
    assert submit(scene.client, f"/forms/{form.id}", "slug", **changes).status_code == 303
    fields = stored(scene, form).fields
    assert [each["id"] for each in fields] == ["name", "email", "phone", "q1", "q2", "q3"]
    assert [each["label"] for each in fields][2::3] == ["Mobile", "Company"]


def test_answers_may_also_be_kept_on_the_contact(scene: Scene, form: IntakeForm) -> None:
    path, choose = f"/forms/{form.id}", {"fields-5-label": "Firm", "fields-5-kind": "text"}
    assert "Also kept on the contact" not in scene.client.get(path).text
    with scene.app.app_context(), transaction():
        company = contact_fields.create(form.account_id, "Company")
    chosen = {**choose, "fields-5-into": "company", "fields-1-into": "company"}
    assert submit(scene.client, path, "slug", **chosen).status_code == 303
    assert [each.get("into") for each in stored(scene, form).fields] == [None] * 5 + ["company"]
    page = press(scene, form, "up-5")
    assert '<option selected value="company">Company</option>' in page
    assert "What stands there is never overwritten." in page
    assert submit(scene.client, path, "slug", **{"fields-5-into": "wish"}).status_code == 422
    with scene.app.app_context(), transaction():
        contact_fields.remove(form.account_id, company.id)
    assert '<option selected value="company">company (removed: not kept)</option>' in press(scene, form, "")
    assert submit(scene.client, path, "slug", name="Still kept").status_code == 303
    assert stored(scene, form).fields[5]["into"] == "company"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"fields-1-required": None}, "that is how a submission becomes a contact."),
        ({"fields-3-kind": "email"}, "“E-mail address” can be asked once."),
        ({"fields-3-kind": "choice"}, "Enter at least two choices"),
        ({"fields-3-label": " "}, "Enter the question, or remove it."),
        ({"fields-3-kind": "wish"}, "Not a valid choice"),
        ({"slug": "A b"}, "small letters"),
        ({"slug": "taken"}, "Another form already has this address."),
        ({"name": ""}, "Enter a name"),
    ],
)
def test_bad_form_is_refused_and_kept(
    scene: Scene, form: IntakeForm, changes: dict[str, Any], sentence: str
) -> None:
    with scene.app.app_context():
        make_form(scene.ada, slug="taken")
    answer = submit(scene.client, f"/forms/{form.id}", "slug", description="Kept", **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Kept" in answer.text
    assert stored(scene, form).version == 1


def test_stale_builder_is_told_once(scene: Scene, form: IntakeForm) -> None:
    path = f"/forms/{form.id}"
    submit(scene.client, path, "slug", name="From another window")
    answer = submit(scene.client, path, "slug", seen="1", name="Mine")
    assert answer.status_code == 409
    assert "Somebody else has changed this form" in answer.text
    assert 'value="Mine"' in answer.text
    assert 'name="seen" type="hidden" value="2"' in answer.text


def test_submissions_come_by_pages_and_as_a_file(scene: Scene, form: IntakeForm) -> None:
    path = f"/forms/{form.id}/submissions"
    assert "No submissions yet." in scene.client.get(path).text
    with scene.app.app_context():
        ids = [make_submission(form, q1=f"=No. {number}") for number in range(26)]
    page = scene.client.get(path).text
    assert "=No. 25" in page
    assert "=No. 0<" not in page
    older = scene.client.get(f"{path}?older={ids[1]}").text
    assert "=No. 0<" in older
    assert f"{path}?newer={ids[0]}" in older
    rows = list(csv.DictReader(io.StringIO(scene.client.get(f"{path}.csv").text.removeprefix("\ufeff"))))
    assert len(rows) == 26
    assert rows[0]["What is it about?"] == "'=No. 25"
    assert rows[0]["Sent"] == "2026-12-01T09:00+01:00"
    one = scene.client.get(f"{path}/{ids[0]}").text
    assert "Submission of Zoe Lind" in one
    assert "=No. 0" in one


def test_answers_to_a_field_that_was_changed_stand_apart(scene: Scene, form: IntakeForm) -> None:
    with scene.app.app_context():
        make_submission(form)
    submit(scene.client, f"/forms/{form.id}", "slug", **{"fields-3-label": "Your wish"})
    text = scene.client.get(f"/forms/{form.id}/submissions.csv").text.removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["Your wish"] == ""
    assert row["Other answers"] == "What is it about?: Moving our workshop"


def test_sites_are_kept_as_browsers_name_them(scene: Scene, form: IntakeForm) -> None:
    path = f"/forms/{form.id}/embed"
    page = scene.client.get(path).text
    assert "No site may send it yet" in page
    assert "&lt;form method=&#34;post&#34; action=&#34;http://slotkey.test/f/ask&#34;&gt;" in page
    sites = "https://WWW.example.org/contact\nhttp://localhost:8080\n\nhttps://www.example.org:443"
    assert submit(scene.client, path, "origins", origins=sites).status_code == 303
    assert stored(scene, form).allowed_origins == ["https://www.example.org", "http://localhost:8080"]
    answer = submit(scene.client, path, "origins", origins="example.org")
    assert answer.status_code == 422
    assert "“example.org” is no address of a site" in answer.text


def test_form_leads_back_to_its_own_sites_only(scene: Scene, form: IntakeForm) -> None:
    path, site = f"/forms/{form.id}/embed", "https://www.example.org"
    for address in ("https://www.example.org/thanks?a=1#b", "http://slotkey.test/f/ask"):
        assert submit(scene.client, path, "origins", origins=site, return_to=address).status_code == 303
        assert stored(scene, form).return_to == address
    kept = scene.client.get(path).text
    assert "Whoever sends it comes to the page above" in kept
    for said in ({"return_to": "https://evil.example"}, {"return_to": "/thanks"}):
        answer = submit(scene.client, path, "origins", **said)
        assert answer.status_code == 422
        assert "Enter an address on one of the sites above" in answer.text
    submit(scene.client, path, "origins", return_to=f"{site}/thanks")
    assert submit(scene.client, path, "origins", origins="https://other.example").status_code == 422
    assert submit(scene.client, path, "origins", origins="", return_to="").status_code == 303
    assert (stored(scene, form).allowed_origins, stored(scene, form).return_to) == ([], "")


def test_form_names_the_workflows_that_it_starts(scene: Scene, form: IntakeForm) -> None:
    path = f"/forms/{form.id}"
    assert "No workflow starts with it yet" in scene.client.get(path).text
    with scene.app.app_context():
        for name, meant in (("Meant", form.id), ("Any", None), ("Other", make_form(scene.ada).id)):
            make_workflow(form.account_id, "form_submitted", STOP, filters={"form_id": meant}, name=name)
    page = scene.client.get(path).text
    assert [name for name in ("Meant", "Any", "Other") if f">{name}</a>" in page] == ["Meant", "Any"]


def test_switch_off_and_on_and_delete(scene: Scene, form: IntakeForm) -> None:
    path = f"/forms/{form.id}"
    send(scene.client, f"{path}/switch-off", path)
    assert "This form is switched off" in scene.client.get(path).text
    send(scene.client, f"{path}/switch-on", path)
    with scene.app.app_context():
        make_submission(form)
    assert "cannot be deleted" in scene.client.get(f"{path}/delete").text
    assert send(scene.client, f"{path}/delete", path).status_code == 409
    with scene.app.app_context():
        unsent = f"/forms/{make_form(scene.ada, name='Unsent').id}"
    answer = send(scene.client, f"{unsent}/delete")
    assert "Unsent deleted." in scene.client.get(answer.location).text
    assert scene.client.get(unsent).status_code == 404


def test_member_is_told_whose_forms_are(scene: Scene, form: IntakeForm) -> None:
    ben = signed_in(scene.app, join_team(scene.app, scene.ada))
    assert 'href="/forms"' not in ben.get("/calendars").text
    for path in ("/forms", f"/forms/{form.id}"):
        answer = ben.get(path)
        assert answer.status_code == 403
        assert "managed by the owners and admins" in answer.text


def test_submission_of_another_form_is_not_found(scene: Scene, form: IntakeForm) -> None:
    """R20: Cleo's own form in the address, Ada's submission behind it."""
    cleo = make_person(scene.app, "Cleo Stranger")
    with scene.app.app_context():
        theirs, hers = make_submission(form), make_form(cleo).id
    assert signed_in(scene.app, cleo).get(f"/forms/{hers}/submissions/{theirs}").status_code == 404


def test_list_says_when_the_last_one_came(scene: Scene, form: IntakeForm) -> None:
    with scene.app.app_context(), clock.fixed(NOW + timedelta(hours=1)):
        make_submission(form)
    page = scene.client.get("/forms").text
    assert "Ask for a call" in page
    assert f'<a href="/forms/{form.id}/submissions">1<' in page
