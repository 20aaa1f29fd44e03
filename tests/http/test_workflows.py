"""The owner's pages of workflows. Strangers and forged forms: tests/security (R20, R23)."""

import re

import pytest
from flask import Flask

from app.accounts.models import Role
from app.contacts import tags
from app.contacts.models import Contact
from app.db import db, transaction
from app.messaging import opt_outs
from app.messaging.service import Recipient, queue_message
from app.workflows import adding, service
from app.workflows.models import RunState, Workflow, WorkflowRun
from app.workflows.steps import MOST_STEPS, Definition, Step, parse, places

from ..factories import NOW, make_calendar, make_contact, make_user, make_workflow
from ..flows import advance_all, happen
from ..forms_on_page import submit
from ..mailing import events_called, messages
from ..people import send
from .calendar_people import Scene, join_team, make_scene, signed_in

MAIL = Step(
    "mail", "send_email", {"subject": "Hello {{ contact.first_name }}", "text": "Book: {{ one_time_link }}"}
)


@pytest.fixture
def scene(app: Flask, now: object) -> Scene:
    return make_scene(app)


@pytest.fixture
def draft(scene: Scene) -> str:
    """The page of a workflow without anything."""
    return made(scene, Definition())


def made(scene: Scene, definition: Definition) -> str:
    with scene.app.app_context(), transaction():
        account_id = stored_account(scene)
        return f"/workflows/{service.create(account_id, 'Follow-up', definition, scene.ada.id, NOW).id}"


def stored_account(scene: Scene) -> int:
    return scene.stored().account_id


def running(scene: Scene, *steps: Step, trigger: str = "tag_added") -> str:
    """A workflow that is on."""
    with scene.app.app_context():
        return f"/workflows/{make_workflow(stored_account(scene), trigger, steps).id}"


def contact(scene: Scene, **changes: object) -> int:
    with scene.app.app_context():
        return make_contact(stored_account(scene), **changes).id


def stored(scene: Scene, path: str) -> Workflow:
    with scene.app.app_context():
        found = db.session.get(Workflow, int(path.rpartition("/")[2]))
        db.session.expunge_all()
        return found


def steps_of(scene: Scene, path: str) -> list[str]:
    return [place.step.kind for place in places(parse(stored(scene, path).draft).steps)]


def follow(scene: Scene, answer) -> str:
    assert answer.status_code == 303, answer.text
    return scene.client.get(answer.location).text


def tag(scene: Scene, contact_id: int) -> None:
    """The contact gets a tag, and a worker does what follows."""
    with scene.app.app_context():
        with transaction():
            tags.add(db.session.get_one(Contact, contact_id), "vip", NOW)
        happen("tag_added")
        advance_all()


