"""People and things for tests. Ada owns, Ben is in her team, Cleo is a stranger with an account of her own."""

import secrets
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app import config, tokens
from app.accounts.models import Account, EmailChange, Invitation, Membership, Role, User
from app.bookings.booking_step import Attendee, Booked, BookingRequest, book
from app.calendars.models import Calendar
from app.contacts.models import Contact, ContactSource
from app.contacts.search import kept_words
from app.contacts.service import Details, find_or_create
from app.db import db, transaction
from app.events import Event
from app.groups.models import CalendarGroup, GroupPlace
from app.intake import service as intake
from app.intake.fields import FIRST_FIELDS
from app.intake.models import IntakeForm
from app.intake.sending import Sent, submit
from app.links.models import LinkRequest, OneTimeLink
from app.pipelines import service as pipelines
from app.pipelines.models import Opportunity, Pipeline
from app.pipelines.moving import create_opportunity
from app.worker.models import FailedWork
from app.workflows import service as workflow_service
from app.workflows.models import Workflow
from app.workflows.steps import Definition, Settings, Step

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Berlin
WORKING_WEEK = [[[540, 1020]]] * 5 + [[], []]


def make_user(name: str = "Ada Lovelace", **changes: Any) -> User:
    """A user with an account of their own, as owner of it."""
    email = f"{name.split()[0].lower()}.{secrets.token_hex(5)}@example.org"
    values = {
        "email": email,
        "password_hash": "",
        "tz": "Europe/Berlin",
        "locale": "en_GB",
        "created_at": NOW,
    }
    with transaction():
        account = Account(name=f"{name}'s account", created_at=NOW)
        user = User(**{"name": name, **values, **changes})
        db.session.add_all([account, user])
        db.session.flush()
        db.session.add(Membership(account_id=account.id, user_id=user.id, role=Role.OWNER))
    return user


def account_of(user: User) -> int:
    """The id of the account the user owns."""
    mine = db.select(Membership.account_id).where(Membership.user_id == user.id)
    return db.session.scalars(mine.order_by(Membership.id)).first()


def make_calendar(host: User, **changes: Any) -> Calendar:
    """Intro call: half an hour, Monday to Friday 09:00 to 17:00 in Berlin, no notice, 60 days ahead."""
    values = {
        "account_id": changes.pop("account_id", None) or account_of(host),
        "host_id": host.id,
        "name": "Intro call",
        "slug": f"intro-{secrets.token_hex(5)}",
        "tz": "Europe/Berlin",
        "created_at": NOW,
        "weekly_hours": WORKING_WEEK,
        "minimum_notice_minutes": 0,
    }
    with transaction():
        calendar = Calendar(**{**values, **changes})
        db.session.add(calendar)
    return calendar


def join(owner: User, name: str, role: Role = Role.MEMBER, **changes: Any) -> User:
    """Somebody more in the owner's account."""
    user = make_user(name, **changes)
    with transaction():
        mine = db.session.scalars(db.select(Membership).where(Membership.user_id == user.id)).one()
        mine.account_id, mine.role = account_of(owner), role
    return user


def make_invitation(by: User, email: str = "grace@example.org", **changes: Any) -> Invitation:
    """Somebody is invited to the account of `by`, as a member, for a week."""
    values = {
        "account_id": account_of(by),
        "email": email,
        "role": Role.MEMBER,
        "invited_by_id": by.id,
        "nonce": tokens.new_nonce(),
        "key_id": link_tokens().key_id,
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=7),
    }
    with transaction():
        invitation = Invitation(**{**values, **changes})
        db.session.add(invitation)
    return invitation


def make_email_change(user: User, new_email: str = "new@example.org", **changes: Any) -> EmailChange:
    """A new address that the user has still to confirm, within a day."""
    values = {
        "user_id": user.id,
        "old_email": user.email,
        "new_email": new_email,
        "nonce": tokens.new_nonce(),
        "key_id": link_tokens().key_id,
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=1),
    }
    with transaction():
        change = EmailChange(**{**values, **changes})
        db.session.add(change)
    return change


def make_group(*calendars: Calendar, **changes: Any) -> CalendarGroup:
    """Consultations: these calendars, at least one, in this order."""
    values = {
        "account_id": calendars[0].account_id,
        "name": "Consultations",
        "slug": f"consultations-{secrets.token_hex(5)}",
        "created_at": NOW,
    }
    with transaction():
        group = CalendarGroup(**{**values, **changes})
        group.places = [GroupPlace(calendar_id=each.id, position=at) for at, each in enumerate(calendars, 1)]
        db.session.add(group)
    return group


def make_link(calendar: Calendar, **changes: Any) -> OneTimeLink:
    """An Active link of the calendar."""
    values = {
        "account_id": calendar.account_id,
        "calendar_id": calendar.id,
        "nonce": tokens.new_nonce(),
        "key_id": link_tokens().key_id,
        "created_at": NOW,
    }
    with transaction():
        link = OneTimeLink(**{**values, **changes})
        db.session.add(link)
    return link


def make_request(link: OneTimeLink, **changes: Any) -> LinkRequest:
    """Zoe Lind, who opened the link when it was over, asks for a new one."""
    values = {
        "account_id": link.account_id,
        "calendar_id": link.calendar_id,
        "link_id": link.id,
        "name": "Zoe Lind",
        "email": "zoe@example.org",
        "asked_at": NOW,
    }
    with transaction():
        request = LinkRequest(**{**values, **changes})
        db.session.add(request)
    return request


