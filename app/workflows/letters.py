"""Writes the messages of workflows, when they are sent or shown: from the version's step and the run's rows."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ..bookings.models import Booking
from ..calendars.models import Calendar
from ..contacts.models import Contact
from ..db import db
from ..links.models import OneTimeLink
from ..links.openness import is_open
from ..links.service import token_of
from ..messaging import opt_outs, render
from ..messaging.kinds import Kind
from ..messaging.letters import Action, Fact, Letter, Overtaken
from ..messaging.occasions import Occasion
from ..scheduling.ical import Person
from . import filling, looking, samples
from .models import WorkflowRun, WorkflowVersion
from .steps import Step, find, parse

GONE = "The contact is no longer there."
DELETED = "The workflow that wrote this was deleted, and its words with it."
NO_STEP = "The step that wrote this is no longer there."
OVER = "The link was used, deleted or over before this could be sent."
NO_KEY = "The server key that would open the link's address was dropped."
STOPPED = "The contact has asked for no more such mails."


@dataclass(frozen=True)
class _Told:
    """All that a message is made of."""

    step: Step
    contact: Contact
    values: dict[str, str]
    calendar: Calendar | None

    def text(self, name: str) -> str:
        return render.fill(str(self.step.options.get(name) or ""), self.values)


def workflow_email(occasion: Occasion) -> Letter:
    """What the step says, to the contact."""
    told = _told(occasion)
    if occasion.is_sending and opt_outs.has_stopped(told.contact.account_id, occasion.message.to_address):
        raise Overtaken(STOPPED)
    host = told.calendar.host if told.calendar else None
    sender = host.name if host else told.values["account.name"]
    return Letter(
        subject=told.text("subject"),
        title=told.text("subject"),
        opening=told.text("text"),
        reason=f"You get this because {sender} has your address {occasion.message.to_address}.",
        reply_to=Person(host.name, host.email) if host else None,
        unsubscribe=occasion.secret_address(*opt_outs.path_for(occasion.message)),
        template="workflow",
    )


def workflow_sms(occasion: Occasion) -> str:
    """What the step says, to the contact's phone. Whether the number wants texts is asked when it is sent."""
    return _told(occasion).text("text")


def workflow_notice(occasion: Occasion) -> Letter:
    """What the step says, to somebody of the workspace; with the way to the contact, and without that of the link."""
    told = _told(occasion, run_id=occasion.message.data["run_id"])
    contact = told.contact
    facts = [("Name", contact.name), ("E-mail", contact.email), ("Phone", contact.phone)]
    return Letter(
        subject=told.text("text").partition("\n")[0][:150],
        title="A workflow has news for you",
        opening=told.text("text"),
        facts=[Fact(label, text) for label, text in facts if text],
        actions=[
            Action("Open the contact", occasion.address(f"/contacts/{contact.id}")),
            Action("See the run", occasion.address(f"/workflows/runs/{occasion.message.data['run_id']}")),
        ],
        reason="You get this because a workflow of your workspace tells you.",
    )


def workflow_test(occasion: Occasion) -> Letter:
    """A mail that somebody is writing, to themselves."""
    contact, words = _tested(occasion)
    return Letter(
        subject=f"Test: {words.subject or 'no subject yet'}",
        title="Test",
        opening=words.text,
        reason=f"You get this because you pressed Send test to me, with the data of {contact.title}.",
        template="workflow",
    )


def workflow_sms_test(occasion: Occasion) -> str:
    """The same of a text."""
    return f"Test: {_tested(occasion)[1].text}"


def _tested(occasion: Occasion) -> tuple[Contact, samples.Words]:
    """With whose data, and the words as they read them."""
    data = occasion.message.data
    if "words" not in data:  # of the time when a test named its step
        raise Overtaken(NO_STEP)
    contact = db.session.get(Contact, data["with_id"], populate_existing=True)
    if contact is None:
        raise Overtaken(GONE)
    return contact, samples.read_by(contact, samples.Words(**data["words"]), occasion.now)


def _told(occasion: Occasion, run_id: int | None = None) -> _Told:
    """Of a message that has no link, what can be said of the link of the run is said."""
    message = occasion.message
    version = db.session.get(WorkflowVersion, message.data["version_id"])
    if version is None:
        raise Overtaken(DELETED)
    step = find(parse(version.definition).steps, message.data["step"])
    contact = db.session.get(Contact, message.contact_id or 0, populate_existing=True)
    if contact is None:
        raise Overtaken(GONE)
    if step is None:
        raise Overtaken(NO_STEP)
    link = db.session.get(OneTimeLink, message.link_id, populate_existing=True) if message.link_id else None
    booking = _booking(message.booking_id)
    address = _address(link, occasion) if link else ""
    run = db.session.get(WorkflowRun, run_id) if run_id else None
    link = looking.link_of(run) if run else link
    calendar = db.session.get(Calendar, message.calendar_id) if message.calendar_id else None
    known = filling.values_of(contact, link, booking, address, calendar)
    return _Told(step, contact, known, calendar)


def _booking(booking_id: int | None) -> Booking | None:
    found = select(Booking).where(Booking.id == booking_id).execution_options(populate_existing=True)
    return db.session.scalars(found).one_or_none() if booking_id else None


def _address(link: Any, occasion: Occasion) -> str:
    if occasion.is_sending and not is_open(link, occasion.now):
        raise Overtaken(OVER)
    address = occasion.secret_address("/o/", token_of(link))
    if address is None:
        raise Overtaken(NO_KEY)
    return address


KINDS = {
    "workflow_email": Kind("Message of a workflow", workflow_email),
    "workflow_sms": Kind("Message of a workflow", workflow_sms),
    "workflow_notice": Kind("Notice of a workflow, to a member", workflow_notice),
    "workflow_test": Kind("Test of a workflow's mail", workflow_test, is_test=True),
    "workflow_sms_test": Kind("Test of a workflow's text", workflow_sms_test, is_test=True),
}
