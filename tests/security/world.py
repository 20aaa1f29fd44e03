"""A workspace with something of everything in it, whoever might want to get at it, and what the database holds."""

from datetime import date, timedelta
from functools import cached_property
from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select, table, text, update
from sqlalchemy.orm import Session as OrmSession
from werkzeug.test import TestResponse

from app.accounts import sessions
from app.accounts.models import Membership, Role, Session, User
from app.bookings import manage
from app.bookings.models import Booking
from app.calendars.models import Calendar, DateOverride
from app.contacts import csv_lines, editing, fields, imports, tags
from app.contacts.models import ContactNote, ContactSource
from app.contacts.service import Details, find_or_create
from app.db import db, transaction
from app.intake.fields import FIRST_FIELDS
from app.links.models import LinkStatus, OneTimeLink
from app.messaging import opt_outs
from app.messaging.models import Message, MessageState
from app.messaging.service import Recipient, queue_message
from app.phone import inbound, settings
from app.phone.formats import Call, Text
from app.workflows import runs, versions
from app.workflows.steps import Step

from ..factories import (
    NOW,
    account_of,
    at,
    give_up_work,
    join,
    make_booking,
    make_calendar,
    make_contact,
    make_email_change,
    make_form,
    make_group,
    make_invitation,
    make_link,
    make_opportunity,
    make_pipeline,
    make_request,
    make_submission,
    make_workflow,
    token_of,
)
from ..people import form_token, make_person, sign_in
from ..phone_hooks import CALLER, make_hooks

# Counted or noted beside the work: that a page was looked at, or how often somebody tried.
OBSERVED = ("link_sighting", "rate_count")
SITE = "https://www.example.org"  # where Ada's form stands too
# What is answered to it also stands on the contact.
KEPT = {"id": "q1", "label": "Why?", "kind": "text", "required": False, "choices": [], "into": "zebrafinch"}

SECRET_WORD = "Zebrafinch"  # in everything of Ada's; no page of a stranger may say it