def make_form(owner: User, **changes: Any) -> IntakeForm:
    """Ask for a call: name, e-mail, phone, what it is about, and a box to tick."""
    asked = {"required": False, "choices": []}
    more = [
        ("phone", "Phone", "phone"),
        ("q1", "What is it about?", "long_text"),
        ("q2", "Soon?", "checkbox"),
    ]
    values = {
        "account_id": account_of(owner),
        "name": "Ask for a call",
        "thanks": "We call you back.",
        "fields": [
            *FIRST_FIELDS,
            *({"id": id_, "label": label, "kind": kind, **asked} for id_, label, kind in more),
        ],
    }
    with transaction():
        return intake.create_form(**{**values, **changes}, actor_id=owner.id, now=NOW)


def make_submission(form: IntakeForm, **changes: str) -> int:
    """What Zoe Lind sent with the form; the id of the submission."""
    said = {"name": "Zoe Lind", "email": "zoe@example.org", "q1": "Moving our workshop", **changes}
    answers = [{**each, "answer": said[each["id"]]} for each in form.fields if each["id"] in said]
    sent = Sent(form.id, form.account_id, answers, secrets.token_bytes(32))
    with transaction():
        return submit(sent, NOW)


def make_contact(account_id: int, **changes: Any) -> Contact:
    """Sam Lee, by e-mail."""
    values = {
        "account_id": account_id,
        "name": "Sam Lee",
        "email": f"sam.{secrets.token_hex(5)}@example.org",
        "source": ContactSource.HAND,
        "created_at": NOW,
    }
    values |= changes
    told = (values["name"], values["email"], values.get("phone", ""))
    with transaction():
        contact = Contact(**{"search_words": kept_words(account_id, *told, ()), **values})
        db.session.add(contact)
    return contact


def make_workflow(
    account_id: int,
    trigger: str,
    steps: tuple[Step, ...],
    *,
    filters: dict[str, Any] | None = None,
    settings: Settings | None = None,
    name: str = "Follow-up",
    is_on: bool = True,
    now: datetime = NOW,
) -> Workflow:
    """A workflow, published and switched on."""
    definition = Definition(trigger, filters or {}, settings or Settings(), steps)
    actor_id = db.session.scalars(
        db.select(Membership.user_id).where(Membership.account_id == account_id)
    ).first()
    db.session.rollback()
    with transaction():
        workflow = workflow_service.create(account_id, name, definition, actor_id, now)
        workflow_service.publish(workflow, 0, actor_id, now)
        if is_on:
            workflow_service.switch_on(workflow, actor_id, now)
    return workflow


def make_pipeline(owner: User, **changes: Any) -> Pipeline:
    """Sales: New, Qualified, Won, Lost, in euros."""
    values = {"account_id": account_of(owner), "name": "Sales", "currency": "EUR", **changes}
    with transaction():
        return pipelines.create_pipeline(**values, actor_id=owner.id, now=NOW)


def make_opportunity(
    pipeline: Pipeline, stage: int = 0, name: str = "Zoe Lind", **changes: Any
) -> Opportunity:
    """An opportunity of somebody, found by name, in the pipeline's stage of that number."""
    address = f"{name.lower().replace(' ', '.')}@example.org"
    with transaction():
        place = db.session.get_one(Pipeline, pipeline.id).stages[stage]
        contact = find_or_create(pipeline.account_id, Details(name, address), ContactSource.HAND, NOW)
        return create_opportunity(place, contact, **{"now": NOW, **changes})


def link_tokens() -> tokens.TokenMaker:
    """The maker of link tokens of the running app."""
    return tokens.TokenMaker(tokens.LINK, config.current().secrets)


def token_of(link: OneTimeLink) -> str:
    """What stands behind /o/."""
    return link_tokens().token(link.nonce, link.key_id)


def at(hour: int, minute: int = 0, days: int = 1, tz: str = "Europe/Berlin") -> int:
    """A wall time some days after NOW, in epoch seconds; by default tomorrow in Berlin."""
    day = (NOW + timedelta(days=days)).date()
    return int(datetime.combine(day, time(hour, minute), ZoneInfo(tz)).timestamp())


def wish(calendar: Calendar, link: OneTimeLink | None, start: int, **changes: Any) -> BookingRequest:
    """A request to book `start`, with a form key of its own."""
    values = {
        "calendar_id": calendar.id,
        "link_id": link.id if link else None,
        "start": start,
        "attendee": Attendee("Sam Lee", "sam@example.org", "", "Europe/Berlin", "en_GB"),
        "answers": [],
        "form_key_hash": secrets.token_bytes(32),
        "key_id": link_tokens().key_id,
    }
    return BookingRequest(**{**values, **changes})


def make_booking(
    calendar: Calendar, link: OneTimeLink | None = None, start: int | None = None, **changes: Any
) -> Booked:
    """A booking by Sam Lee, tomorrow at 09:00 unless told otherwise."""
    return book(wish(calendar, link, start or at(9), **changes), NOW)


def give_up_work(account_id: int, **changes: Any) -> FailedWork:
    """Work that was given up, in the caller's transaction, with the account's latest event."""
    latest = db.select(Event).where(Event.account_id == account_id).order_by(Event.at.desc(), Event.id)
    event = db.session.scalars(latest).first()
    values = {
        "account_id": account_id,
        "event_id": event.id,
        "handler": f"tests.{secrets.token_hex(4)}",
        "title": "Send a message",
        "attempts": 7,
        "error": "ConnectionRefusedError: [Errno 111] Connection refused",
        "failed_at": NOW,
    }
    made = FailedWork(**{**values, **changes})
    db.session.add(made)
    db.session.flush()
    return made
