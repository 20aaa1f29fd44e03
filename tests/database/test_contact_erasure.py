"""An erased contact is nowhere any more, whatever features kept of them; and others are as they were."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.bookings import service as bookings
from app.bookings.booking_step import book
from app.bookings.models import Booking, Party
from app.contacts import editing, erasing, fields, tags
from app.contacts.bookings import contact_of_booking
from app.contacts.models import Contact
from app.contacts.service import contact_of
from app.db import db, in_transaction, transaction
from app.errors import Conflict, Overtaken
from app.intake.models import IntakeForm
from app.links.models import LinkStatus, OneTimeLink
from app.messaging import opt_outs
from app.messaging.service import Recipient, queue_message
from app.phone.models import MissedCall, MissedWhy
from app.pipelines.models import Opportunity
from app.workflows.models import WorkflowRun
from app.workflows.steps import Step
from tests.factories import (
    NOW,
    account_of,
    at,
    make_calendar,
    make_contact,
    make_form,
    make_link,
    make_opportunity,
    make_pipeline,
    make_request,
    make_submission,
    make_user,
    make_workflow,
    wish,
)
from tests.flows import settle

PHONES = {"Zora": "+4915112345678", "Yann": "+4915187654321"}


@pytest.fixture
def ada() -> User:
    return make_user()


@pytest.fixture
def guests(ada: User) -> dict[str, Contact]:
    """Zora and Yann, of each of whom everything is kept that there is."""
    account_id, calendar = account_of(ada), make_calendar(ada)
    wait = Step("waits", "wait", {"until": "time", "minutes": 1440})
    make_workflow(account_id, "form_submitted", (wait,))
    form, pipeline = make_form(ada), make_pipeline(ada)
    with transaction():
        fields.create(account_id, "Company")
    for hour, name in enumerate(PHONES, 9):
        _do_everything(ada, calendar, form, pipeline, name, at(hour))
    settle(NOW)
    return {each.name: each for each in db.session.scalars(select(Contact).order_by(Contact.id)).all()}


def test_nothing_of_her_is_left_and_all_of_him(ada: User, guests: dict[str, Contact]) -> None:
    before = everything().lower()
    assert before.count("zora") == before.count("yann")
    zora = contact_of(account_of(ada), guests["Zora"].id)
    traces = erasing.traces_of(zora)
    in_transaction(lambda: erasing.erase(zora, traces, ada, NOW))
    after = everything().lower()
    assert "zora" not in after.replace("(1, 'zora@example.org',", "")  # that she wants no mails
    assert PHONES["Zora"] not in after
    assert after.count("yann") == before.count("yann")
    assert [each.contact_id for each in rows(Opportunity)] == [guests["Yann"].id]
    assert [each.contact_id for each in rows(WorkflowRun)] == [guests["Yann"].id]
    assert [each.submissions for each in rows(IntakeForm)] == [1]
    assert len(rows(Booking)) == 2
    assert [each.status for each in rows(OneTimeLink)].count(LinkStatus.DELETED) == 1


def test_whoever_is_expected_is_not_erased(ada: User, guests: dict[str, Contact]) -> None:
    yann = contact_of(account_of(ada), guests["Yann"].id)
    traces = erasing.traces_of(yann)
    book_of(make_calendar(ada), None, "Yann", at(15))
    traces = erasing.traces_of(yann)
    before = everything()
    with pytest.raises(Conflict):
        in_transaction(lambda: erasing.erase(yann, traces, ada, NOW))
    assert everything() == before


def test_an_erasure_that_was_overtaken_is_done_again(ada: User) -> None:
    zora = contact_of(account_of(ada), make_contact(account_of(ada)).id)
    traces, overtaken = erasing.traces_of(zora), [Overtaken("A worker came first.")]

    def work() -> None:
        erasing.erase(zora, traces, ada, NOW)
        if overtaken:
            raise overtaken.pop()

    in_transaction(work)
    assert rows(Contact) == []


def _do_everything(ada: User, calendar, form, pipeline, name: str, start: int) -> None:
    account_id, email = account_of(ada), f"{name.lower()}@example.org"
    make_opportunity(pipeline, name=name)
    make_submission(form, name=name, email=email, phone=PHONES[name], q1=f"{name} asks")
    contact = db.session.scalars(select(Contact).where(Contact.email == email)).one()
    link = make_link(calendar, for_name=name, for_email=email, note=f"{name}'s", contact_id=contact.id)
    booked = book_of(calendar, link, name, start)
    make_request(link, name=name, email=email, note=f"{name} asks")
    make_link(calendar, for_name=name, for_email=email)
    with transaction():
        contact = contact_of(account_id, contact.id)
        contact_of_booking(booked.id, NOW)
        bookings.cancel(booked.id, Party.CONTACT, f"{name} is ill", NOW)
        tags.add(contact, f"{name} family", NOW)
        fields.set_value(contact, "company", f"{name} Ltd", NOW)
        editing.add_note(contact, f"{name} called", ada, NOW)
        opt_outs.stop(account_id, email, NOW)
        told = {"account_id": account_id, "effect": str(start), "at": NOW, "contact_id": contact.id}
        queue_message("booking_confirmed", Recipient(name, email), **told)
        call = {"number": PHONES[name], "called": "+49301", "why": MissedWhy.BUSY, "at": NOW}
        db.session.add(
            MissedCall(account_id=account_id, provider_id=str(start), contact_id=contact.id, **call)
        )


def book_of(calendar, link, name: str, start: int):
    """A booking by that person."""
    request = wish(calendar, link, start, answers=[{"label": "Why?", "answer": f"{name} says"}])
    who = {"name": name, "email": f"{name.lower()}@example.org", "phone": PHONES[name]}
    return book(replace(request, attendee=replace(request.attendee, **who)), NOW)


def rows(model: type) -> list:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(model).order_by(model.id)))


def everything() -> str:
    """All rows as text, but for who of the team is called so."""
    db.session.rollback()
    tables = [table for table in db.metadata.sorted_tables if table.name != "user_account"]
    return repr(
        [db.session.execute(select(table).order_by(*table.primary_key.columns)).all() for table in tables]
    )