class World:
    """Ada owns, as Grace does, Ben is a member of their account with a calendar of his own there, Cleo has an account
    elsewhere."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.ada, self.ben, self.cleo = (make_person(app, name) for name in _NAMES)
        self._browsers: dict[str, FlaskClient] = {}
        with app.app_context():
            _move(self.ben, account_of(self.ada))
            join(self.ada, "Grace Hopper", Role.OWNER)
            self.ids = self._make()
        self.cleos_calendar, self.cleos_group = self._things_of_cleo()

    def browser(self, who: str) -> FlaskClient:
        """A browser in which ada, ben or cleo is signed in; of nobody, a fresh one."""
        if who == "nobody":
            return self.app.test_client()
        if who not in self._browsers:
            self._browsers[who] = self.app.test_client()
            sign_in(self._browsers[who], getattr(self, who))
        return self._browsers[who]

    def token(self, who: str) -> str:
        """A CSRF token that is good in this browser."""
        client = self.browser(who)
        return form_token(client.get("/sign-in" if who == "nobody" else "/account"))

    def rows(self) -> dict[str, list[tuple]]:
        """Every row of every table, but what is only observed."""
        with self.app.app_context(), db.engine.connect() as connection:
            names = [name for name in inspect(connection).get_table_names() if name not in OBSERVED]
            found = {name: connection.execute(select(text("*")).select_from(table(name))) for name in names}
            return {name: sorted(map(tuple, rows), key=repr) for name, rows in found.items()}

    @cached_property
    def link_path(self) -> str:
        """Where a contact opens Ada's Active link."""
        return f"/o/{self._token_of('link_id')}"

    @cached_property
    def used_path(self) -> str:
        """A Used one."""
        return f"/o/{self._token_of('used_id')}"

    @cached_property
    def manage_path(self) -> str:
        """Where the contact of Ada's booking finds it."""
        with self.app.app_context():
            return manage.path_of(db.session.get(Booking, self.ids["booking_id"]))

    @cached_property
    def reminders_path(self) -> str:
        """Where that contact stops reminders."""
        with self.app.app_context():
            return "".join(opt_outs.path_of(db.session.get(Booking, self.ids["booking_id"])))

    def path(self, endpoint: str, **values: Any) -> str:
        """The address of a page of Ada's; what the rule asks for is taken from her things."""
        with self.app.test_request_context():
            rule = next(self.app.url_map.iter_rules(endpoint))
            known = {name: self.ids[name] for name in rule.arguments if name in self.ids}
            return str(rule.build({**known, **values}, append_unknown=False)[1])

    def _token_of(self, name: str) -> str:
        with self.app.app_context():
            return token_of(db.session.get(OneTimeLink, self.ids[name]))

    def _make(self) -> dict[str, Any]:
        named = {"name": f"{SECRET_WORD} call", "description": SECRET_WORD, "is_public": True}
        calendar = make_calendar(self.ada, slug="zebrafinch", **named)
        off = make_calendar(self.ada, switched_off_at=NOW, **named)
        texts = {"for_name": SECRET_WORD, "note": SECRET_WORD, "for_email": f"{SECRET_WORD}@example.org"}
        asking = make_calendar(self.ada, needs_confirmation=True, **named)
        link, used = (make_link(calendar, **texts) for _ in range(2))
        deleted = make_link(calendar, status=LinkStatus.DELETED, deleted_at=NOW)
        group = make_group(calendar, off, name=f"{SECRET_WORD} group", slug="zebrafinches")
        pipeline = make_pipeline(self.ada, name=f"{SECRET_WORD} pipeline")
        form = make_form(
            self.ada,
            name=f"{SECRET_WORD} form",
            slug="zebrafinch",
            fields=[*FIRST_FIELDS, KEPT],
            allowed_origins=[SITE],
            thanks=SECRET_WORD,
        )
        with transaction():
            sessions.begin(self.ada, calendar.account_id, NOW, "Firefox on Linux")
        past_start = at(9, days=-1)
        contacts = _contacts(self.ada, calendar)
        return {
            "calendar_id": calendar.id,
            "off_id": off.id,
            "empty_id": make_calendar(self.ada, **named).id,
            "bens_id": make_calendar(self.ben, account_id=calendar.account_id).id,
            "link_id": link.id,
            "used_id": used.id,
            "deleted_id": deleted.id,
            "booking_id": make_booking(calendar, used, at(15)).id,
            "waiting_id": make_booking(asking, None, at(14)).id,
            "past_id": _in_the_past(make_booking(calendar, None, at(16)).id, past_start),
            "override_id": _override(calendar),
            "group_id": group.id,
            "off_group_id": make_group(make_calendar(self.ada, **named), switched_off_at=NOW).id,
            "pipeline_id": pipeline.id,
            "empty_pipeline_id": make_pipeline(self.ada, name=SECRET_WORD).id,
            "opportunity_id": make_opportunity(pipeline, name=SECRET_WORD, title=SECRET_WORD).id,
            "form_id": form.id,
            "off_form_id": make_form(self.ada, name=SECRET_WORD, switched_off_at=NOW).id,
            "submission_id": make_submission(form, name=SECRET_WORD),
            "request_id": make_request(used, name=SECRET_WORD).id,
            **contacts,
            "name": _phone(calendar.account_id),
            "failed_id": _failed_work(calendar.account_id),
            "message_id": _message(calendar),
            "kind": "booking_confirmed",
            "user_id": self.ben.id,
            "invitation_id": make_invitation(self.ada, f"{SECRET_WORD.lower()}@example.org").id,
            "change_id": make_email_change(self.ada).id,
            "session_id": db.session.scalar(select(Session.id).where(Session.user_id == self.ada.id)),
            "slug": calendar.slug,
            "account_id": calendar.account_id,
            **_workflow(calendar),
        }

    def _things_of_cleo(self) -> tuple[int, int]:
        with self.app.app_context():
            calendar = make_calendar(self.cleo)
            return make_calendar(self.cleo).id, make_group(calendar).id


_NAMES = ("Ada Lovelace", "Ben Babbage", "Cleo Stranger")


def is_refused(answer: TestResponse) -> bool:
    """True for 403, 404 and the way to the sign-in page."""
    if answer.status_code in (302, 303):
        return answer.location.startswith(("/sign-in", "http://localhost/sign-in"))
    return answer.status_code in (403, 404)