class TestEditor:
    def test_a_ready_made_workflow_is_made_published_and_switched_on(self, scene):
        answer = submit(scene.client, "/workflows/new", "ready_made", name="After a form", ready_made="form")
        page = follow(scene, answer)
        assert "Form submitted" in page
        path = answer.location.partition("?")[0]
        assert "Published. Switch it on" in follow(
            scene, send(scene.client, f"{path}/publish", path, **{"seen": 0})
        )
        assert "is switched on" in follow(scene, send(scene.client, f"{path}/switch", path, **{"do": "on"}))
        assert stored(scene, path).follows == "form_submitted"
        assert "is switched off" in follow(scene, send(scene.client, f"{path}/switch", path, **{"do": "off"}))

    def test_a_workflow_is_built_step_by_step(self, scene, draft):
        follow(scene, submit(scene.client, f"{draft}/trigger?kind=tag_added", "tag", tag=" VIP "))
        page = follow(
            scene,
            submit(
                scene.client,
                f"{draft}/steps/new?add=create_link",
                "calendar_id",
                calendar_id=scene.calendar_id,
            ),
        )
        assert "Step added to the draft" in page
        message = {"subject": "Hi", "text": "{{ one_time_link }}", "calendar_id": 0}
        follow(scene, submit(scene.client, f"{draft}/steps/new?add=send_email", "subject", **message))
        follow(
            scene, submit(scene.client, f"{draft}/steps/new?add=wait:time", "amount", amount=2, unit="days")
        )
        page = follow(scene, submit(scene.client, f"{draft}/steps/new?add=if:tag", "value", value="vip"))
        for words in ("Tag added: VIP", "Intro call", "2 days", "The contact has the tag vip", "Otherwise"):
            assert words in page
        key = parse(stored(scene, draft).draft).steps[-1].key
        follow(scene, submit(scene.client, f"{draft}/steps/new?add=stop&into={key}&way=no", "seen"))
        assert steps_of(scene, draft) == ["create_link", "send_email", "wait", "if", "stop"]

    def test_steps_are_edited_moved_and_removed(self, scene):
        path = made(scene, Definition("tag_added", {}, steps=(Step("a", "add_tag", {"tag": "one"}), MAIL)))
        page = follow(scene, submit(scene.client, f"{path}/steps/a", "tag", tag="two"))
        assert "two" in page
        follow(scene, send(scene.client, f"{path}/steps/a/move", path, **{"do": "down", "seen": 1}))
        assert steps_of(scene, path) == ["send_email", "add_tag"]
        assert "Step removed" in follow(
            scene, send(scene.client, f"{path}/steps/a/remove", path, **{"seen": 2})
        )
        assert steps_of(scene, path) == ["send_email"]
        assert scene.client.get(f"{path}/steps/a").status_code == 404

    def test_there_are_only_so_many_steps(self, scene):
        steps = tuple(Step(f"a{n}", "add_tag", {"tag": "a"}) for n in range(MOST_STEPS))
        path = made(scene, Definition("tag_added", {}, steps=steps))
        answer = scene.client.get(f"{path}/steps/new?add=add_tag")
        assert answer.status_code == 409
        assert "50 steps at most" in answer.text

    def test_a_change_made_on_an_old_page_is_refused(self, scene):
        path = made(scene, Definition("tag_added", {}, steps=(MAIL, Step("a", "stop"))))
        follow(scene, send(scene.client, f"{path}/steps/a/move", path, **{"do": "up", "seen": 0}))
        answer = send(scene.client, f"{path}/steps/a/move", path, **{"do": "down", "seen": 0})
        assert answer.status_code == 409
        assert "Somebody has changed this workflow meanwhile" in answer.text
        typed = {"subject": "New", "text": "Kept", "calendar_id": 0, "seen": 0}
        answer = send(scene.client, f"{path}/steps/mail", path, **typed)
        assert answer.status_code == 422
        assert "Kept" in answer.text

    def test_changes_of_the_draft_are_taken_back(self, scene):
        path = running(scene, Step("a", "add_tag", {"tag": "one"}))
        assert "Discard changes" not in scene.client.get(path).text
        seen = stored(scene, path).edits
        follow(scene, send(scene.client, f"{path}/steps/a/remove", path, **{"seen": seen}))
        assert "Discard changes" in scene.client.get(path).text
        assert "is lost" in scene.client.get(f"{path}/discard").text
        assert steps_of(scene, path) == []
        assert send(scene.client, f"{path}/discard", path, seen=seen).status_code == 409
        page = follow(scene, send(scene.client, f"{path}/discard", path, seen=seen + 1))
        assert "Published" in page
        assert steps_of(scene, path) == ["add_tag"]
        draft = made(scene, Definition())
        assert send(scene.client, f"{draft}/discard", draft, seen=0).status_code == 409

    def test_publishing_names_the_step_and_the_fault(self, scene):
        path = made(scene, Definition("tag_added", {}, steps=(MAIL,)))
        answer = send(scene.client, f"{path}/publish", path, **{"seen": 0})
        assert answer.status_code == 422
        assert "Step 1 (Send e-mail): choose the calendar that the link books." in answer.text
        assert 'href="#step-mail"' in answer.text
        answer = send(scene.client, f"{path}/switch", path, **{"do": "on"})
        assert answer.status_code == 409
        assert "Publish this workflow first" in answer.text

    def test_a_workflow_that_is_on_says_what_it_has_lost(self, scene):
        path = running(scene, Step("link", "create_link", {"calendar_id": scene.calendar_id}))
        assert "lacks something" not in scene.client.get(path).text
        send(scene.client, f"/calendars/{scene.calendar_id}/switch-off", "/calendars")
        page = scene.client.get(path).text
        assert "This workflow lacks something that it needs" in page
        assert "the calendar Intro call is switched off, so its links open for nobody." in page

    def test_unknown_values_are_refused_with_what_was_typed(self, scene, draft):
        message = {"subject": "Hi {{ contact.nmae }}", "text": "Hello", "calendar_id": 0}
        answer = submit(scene.client, f"{draft}/steps/new?add=send_email", "subject", **message)
        assert answer.status_code == 422
        assert "There is no value called “contact.nmae”" in answer.text

    def test_settings_are_kept(self, scene, draft):
        hours = {
            "has_window": "y",
            "days": ["0", "4"],
            "start": "09:00",
            "end": "12:00",
            "tz": "Europe/Berlin",
        }
        page = follow(scene, submit(scene.client, f"{draft}/settings", "start", reentry="y", **hours))
        assert "A contact may come in again." in page
        assert "Mon, Fri 09:00 to 12:00, Berlin time" in page
        answer = submit(scene.client, f"{draft}/settings", "start", **{**hours, "end": "09:00"})
        assert answer.status_code == 422

    def test_a_preview_shows_the_newest_contact_or_whom_one_looks_for(self, scene):
        path = made(scene, Definition("tag_added", {}, steps=(MAIL,)))
        assert "As soon as there is a contact" in scene.client.get(f"{path}/steps/mail").text
        contact(scene, name="Zoe Lind", email="zoe@example.org")
        contact(scene)
        assert "Show in preview" in scene.client.get(f"{path}/steps/mail").text
        frame = scene.client.get(f"{path}/preview/mail?subject=Bye+{{{{contact.name}}}}").text
        assert "Bye Sam Lee" in frame
        assert "/o/" not in frame
        for who in ("zoe", "ZOE@example.org", "lind zo"):
            asked = {"do": "preview", "who": who, "subject": "Hi {{ contact.name }}", "text": "{{ odd }}"}
            frame = send(scene.client, f"{path}/steps/mail", path, **asked).text
            for said in (
                "Hi Zoe Lind",
                "With the data of Zoe Lind, zoe@example.org.",
                "no value called “odd”",
            ):
                assert said in frame
        frame = scene.client.get(f"{path}/preview/mail?who=nobody").text
        assert "No contact is found by “nobody”." in frame
        frame = scene.client.get(f"{path}/preview/mail?who=example").text
        assert "2 are found by “example”: type more to choose another." in frame

    def test_nothing_typed_is_markup_in_a_preview(self, scene):
        path = made(scene, Definition("tag_added", {}, steps=(MAIL,)))
        contact(scene, name="<b>Sam</b>")
        odd = "<script>alert(1)</script>{{ <i> }}{{ contact.name }}"
        for who in ("", "<u>who</u>"):
            asked = {"do": "preview", "who": who, "subject": odd, "text": odd}
            frame = send(scene.client, f"{path}/steps/mail", path, **asked)
            for tag in ("<script", "<b>", "<i>", "<u>"):
                assert tag not in frame.text
            assert "sandbox" in frame.headers["Content-Security-Policy"]

    def test_a_preview_names_the_calendar_that_an_earlier_step_has_chosen(self, scene):
        link = Step("link", "create_link", {"calendar_id": scene.calendar_id, "expires_days": 7})
        words = {
            "subject": "{{ calendar.name }} with {{ host.name }}",
            "text": "{{ booking.short_time }} until {{ link.expires }}",
        }
        path = made(scene, Definition("tag_added", {}, steps=(link, Step("mail", "send_email", words))))
        contact(scene)
        frame = scene.client.get(f"{path}/preview/mail").text
        assert "Intro call with Ada" in frame
        assert "(When, in few words, with the zone) until the end of Tuesday 8 December 2026" in frame

    def test_a_preview_names_no_calendar_of_another_account(self, scene):
        path = made(scene, Definition("tag_added", {}, steps=(MAIL,)))
        contact(scene)
        with scene.app.app_context():
            others = make_calendar(make_user("Cleo Stranger"), name="Secret plans").id
        asked = {"subject": "{{ calendar.name }}", "text": "", "do": "preview"}
        for number in (others, 10**30, "x", -1):
            answer = send(scene.client, f"{path}/steps/mail", path, calendar_id=number, **asked)
            assert answer.status_code == 200
            assert "Secret plans" not in answer.text

    def test_a_test_mail_is_in_the_words_typed_and_saves_nothing(self, scene):
        path = made(scene, Definition("tag_added", {}, steps=(MAIL,)))
        contact(scene)
        contact(scene, name="Zoe Lind", email="zoe@example.org")
        typed = {"subject": "Hello {{ contact.first_name }}", "text": "At {{ one_time_link }}", "do": "test"}
        for page, who, seen in (("steps/mail", "Sam", 0), ("steps/new?add=send_email", "", 0)):
            answer = send(scene.client, f"{path}/{page}", path, calendar_id=0, who=who, seen=seen, **typed)
            assert answer.status_code == 200
            assert "Nothing was saved." in answer.text
            assert "At {{ one_time_link }}" in answer.text
        assert stored(scene, path).edits == 0
        with scene.app.app_context():
            told = messages()
        assert [(each.to_address, each.link_id, each.contact_id) for each in told] == [
            (scene.ada.email, None, None)
        ] * 2
        first, second = (scene.client.get(f"/messages/{each.id}").text for each in told)
        assert "Test: Hello Sam" in first
        assert "Test: Hello Zoe" in second
        assert '<span class="chip neutral">Test</span>' in first
        assert '<span class="chip neutral">Test</span>' in scene.client.get("/messages").text
        frame = scene.client.get(f"/messages/{told[0].id}/preview").text
        assert "(here stands the contact&#39;s own link)" in frame

    def test_a_test_that_named_its_step_says_that_it_is_gone(self, scene):
        """As they were written once."""
        with scene.app.app_context(), transaction():
            data = {"workflow_id": 1, "step": "mail", "contact_id": 1}
            to, about = Recipient("Ada", scene.ada.email), {"account_id": stored_account(scene), "data": data}
            number = queue_message("workflow_test", to, effect="test", at=NOW, **about)
        assert "The step that wrote this is no longer there." in scene.client.get(f"/messages/{number}").text

    def test_a_test_text_goes_to_a_number_of_ones_own(self, scene):
        sms = Step("sms", "send_sms", {"text": "Hi {{ contact.first_name }}: {{ one_time_link }}"})
        path = made(scene, Definition("call_missed", {}, steps=(sms,)))
        contact(scene)
        contact(scene, name="Ada", email=scene.ada.email, phone="+4930901820")
        page = scene.client.get(f"{path}/steps/sms").text
        assert 'value="+4930901820"' in page
        typed = {"text": sms.options["text"], "calendar_id": 0, "who": "sam", "do": "test", "seen": 0}
        answer = send(scene.client, f"{path}/steps/sms", path, number="12", **typed)
        assert answer.status_code == 422
        assert "Enter a phone number with its country code" in answer.text
        answer = send(scene.client, f"{path}/steps/sms", path, number="+49 30 901821", **typed)
        assert "A test to +4930901821 was written" in answer.text
        with scene.app.app_context():
            (told,) = messages()
        assert (told.channel.value, told.to_address, told.kind) == ("sms", "+4930901821", "workflow_sms_test")
        page = scene.client.get(f"/messages/{told.id}").text
        assert "Test: Hi Sam: (here stands the contact&#39;s own link)" in page
        assert '<span class="chip neutral">Test</span>' in page

    def test_a_number_that_wants_no_texts_gets_no_test(self, scene):
        path = made(scene, Definition("call_missed", {}, steps=(Step("sms", "send_sms", {"text": "Hi"}),)))
        contact(scene)
        with scene.app.app_context(), transaction():
            opt_outs.stop(stored_account(scene), "+4930901821", NOW)
        typed = {"text": "Hi", "calendar_id": 0, "do": "test", "seen": 0, "number": "+4930901821"}
        answer = send(scene.client, f"{path}/steps/sms", path, **typed)
        assert answer.status_code == 409
        assert "This number has asked for no texts" in answer.text
        with scene.app.app_context():
            assert messages() == []

    def test_tests_are_limited(self, scene):
        steps = (MAIL, Step("sms", "send_sms", {"text": "Hi"}))
        path = made(scene, Definition("tag_added", {}, steps=steps))
        contact(scene)
        typed = {"subject": "Hi", "text": "Hi", "calendar_id": 0, "do": "test", "seen": 0}
        for key in ("mail", "sms"):
            page = f"{path}/steps/{key}"
            answers = [send(scene.client, page, path, number="+4930901821", **typed) for _ in range(11)]
            assert [answer.status_code for answer in answers] == [200] * 10 + [429]
            assert answers[-1].headers["Retry-After"]

    def test_renamed_copied_and_deleted(self, scene, draft):
        assert "Second" in follow(scene, submit(scene.client, f"{draft}/name", "name", name="Second"))
        assert "Copy of Second" in follow(scene, send(scene.client, f"{draft}/copy", draft))
        assert "Delete Second?" in scene.client.get(f"{draft}/delete").text
        page = follow(scene, send(scene.client, f"{draft}/delete"))
        assert "Second deleted." in page
        assert scene.client.get(draft).status_code == 404


