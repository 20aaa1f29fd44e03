"""Ada's workspace, with all that a workflow may follow, on the clock that real workers have."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock
from app.bookings.booking_step import Attendee, book
from app.calendars.models import Calendar
from app.contacts import fields
from app.contacts.models import Contact
from app.db import db, in_transaction
from app.links.models import OneTimeLink
from app.links.options import LinkOptions
from app.links.service import address_of, create_link
from app.workflows import kinds
from app.workflows.steps import Settings, Step

from ..factories import (
    account_of,
    make_calendar,
    make_contact,
    make_form,
    make_pipeline,
    make_workflow,
    wish,
)
from ..forms_on_page import forms_of
from ..people import make_person, sign_in
from ..phone_hooks import make_hooks
from ..public_pages import key_in, title_of

HALF_HOUR, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)
ALWAYS_OPEN = [[[0, 1440]]] * 7
NEW, QUALIFIED = 0, 1  # stages of the pipeline


@dataclass(frozen=True)
class Case:
    """A workflow, the contact who is to come into it, and a calendar that nobody else books."""

    name: str
    workflow_id: int
    calendar_id: int
    contact: str
    phone: str

    @property
    def email(self) -> str:
        """The contact's address."""
        return f"{self.contact}@example.org"


class Workspace:
    """Ada's, with a form, a pipeline, a field and hooks; `owner` is her browser."""

    def __init__(self, app: Flask) -> None:
        self.app, self.now, self.numbers = app, clock.now(), count(30_901_820)
        self.slots: Iterator[int] = count(self.half_hour(48), 1800)
        self.ada = make_person(app)
        self.owner = app.test_client()
        sign_in(self.owner, self.ada)
        with app.app_context():
            self.account_id = account_of(self.ada)
            self.form_id = make_form(self.ada, slug="ask").id
            self.pipeline_id = (pipeline := make_pipeline(self.ada)).id
            self.stage_ids = [stage.id for stage in pipeline.stages]
            self.hooks = make_hooks(self.account_id)
            self.field = in_transaction(lambda: fields.create(self.account_id, "Company").key)

    def half_hour(self, number: int) -> int:
        """When the half hour begins that is so many after the present one, in epoch seconds."""
        return (int(self.now.timestamp()) // 1800 + number) * 1800

    def calendar(self, name: str, **changes: Any) -> int:
        """The number of a new calendar, which is always open."""
        with self.app.app_context():
            return make_calendar(self.ada, name=name, tz="UTC", weekly_hours=ALWAYS_OPEN, **changes).id

    def case(
        self,
        name: str,
        trigger: str,
        steps: tuple[Step, ...],
        calendar_id: int,
        settings: Settings | None = None,
    ) -> Case:
        """A workflow of these steps that was switched on yesterday, and follows what happens to one calendar only."""
        phone, contact = f"+49{next(self.numbers)}", re.sub(r"\W", ".", name)
        with self.app.app_context():
            workflow = make_workflow(
                self.account_id,
                trigger,
                steps,
                filters=self._filters(trigger, name, calendar_id),
                settings=settings,
                name=name,
                now=self.now - DAY,
            )
            case = Case(name, workflow.id, calendar_id, contact, phone)
            if trigger != "contact_created":
                make_contact(self.account_id, name="Sam Lee", email=case.email, phone=phone)
        return case

    def stranger(self) -> FlaskClient:
        """A browser that nobody has used."""
        return self.app.test_client()

    def contact_of(self, case: Case) -> Contact:
        """The case's contact, in the caller's app context."""
        return db.session.scalars(db.select(Contact).where(Contact.email == case.email)).one()

    def link(self, case: Case, now: datetime | None = None, **options: Any) -> OneTimeLink:
        """A link for the contact, made then."""
        with self.app.app_context():
            calendar = db.session.get(Calendar, case.calendar_id)
            chosen = LinkOptions(for_name="Sam Lee", for_email=case.email, **options)
            contact_id = self.contact_of(case).id
            made = in_transaction(
                lambda: create_link(calendar, chosen, None, now or clock.now(), contact_id=contact_id)
            )
            db.session.refresh(made)
            db.session.expunge_all()
            return made

    def path(self, link: OneTimeLink) -> str:
        """What follows the host in the link's address."""
        with self.app.app_context():
            return address_of(link).removeprefix("http://slotkey.test")

    def book(self, case: Case, path: str = "") -> str:
        """The contact books by the link at `path`, or by a new one; the path of the booking's own page."""
        path, start = path or self.path(self.link(case)), next(self.slots)
        contact = self.stranger()
        key = key_in(contact.get(f"{path}/details?s={start}").text)
        said = {"s": start, "key": key, "name": "Sam Lee", "email": case.email}
        return done(contact.post(f"{path}/details", data=said)).location

    def book_earlier(self, case: Case, start: int) -> int:
        """The contact has booked `start` six hours ago, by the standard link; the booking's number."""
        who = Attendee("Sam Lee", case.email, "", "UTC", "en_GB")
        with self.app.app_context():
            calendar = db.session.get(Calendar, case.calendar_id)
            return book(wish(calendar, None, start, attendee=who), self.now - 6 * HOUR).id

    def press(self, path: str, page: str, **said: Any) -> TestResponse:
        """The owner presses the button on `page` whose form leads to `path`."""
        form = next(each for each in forms_of(self.owner.get(page)) if each.action in (path, ""))
        return done(self.owner.post(path, data={**form.fields, **said}))

    def _filters(self, trigger: str, name: str, calendar_id: int) -> dict[str, Any]:
        known = {
            "calendar_id": calendar_id,
            "minutes": 60,
            "form_id": self.form_id,
            "pipeline_id": self.pipeline_id,
            "stage_id": self.stage_ids[QUALIFIED],
            "source": "hand",
            "tag": name,
        }
        return {each: known[each] for each in kinds.TRIGGERS[trigger].filters}


def done(answer: TestResponse) -> TestResponse:
    """The answer, which is no refusal."""
    assert answer.status_code in (200, 202, 303), (answer.status_code, title_of(answer))
    return answer