def _move(user: User, account_id: int) -> None:
    with transaction():
        mine = db.session.scalars(select(Membership).where(Membership.user_id == user.id)).one()
        mine.account_id, mine.role = account_id, Role.MEMBER


def _override(calendar: Calendar) -> int:
    made = DateOverride(from_on=date(2027, 1, 4), until_on=date(2027, 1, 4), ranges=[], note=SECRET_WORD)
    session: OrmSession = db.session()
    with transaction():
        calendar = session.merge(calendar)
        calendar.overrides.append(made)
    return made.id


def _failed_work(account_id: int) -> int:
    with transaction():
        made = give_up_work(account_id, error=f"{SECRET_WORD} is not at home", title=SECRET_WORD)
    return made.id


def _contacts(ada: User, calendar: Calendar) -> dict[str, int]:
    """One with a tag, a note, a field and a link, and another to merge with."""
    account_id = calendar.account_id
    with transaction():
        contact, other = (
            find_or_create(account_id, Details(SECRET_WORD, email), ContactSource.HAND, NOW)
            for email in (f"{SECRET_WORD}@example.org", "other@example.org")
        )
        field = fields.create(account_id, SECRET_WORD)
        fields.set_value(contact, field.key, SECRET_WORD, NOW)
        tags.add(contact, SECRET_WORD, NOW)
        editing.add_note(contact, SECRET_WORD, ada, NOW)
        note_id = db.session.scalar(select(ContactNote.id))
    make_link(calendar, contact_id=contact.id)
    file = BytesIO(f"Name,E-mail\n{SECRET_WORD},{SECRET_WORD}@example.org\n".encode())
    import_id = imports.store(account_id, SECRET_WORD, "GB", csv_lines.lines_of(file), ada, NOW)
    return {
        "import_id": import_id,
        "contact_id": contact.id,
        "other_id": other.id,
        "field_id": field.id,
        "note_id": note_id,
    }


def _message(calendar: Calendar) -> int:
    """One that failed, so that it can be sent again."""
    with transaction():
        made = queue_message(
            "booking_confirmed",
            Recipient(SECRET_WORD, f"{SECRET_WORD}@example.org"),
            account_id=calendar.account_id,
            effect="the world's",
            at=NOW,
            calendar_id=calendar.id,
        )
        db.session.execute(update(Message).where(Message.id == made).values(state=MessageState.FAILED))
    return made


def _phone(account_id: int) -> str:
    """Hooks, and what came in there from somebody; the name in their addresses."""
    hooks = make_hooks(account_id)
    known = settings.of_account(account_id)
    with transaction():
        inbound.take_call(known, Call("CA1", CALLER, "", "no-answer", 0), NOW)
        inbound.take_text(known, Text("SM1", CALLER, SECRET_WORD, ""), NOW)
    return hooks.name


def _workflow(calendar: Calendar) -> dict[str, Any]:
    """One that is on, with a contact on the way through it, and one whose step has failed."""
    steps = (
        Step("mail", "send_email", {"subject": SECRET_WORD, "text": SECRET_WORD}),
        Step("wait", "wait", {"until": "time", "minutes": 60}),
    )
    workflow = make_workflow(calendar.account_id, "tag_added", steps, name=f"{SECRET_WORD} flow")
    followed = versions.followed_of(calendar.account_id, workflow.id)
    made = {}
    for name in ("run_id", "failed_run_id"):
        contact = make_contact(calendar.account_id, name=SECRET_WORD, email=f"{name}@example.org")
        with transaction():
            made[name] = runs.start(followed, contact.id, name, NOW)
    with transaction():
        runs.fail(made["failed_run_id"], 1, steps[0], SECRET_WORD, NOW)
    return {**made, "workflow_id": workflow.id, "key": "mail"}


def _in_the_past(booking_id: int, start: int) -> int:
    moved = {
        "starts_at": start,
        "blocked_from": start,
        "ends_at": start + 1800,
        "blocked_until": start + 1800,
    }
    values = {name: _instant(seconds) for name, seconds in moved.items()}
    with transaction():
        db.session.execute(update(Booking).where(Booking.id == booking_id).values(values))
    return booking_id


def _instant(seconds: int) -> Any:
    return NOW.fromtimestamp(0, NOW.tzinfo) + timedelta(seconds=seconds)