class TestRuns:
    def test_lists_and_pages_tell_the_story(self, scene):
        link = Step("link", "create_link", {"calendar_id": scene.calendar_id})
        path = running(scene, link, MAIL, Step("wait", "wait", {"until": "time", "minutes": 1440}))
        who = contact(scene)
        tag(scene, who)
        page = scene.client.get("/workflows").text
        assert "Tag added" in page
        page = scene.client.get(f"/workflows/runs?workflow={path.rpartition('/')[2]}").text
        for words in ("Sam Lee", "Under way", "due Wed 2 Dec"):
            assert words in page
        run = re.search(r"/workflows/runs/\d+", page)[0]
        page = scene.client.get(run).text
        for words in ("Create one-time link", "The one-time link", "The message", "due Wed 2 Dec"):
            assert words in page
        assert ">Waiting</span></span>" in page  # the message
        assert "1 done" in scene.client.get(path).text
        assert "was taken out" in follow(scene, send(scene.client, f"{run}/stop", run))
        assert send(scene.client, f"{run}/stop", run).status_code == 409

    def test_timeline_leads_to_no_run_that_went_with_its_workflow(self, scene):
        path, who = running(scene, Step("stop", "stop", {})), contact(scene)
        tag(scene, who)
        page = scene.client.get(f"/contacts/{who}").text
        assert re.search(r'<a href="/workflows/runs/\d+">Came into a workflow</a>', page)
        send(scene.client, f"{path}/delete")
        page = scene.client.get(f"/contacts/{who}").text
        assert "Came into a workflow" in page
        assert "/workflows/runs/" not in page

    def test_a_failed_step_is_tried_again(self, scene):
        running(scene, Step("link", "create_link", {"calendar_id": scene.calendar_id}))
        send(scene.client, f"/calendars/{scene.calendar_id}/switch-off", "/calendars")
        tag(scene, contact(scene))
        page = scene.client.get("/workflows/runs?state=failed").text
        run = re.search(r"/workflows/runs/\d+", page)[0]
        assert "is switched off" in scene.client.get(run).text
        assert "being tried again" in follow(scene, send(scene.client, f"{run}/retry", run))
        assert send(scene.client, f"{run}/retry", run).status_code == 409

    def test_contacts_are_added_by_hand_by_tag_and_from_their_list(self, scene):
        path = running(scene, Step("a", "add_tag", {"tag": "seen"}), trigger="by_hand")
        ids = [contact(scene, email=f"sam{n}@example.org") for n in range(4)]
        for each in ids[:2]:
            tag(scene, each)
        answer = submit(scene.client, f"{path}/contacts", "who", who="nobody@example.org")
        assert answer.status_code == 422
        follow(scene, submit(scene.client, f"{path}/contacts", "who", who="SAM3@example.org"))
        follow(scene, submit(scene.client, f"{path}/contacts", "who", tag="VIP"))
        assert "1 contact chosen" in send(scene.client, "/workflows/add", path, contact=ids[2]).text
        chosen = {"contact": [ids[2], 99_999], "workflow": path.rpartition("/")[2]}
        assert "1 added." in follow(scene, send(scene.client, "/workflows/add", path, **chosen))
        with scene.app.app_context():
            for event in events_called(adding.ADDED) * 2:
                adding.contacts_added(event, NOW)
            found = list(db.session.scalars(db.select(WorkflowRun.contact_id)))
        assert sorted(found) == ids

    def test_nobody_is_added_while_it_is_off(self, scene, draft):
        contact(scene, email="sam@example.org")
        answer = submit(scene.client, f"{draft}/contacts", "who", who="sam@example.org")
        assert answer.status_code == 422
        assert "This workflow is off" in answer.text


