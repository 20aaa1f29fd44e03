"""/f/<slug>: the public page of a form, sent from it and from other sites. No cookie is needed."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock
from app.contacts import fields
from app.contacts.models import Contact
from app.db import db, transaction
from app.events import Event
from app.intake import service
from app.intake.fields import FIRST_FIELDS
from app.intake.models import IntakeForm, Submission
from app.public.limits import FORM_SENT, OLDEST_FORM, QUICKEST_PERSON
from tests.factories import NOW, make_form, make_user

from ..forms_on_page import fill

LATER = NOW + QUICKEST_PERSON + timedelta(seconds=1)
SITE = "https://www.example.org"
SAM = {"name": "Sam Lee", "email": "Sam@example.org", "q1": "A call, please"}


@pytest.fixture
def form(app: Flask, now: object) -> IntakeForm:
    """Ask for a call, at /f/ask."""
    with app.app_context():
        return make_form(make_user(), slug="ask", allowed_origins=[SITE])


def send(client: FlaskClient, seconds: float = 3, **changes: object) -> TestResponse:
    """Open the page and send it after so many seconds, as a person would."""
    action, data = fill(client, "/f/ask", "key", **{**SAM, **changes})
    with clock.fixed(NOW + timedelta(seconds=seconds)):
        return client.post(action, data=data)


def stored(app: Flask) -> list[Submission]:
    with app.app_context():
        return list(db.session.scalars(db.select(Submission).order_by(Submission.id)))


def test_sent_form_is_a_submission_of_a_contact(app: Flask, client: FlaskClient, form: IntakeForm) -> None:
    answer = send(client)
    assert (answer.status_code, answer.location) == (303, "/f/ask?sent=1")
    assert "We call you back." in client.get(answer.location).text
    (submission,) = stored(app)
    assert [(each["id"], each["answer"]) for each in submission.answers] == [
        ("name", "Sam Lee"),
        ("email", "Sam@example.org"),
        ("q1", "A call, please"),
        ("q2", "No"),
    ]
    with app.app_context():
        contact = db.session.get(Contact, submission.contact_id)
        event = db.session.scalars(db.select(Event).where(Event.name == "form_submitted")).one()
        assert (contact.name, contact.email, contact.source) == ("Sam Lee", "sam@example.org", "form")
        assert event.contact_id == contact.id
        assert event.data == {"form_id": form.id, "submission_id": submission.id}
        assert db.session.get(IntakeForm, form.id).submissions == 1


def test_answer_is_also_kept_in_the_field_of_the_contact_that_it_names(
    app: Flask, client: FlaskClient, now: object
) -> None:
    firm = {"id": "q1", "label": "Firm", "kind": "text", "required": False, "choices": [], "into": "company"}
    with app.app_context():
        form = make_form(make_user(), slug="ask", fields=[*FIRST_FIELDS, firm])
        with transaction():
            fields.create(form.account_id, "Company")
    assert send(client, q1="Lee & Co.").status_code == 303
    with app.app_context():
        assert db.session.scalars(db.select(Contact)).one().fields == {"company": "Lee & Co."}


def test_same_press_twice_is_one_submission_and_a_correction_another(
    app: Flask, client: FlaskClient, form: IntakeForm
) -> None:
    action, data = fill(client, "/f/ask", "key", **SAM)
    with clock.fixed(LATER):
        for said in ("A call", "A call", "Two calls"):
            assert client.post(action, data={**data, "q1": said}).status_code == 303
    assert [each.answers[2]["answer"] for each in stored(app)] == ["A call", "Two calls"]
    assert len({each.contact_id for each in stored(app)}) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "sam@"}, "Enter an e-mail address like"),
        ({"email": " "}, "Enter your e-mail address."),
        ({"phone": "12"}, "Enter a phone number with its country code"),
        ({"name": "x" * 121}, "at most 120 characters"),
    ],
)
def test_bad_input_keeps_what_was_typed(
    app: Flask, client: FlaskClient, form: IntakeForm, changes: dict[str, str], sentence: str
) -> None:
    answer = send(client, **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "A call, please" in answer.text
    assert "Error: Ask for a call" in answer.text
    assert stored(app) == []


def test_number_without_its_country_code_is_one_of_the_owners_country(
    app: Flask, client: FlaskClient, form: IntakeForm
) -> None:
    """Ada lives in Britain, by her locale; whoever sends the form may be anywhere."""
    assert send(client, phone="020 7946 0018").status_code == 303
    assert stored(app)[0].answers[2]["answer"] == "+442079460018"


def test_consent_that_is_required_has_to_be_given(app: Flask, client: FlaskClient, form: IntakeForm) -> None:
    asked = {"id": "q3", "label": "You may call me.", "kind": "consent", "required": True, "choices": []}
    with app.app_context():
        stored_form = db.session.get(IntakeForm, form.id)
        with transaction():
            service.change(stored_form, {"fields": [*form.fields, asked]}, seen=1, actor_id=1, now=NOW)
    assert "Please agree to this to go on." in send(client).text
    assert send(client, q3="y").status_code == 303
    assert stored(app)[0].answers[-1] == {
        "id": "q3", "label": "You may call me.", "kind": "consent", "answer": "Yes"
    }  # fmt: skip


def test_program_is_thanked_and_forgotten(app: Flask, client: FlaskClient, form: IntakeForm) -> None:
    assert send(client, website="http://spam.example").status_code == 303
    assert stored(app) == []


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [(1, "That was very quick."), (OLDEST_FORM.total_seconds() + 1, "This page was open for too long.")],
)
def test_too_quick_and_too_old_are_asked_again(
    app: Flask, client: FlaskClient, form: IntakeForm, seconds: float, sentence: str
) -> None:
    answer = send(client, seconds)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert stored(app) == []


def test_who_is_quick_and_mistaken_reads_of_the_mistake_only(
    app: Flask, client: FlaskClient, form: IntakeForm
) -> None:
    answer = send(client, 1, email="sam@")
    assert answer.status_code == 422
    assert "Enter an e-mail address like" in answer.text
    assert "That was very quick." not in answer.text
    assert stored(app) == []


def test_own_page_says_where_it_comes_from_to_nobody(
    app: Flask, client: FlaskClient, form: IntakeForm
) -> None:
    action, data = fill(client, "/f/ask", "key", **SAM)
    with clock.fixed(LATER):
        for origin in ("null", "http://slotkey.test"):
            assert client.post(action, data=data, headers={"Origin": origin}).status_code == 303
    assert len(stored(app)) == 1


def test_form_on_a_site_of_the_owners_needs_no_key(app: Flask, client: FlaskClient, form: IntakeForm) -> None:
    for _press in range(2):
        answer = client.post("/f/ask", data=SAM, headers={"Origin": SITE})
        assert (answer.status_code, answer.location) == (303, "/f/ask?sent=1")
    (submission,) = stored(app)
    assert submission.origin == SITE
    with clock.fixed(NOW + timedelta(hours=1)):
        client.post("/f/ask", data=SAM, headers={"Origin": SITE})
    assert len(stored(app)) == 2


def test_form_on_another_site_leads_back_to_it(app: Flask, client: FlaskClient, form: IntakeForm) -> None:
    """R21: only while that site may send the form; from our own page it leads to ours."""
    thanks = f"{SITE}/thanks"
    with app.app_context(), transaction():
        service.change(
            db.session.get(IntakeForm, form.id), {"return_to": thanks}, seen=1, actor_id=1, now=NOW
        )
    for said in (SAM, SAM, {**SAM, "website": "http://spam.example"}):
        answer = client.post("/f/ask", data=said, headers={"Origin": SITE})
        assert (answer.status_code, answer.location) == (303, thanks)
    assert send(client).location == "/f/ask?sent=1"
    with app.app_context(), transaction():
        db.session.get(IntakeForm, form.id).allowed_origins = ["https://new.example"]
    answer = client.post("/f/ask", data=SAM, headers={"Origin": "https://new.example"})
    assert answer.location == "/f/ask?sent=1"


def test_what_is_wrong_on_another_site_is_put_right_on_our_page(
    app: Flask, client: FlaskClient, form: IntakeForm
) -> None:
    answer = client.post("/f/ask", data={**SAM, "email": "sam"}, headers={"Origin": SITE})
    assert answer.status_code == 422
    assert "A call, please" in answer.text
    assert 'name="key" value="' in answer.text
    assert 'name="key" value=""' not in answer.text


@pytest.mark.parametrize("origin", ["https://evil.example", "http://www.example.org", "https://example.org"])
def test_form_on_any_other_site_is_refused(
    app: Flask, client: FlaskClient, form: IntakeForm, origin: str
) -> None:
    _, data = fill(client, "/f/ask", "key", **SAM)
    with clock.fixed(LATER):
        answer = client.post("/f/ask", data=data, headers={"Origin": origin})
    assert answer.status_code == 403
    assert f"This form may not be sent from {origin}." in answer.text
    assert stored(app) == []


@pytest.mark.parametrize("origin", [None, "null"])
def test_form_without_a_key_from_nowhere_is_asked_again(
    app: Flask, client: FlaskClient, form: IntakeForm, origin: str | None
) -> None:
    answer = client.post("/f/ask", data=SAM, headers={"Origin": origin} if origin else {})
    assert answer.status_code == 422
    assert stored(app) == []


def test_one_network_sends_only_so_often(app: Flask, client: FlaskClient, form: IntakeForm) -> None:
    """R28."""
    for n in range(FORM_SENT.attempts):
        assert send(client, q1=f"No. {n}").status_code == 303
    answer = send(client, q1="Once more")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"]
    assert "Once more" in answer.text


def test_form_that_is_off_takes_nothing(app: Flask, client: FlaskClient, form: IntakeForm) -> None:
    action, data = fill(client, "/f/ask", "key", **SAM)
    with app.app_context(), transaction():
        service.switch(db.session.get(IntakeForm, form.id), on=False, actor_id=1, now=NOW)
    assert "This form is closed at the moment." in client.get("/f/ask").text
    with clock.fixed(LATER):
        answer = client.post(action, data=data)
    assert answer.status_code == 409
    assert "Nothing was sent." in answer.text
    assert stored(app) == []


def test_unknown_form_is_404(client: FlaskClient, now: object) -> None:
    for method in ("GET", "POST"):
        assert client.open("/f/nobody", method=method).status_code == 404
