"""Forms on both databases: a submission, its contact and its event are stored together, once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from app.contacts import fields
from app.contacts.models import Contact
from app.db import db, in_transaction, transaction
from app.errors import Conflict
from app.events import Event, of_contact
from app.intake import sending, service
from app.intake.fields import kept_on_contact
from app.intake.models import IntakeForm, Submission
from app.intake.sending import Sent, submit
from app.operating import personal
from tests.factories import NOW, make_form, make_submission, make_user

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def form() -> IntakeForm:
    return make_form(make_user())


def sent_by(form: IntakeForm, **said: str) -> Sent:
    said = {"name": "Sam Lee", "email": "sam@example.org", **said}
    answers = [{**each, "answer": said[each["id"]]} for each in form.fields if each["id"] in said]
    return Sent(form.id, form.account_id, answers, b"one press")


def counts() -> tuple[int, ...]:
    """Submissions, contacts, events of a submission, and what the form counts."""
    db.session.rollback()
    tables = (Submission, Contact)
    rows = [db.session.scalar(db.select(db.func.count()).select_from(each)) for each in tables]
    events = db.select(db.func.count()).where(Event.name == "form_submitted")
    return (*rows, db.session.scalar(events), db.session.scalar(db.select(IntakeForm.submissions)))


def test_sent_twice_is_one_submission(form: IntakeForm) -> None:
    made = {in_transaction(lambda: submit(sent_by(form), NOW)) for _press in range(2)}
    assert len(made) == 1
    assert counts() == (1, 1, 1, 1)


def test_second_of_two_at_once_is_refused_by_the_database(
    form: IntakeForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have looked and found nothing; what the later one did is undone, and it knows why."""
    sent = sent_by(form)
    in_transaction(lambda: submit(sent, NOW))
    monkeypatch.setattr(sending, "_by_fingerprint", lambda _sent: db.select(Submission.id).where(db.false()))
    with pytest.raises(IntegrityError):
        in_transaction(lambda: submit(sent, NOW))
    monkeypatch.undo()
    assert sending.is_repeat(sent)
    assert counts() == (1, 1, 1, 1)


def test_failure_at_any_statement_stores_nothing(form: IntakeForm) -> None:
    def fail_at(number: int) -> list[str]:
        sent: list[str] = []

        def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            sent.append(statement)
            if len(sent) == number:
                raise RuntimeError("on purpose")

        event.listen(db.engine, "before_cursor_execute", count)
        try:
            in_transaction(lambda: submit(sent_by(form), NOW))
        except RuntimeError:
            assert len(sent) == number
        finally:
            event.remove(db.engine, "before_cursor_execute", count)
        return sent

    number = 1
    while len(fail_at(number)) == number:
        assert counts() == (0, 0, 0, 0), number
        number += 1
    assert counts() == (1, 1, 1, 1)


def test_contact_is_found_by_e_mail_and_keeps_what_was_known(form: IntakeForm) -> None:
    for said in (
        {"phone": "+493012345678"},
        {"name": "Samuel", "email": "SAM@example.org", "phone": "+4930222222"},
    ):
        in_transaction(lambda said=said: submit(sent_by(form, **said), NOW))
    contact = db.session.scalars(db.select(Contact)).one()
    assert (contact.name, contact.phone) == ("Sam Lee", "+493012345678")


def test_form_switched_off_meanwhile_takes_nothing(form: IntakeForm) -> None:
    with transaction():
        service.switch(form, on=False, actor_id=1, now=NOW)
    with pytest.raises(Conflict):
        in_transaction(lambda: submit(sent_by(form), NOW))
    assert counts() == (0, 0, 0, 0)


def test_old_answers_are_forgotten_and_still_counted(form: IntakeForm) -> None:
    make_submission(form)
    before = NOW + timedelta(days=1)
    assert personal.due(before)["submissions"] == 1
    assert personal.forget(before)["submissions"] == 1
    assert personal.forget(before)["submissions"] == 0
    assert db.session.scalars(db.select(Submission)).one().answers == []
    assert counts() == (1, 1, 1, 1)


def test_whoever_is_erased_takes_their_submissions_along(form: IntakeForm) -> None:
    make_submission(form)
    with transaction():
        db.session.execute(db.delete(Contact))
    assert counts() == (0, 0, 1, 1)


def test_answers_fill_in_fields_of_the_contact_and_overwrite_nothing(form: IntakeForm) -> None:
    with transaction():
        fields.create(form.account_id, "Company")
        fields.create(form.account_id, "Topic")
    kept = [{"company": "Lee & Co.", "topic": 300 * "so "}, {"company": "Other", "gone": "Nowhere"}]
    for said in kept:
        sent = replace(sent_by(form), kept=said, once=repr(said).encode())
        in_transaction(lambda sent=sent: submit(sent, NOW))
    contact = db.session.scalars(db.select(Contact)).one()
    assert contact.fields == {"company": "Lee & Co.", "topic": (300 * "so ")[:500]}
    changed = [each.data["fields"] for each in of_contact(contact.id) if each.name == "contact_changed"]
    assert changed == [["company", "topic"]]


def test_of_two_answers_for_one_field_the_first_counts() -> None:
    asked = [{"id": "q1", "into": "company"}, {"id": "q2", "into": "company"}, {"id": "q3", "into": "topic"}]
    said = [{"id": "name", "answer": "Sam"}, {"id": "q2", "answer": "B"}, {"id": "q1", "answer": "A"}]
    assert kept_on_contact(asked, said) == {"company": "A"}