class TestHook:
    @pytest.fixture
    def hook(self, scene) -> str:
        page = scene.client.get(running(scene, Step("a", "add_tag", {"tag": "hooked"}), trigger="hook")).text
        return re.search(r"http://slotkey.test(/hooks/workflows/[\w-]{32})", page)[1]

    def test_a_program_brings_a_contact_in(self, app, scene, hook):
        answer = app.test_client().post(hook, json={"name": "Zoe Lind", "email": "Zoe@example.org"})
        assert (answer.status_code, answer.json) == (202, {"started": True})
        assert app.test_client().post(hook, data={"email": "zoe@example.org"}).json == {"started": False}
        with scene.app.app_context():
            advance_all()
            run = db.session.scalars(db.select(WorkflowRun)).one()
            assert run.state == RunState.DONE
            assert db.session.get_one(Contact, run.contact_id).name == "Zoe Lind"

    def test_a_number_is_read_as_one_of_the_workspaces_country(self, app, scene, hook):
        answer = app.test_client().post(hook, json={"name": "Zoe\u0000", "phone": "020 7946 0958"})
        assert (answer.status_code, answer.json) == (202, {"started": True})
        path = running(scene, Step("a", "add_tag", {"tag": "seen"}), trigger="by_hand")
        follow(scene, submit(scene.client, f"{path}/contacts", "who", who="020/79460958"))
        with scene.app.app_context():
            assert db.session.scalars(db.select(Contact.phone)).all() == ["+442079460958"]

    @pytest.mark.parametrize(
        "body",
        [
            [1],
            {"name": "Zoe"},
            {"email": "no address"},
            "text",
            {"phone": "12"},
            {"email": f"{300 * 'z'}@x.org"},
        ],
    )
    def test_what_names_nobody_is_refused(self, app, hook, body):
        assert app.test_client().post(hook, json=body).status_code == 422

    def test_other_addresses_open_nothing(self, app, hook):
        assert (
            app.test_client()
            .post(hook[:-1] + ("B" if hook.endswith("A") else "A"), json={"email": "z@example.org"})
            .status_code
            == 404
        )


def test_members_manage_no_workflows(app, scene, draft):
    ben = signed_in(app, join_team(app, scene.ada, role=Role.MEMBER))
    for path in ("/workflows", draft, "/workflows/new", "/workflows/runs"):
        assert ben.get(path).status_code == 403
    assert "Workflows" not in ben.get("/calendars").text
