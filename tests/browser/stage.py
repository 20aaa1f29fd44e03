"""A workspace that has something of everything, for the states of the pages; made once for many of them."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort
from playwright.sync_api import BrowserContext
from sqlalchemy import update

from app import clock, errors
from app.accounts import email_changes, invitations, resetting, sessions
from app.accounts.models import Role, User
from app.bookings import manage, requests
from app.bookings.booking_step import Attendee, book
from app.bookings.models import Booking, Party
from app.bookings.rescheduling import Move, reschedule
from app.bookings.service import cancel, mark_no_show
from app.calendars.models import Calendar, ContactKind, DateOverride, LocationKind
from app.contacts import csv_lines, editing, fields, imports, tags
from app.contacts.bookings import contact_of_booking
from app.contacts.import_models import ContactImport, ContactImportSkip
from app.contacts.models import Contact, ContactSource
from app.contacts.service import Details, find_or_create
from app.db import db, transaction
from app.links import sightings
from app.links.models import LinkStatus, OneTimeLink, SightingKind
from app.messaging import opt_outs
from app.messaging.models import Message
from app.messaging.models import MessageState as State
from app.messaging.service import Recipient, queue_message, queue_sms
from app.phone import inbound, settings
from app.phone.formats import Call, Text
from app.worker import beats, periodic
from app.workflows import runner, runs, service, versions
from app.workflows.runs import STARTED
from app.workflows.steps import Definition, Step

from ..factories import (
    NOW,
    account_of,
    at,
    give_up_work,
    join,
    make_booking,
    make_calendar,
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
    wish,
)
from ..mailing import events_called
from ..people import make_person, sign_in
from ..phone_hooks import CALLER, make_hooks
from ..services.site import served

WORKER = "worker-1"
A_WEEK_AGO = NOW - timedelta(days=7)
HOURS = [[[540, 720], [780, 1020]]] * 5 + [[], []]
FAULTS = "/faults/"
QUESTIONS = [
    {"id": f"q{number}", "label": label, "kind": kind, "required": kind == "long_text", "choices": choices}
    for number, (label, kind, choices) in enumerate(
        (
            ("What would you like to talk about?", "long_text", []),
            ("Company", "text", []),
            ("How many of you are coming?", "choice", ["Just me", "Two", "Three or more"]),
            ("I have read the preparation notes", "checkbox", []),
            ("A number for the day itself", "phone", []),
        ),
        1,
    )
]
FIELDS = [
    {
        "id": id_,
        "label": label,
        "kind": kind,
        "required": kind in ("name", "email", "consent"),
        "choices": choices,
    }
    for id_, label, kind, choices in (
        ("name", "Your name", "name", []),
        ("email", "E-mail", "email", []),
        ("phone", "Phone", "phone", []),
        ("q1", "What is it about?", "long_text", []),
        ("q2", "Company", "text", []),
        ("q3", "How soon?", "choice", ["This week", "This month", "Some day"]),
        ("q4", "Send me your newsletter", "checkbox", []),
        ("q5", "You may call me about this.", "consent", []),
    )
]
MESSAGES = {
    State.QUEUED: "The mail server mail.example.org, port 587 could not be reached: Connection refused.",
    State.SENDING: "",
    State.SENT: "",
    State.KEPT: "",
    State.FAILED: "The mail server answered: 550 5.1.1 The mailbox you tried to reach does not exist",
    State.UNCLEAR: "The mail server got the whole message and then did not say whether it took it.",
    State.DROPPED: "The booking is no longer there.",
}
LONG = (
    "A very long note that goes on about everything that was said on the telephone, twice over, and then some"
)


@dataclass
class Stage:
    """Ada's workspace, which has everything, Cleo's, which has nothing, and Ben's, who has just begun."""

    app: Flask
    url: str
    bare_url: str = ""

    def __post_init__(self) -> None:
        self.ids: dict[str, Any] = {}
        _add_faults(self.app)
        self.people = {
            name: make_person(self.app, name) for name in ("Ada Lovelace", "Ben Babbage", "Cleo New")
        }
        with self.app.app_context():
            _make_rows(self, self.people["Ada Lovelace"], self.people["Ben Babbage"])
        self._cookies = {name.split()[0]: self._cookie(user) for name, user in self.people.items()}

    def sign_in(self, context: BrowserContext, name: str) -> None:
        """Give the browser profile the session of Ada, Ben or Cleo."""
        context.add_cookies([{"name": "slotkey", "value": self._cookies[name], "url": self.url}])

    def calendar(self, name: str, page: str) -> str:
        """The address of a page below the calendar called `name` here, such as "settings/details"."""
        return f"/calendars/{self.ids[name]}/{page}"

    def group(self, name: str, page: str = "") -> str:
        """The owner's page of a group, or one below it."""
        return f"/groups/{self.ids[name]}{page}"

    def link(self, name: str, page: str = "") -> str:
        """The address of the owner's page of a link, or of one below it."""
        return f"/calendars/{self.ids['intro']}/links/{self.ids[name]}{page}"

    def open_link(self, name: str) -> str:
        """The address that a contact has of a link."""
        return f"/o/{self.ids[f'token of {name}']}"

    def booking(self, name: str, page: str = "") -> str:
        """The owner's page of a booking, or one below it."""
        return f"/bookings/{self.ids[name]}{page}"

    def message(self, state: str) -> str:
        """The owner's page of the message in this state."""
        return f"/messages/{self.ids[f'message {state}']}"

    def take(self, start: int, calendar: str = "intro") -> None:
        """Somebody else books this time by the public link."""
        with self.app.app_context():
            book(wish(db.session.get(Calendar, self.ids[calendar]), None, start), NOW)

    def _cookie(self, user: User) -> str:
        client = self.app.test_client()
        sign_in(client, user)
        return client.get_cookie("slotkey").value


def running(app: Flask, url: str) -> ExitStack:
    """Serves the app at `url` on a clock that stands at NOW, until the stack is closed."""
    stack = ExitStack()
    stack.enter_context(clock.fixed(NOW))
    stack.enter_context(served(app, urlsplit(url).port or 80))
    return stack


def _add_faults(app: Flask) -> None:
    """Addresses that fail as the real pages may: nothing else brings some of the error pages about."""
    wait = timedelta(minutes=15)
    refusals = {
        409: errors.Conflict("Somebody else has changed it since."),
        429: errors.TooMany("Wait a quarter of an hour, then try again.", wait),
        500: RuntimeError("made to fail"),
        503: errors.Unavailable("Nothing was stored. Please try again in a moment."),
    }

    def fail(status: int) -> str:
        if status in refusals:
            raise refusals[status]
        abort(status)

    app.add_url_rule(f"{FAULTS}<int:status>", "faults", fail)


def _make_rows(stage: Stage, ada: User, ben: User) -> None:
    new = partial(make_calendar, ada, weekly_hours=HOURS)
    described = "Half an hour to find out whether we can help."
    video = {"location_kind": LocationKind.VIDEO, "location_detail": "https://meet.example.org/ada"}
    intro = new(slug="intro", description=described, expired_contact_kind=ContactKind.EMAIL, **video)
    made = {
        "intro": intro,
        "asking": new(name="Consultation", slug="asking", duration_minutes=60, questions=QUESTIONS),
        "calling": new(name="Phone call", slug="calling", location_kind=LocationKind.HOST_CALLS),
        "late": new(name="With much notice", slug="late", minimum_notice_minutes=12 * 60),
        "confirming": new(
            name="Visit", slug="visit", needs_confirmation=True, location_kind=LocationKind.IN_PERSON
        ),
        "closing": new(name="Settled early", slug="closing", cutoff_minutes=14 * 1440),
        "off": new(name="Closed for good", slug="off", switched_off_at=NOW),
        "never": new(name="Without hours", slug="never", weekly_hours=[[]] * 7),
        "empty": new(name="Just made", slug="empty", is_public=False),
        "bens": make_calendar(ben, name="First call", account_id=account_of(ben)),
    }
    stage.ids |= {name: calendar.id for name, calendar in made.items()}
    _make_groups(stage, made)
    _make_team(stage, ada)
    _make_overrides(intro)
    _make_links(stage, made, ada)
    _make_bookings(stage, made, ada)
    _make_requests(stage)
    _make_contacts(stage, ada)
    _make_forms(stage, ada)
    _make_pipelines(stage, ada)
    _make_workflows(stage, made["intro"])
    _make_work(stage, ada)


def _make_team(stage: Stage, ada: User) -> None:
    """Grace, an admin who is booked; two who are invited, one of them long ago; Alan, who wants a new address."""
    grace = join(ada, "Grace Hopper", Role.ADMIN)
    make_booking(
        make_calendar(grace, account_id=account_of(ada), name="Compilers", slug="compilers"),
        start=at(9, days=20),
    )
    alan = join(ada, "Alan Turing", email="alan@example.org")
    invitation = make_invitation(ada, "margaret@example.org")
    make_invitation(ada, "an.address.that.is.rather.long@a.domain.that.goes.on.example.org", expires_at=NOW)
    for browser in ("Firefox on Linux", "Safari on an iPhone"):
        with transaction():
            sessions.begin(ada, account_of(ada), A_WEEK_AGO, browser)
    stage.ids |= {
        "grace": grace.id,
        "ada": ada.id,
        "token of invitation": invitations.token_of(invitation),
        "token of reset": resetting.token_of(alan, NOW),
        "token of change": email_changes.token_of(make_email_change(alan)),
    }


def _make_groups(stage: Stage, made: dict[str, Calendar]) -> None:
    listed = (made[name] for name in ("intro", "never", "off", "empty"))
    groups = {
        "group": make_group(*listed, slug="talks", description=LONG),
        "closed group": make_group(made["late"], name="Closed", slug="closed", switched_off_at=NOW),
        "vain group": make_group(made["calling"], name="Nothing", slug="nothing"),
    }
    stage.ids |= {name: group.id for name, group in groups.items()}
    with transaction():
        db.session.delete(groups["vain group"].places[0])


def _make_overrides(calendar: Calendar) -> None:
    session = db.session()
    with transaction():
        session.merge(calendar).overrides += [
            DateOverride(from_on=date(2026, 12, 24), until_on=date(2027, 1, 1), ranges=[], note="Holidays"),
            DateOverride(
                from_on=date(2026, 12, 12), until_on=date(2026, 12, 12), ranges=[[600, 720]], note=""
            ),
        ]


def _make_links(stage: Stage, made: dict[str, Calendar], ada: User) -> None:
    new = partial(make_link, made["intro"], created_by_id=ada.id)
    for number in range(46):
        new(for_name=f"Guest {number}", created_at=A_WEEK_AGO)
    gone = {"status": LinkStatus.DELETED, "deleted_at": NOW - timedelta(hours=2), "deleted_by_id": ada.id}
    links = {
        "active": new(for_name="Sam Lee", for_email="sam@example.org", note="From the fair"),
        "spare": new(for_name="Ana Silva", note=LONG, duration_minutes=45),
        # A network gets a few codes of each only.
        **{
            f"guarded{name}": new(
                for_name="Ingrid Dahl", for_email="ingrid@example.org", checks_recipient=True
            )
            for name in ("", ", asked", ", wrong", ", blank")
        },
        "single": new(for_name="Maya Cohen", offered_times=[at(15, days=9)]),
        "expired": new(for_name="Yuki Tanaka", expires_at=NOW - timedelta(days=1)),
        "deleted": new(note="Sent to the wrong address", **gone),
        "keyless": new(key_id="gone", for_name="Kofi Mensah"),
        "asked for": make_link(made["late"], for_email="sam@example.org", **gone),
        **{
            f"for {name}": make_link(made[name])
            for name in ("asking", "calling", "late", "never", "off", "confirming")
        },
        **{
            name: new(for_name=name.title())
            for name in ("used", "mine", "taken", "mine too", "late one", "past one")
        },
    }
    for name, link in links.items():
        stage.ids |= {name: link.id, f"token of {name}": token_of(link)}
    sightings.note(links["active"].id, SightingKind.LOOKED, NOW)
    sightings.flush()


def _make_messages(stage: Stage) -> None:
    """One in each state, all about the upcoming booking, and one about none that is there any more."""
    booking = db.session.get(Booking, stage.ids["upcoming"])
    stage.ids["reminders"] = "".join(opt_outs.path_of(booking))
    for state, why in MESSAGES.items():
        with transaction():
            message_id = queue_message(
                "booking_confirmed",
                Recipient(booking.name, booking.email),
                account_id=booking.account_id,
                effect=f"stage:{state}",
                at=NOW,
                booking_id=booking.id,
                calendar_id=booking.calendar_id,
            )
            values = {
                "state": state,
                "why": why,
                "booking_id": None if state == State.DROPPED else booking.id,
            }
            db.session.execute(update(Message).where(Message.id == message_id).values(**values))
        stage.ids[f"message {state}"] = message_id


def _make_phone(stage: Stage, ada: User) -> None:
    """Hooks, a missed call, replies short and long, and a text that is on the phone."""
    account_id = account_of(ada)
    make_hooks(account_id)
    known, about = (
        settings.of_account(account_id),
        {"account_id": account_id, "effect": "stage:text", "at": NOW},
    )
    with transaction():
        inbound.take_call(known, Call("CA1", "", "", "busy", 0), NOW - timedelta(hours=2))
        inbound.take_call(known, Call("CA2", CALLER, "", "no-answer", 0), NOW)
        for number, said in enumerate(("Thanks!", LONG)):
            inbound.take_text(known, Text(f"SM{number}", CALLER, said, ""), NOW)
        text = queue_sms("sms_test", Recipient("Sam Lee", CALLER), **about)
        on_it = {
            "state": State.SENT,
            "sent_at": NOW,
            "delivered_at": NOW,
            "segments": 1,
            "provider_id": "SM9",
        }
        db.session.execute(update(Message).where(Message.id == text).values(on_it))
    stage.ids["text"] = text


def _make_bookings(stage: Stage, made: dict[str, Calendar], ada: User) -> None:
    intro, asking, closing, confirming = (made[name] for name in ("intro", "asking", "closing", "confirming"))
    links = {name: db.session.get(OneTimeLink, stage.ids[name]) for name in ("used", "mine", "past one")}
    tokyo = Attendee("Yuki Tanaka", "yuki@example.org", "+81312345678", "Asia/Tokyo", "en_GB")
    answers = [{"label": each["label"], "answer": "Moving our workshop"} for each in QUESTIONS[:2]]
    wishes = {
        "upcoming": (wish(intro, links["used"], at(9, days=8)), NOW),
        "far": (wish(asking, None, at(14, days=9), attendee=tokyo, answers=answers), NOW),
        "called off": (wish(intro, links["mine"], at(10, days=8)), NOW),
        "given up": (wish(intro, None, at(11, days=8)), NOW),
        "moved": (wish(intro, None, at(14, days=8)), NOW),
        "request": (wish(confirming, None, at(13, days=7)), NOW),
        "declined": (wish(confirming, None, at(14, days=7)), NOW),
        "unanswered": (wish(confirming, None, at(15, days=7)), A_WEEK_AGO),
        "withdrawn": (wish(confirming, None, at(16, days=7)), NOW),
        "too late": (wish(closing, None, at(10, days=7)), NOW),
        "past": (wish(intro, links["past one"], at(9, days=-1)), A_WEEK_AGO),
        "missed": (wish(intro, None, at(10, days=-1)), A_WEEK_AGO),
    }
    stage.ids |= {name: book(wanted, now).id for name, (wanted, now) in wishes.items()}
    with transaction():
        cancel(stage.ids["called off"], Party.HOST, "I have to travel that day.", NOW, ada.id)
        cancel(stage.ids["given up"], Party.CONTACT, "", NOW)
        cancel(stage.ids["withdrawn"], Party.CONTACT, "That day suits me no more.", NOW)
        mark_no_show(stage.ids["missed"], True, NOW, ada.id)
        requests.decline(stage.ids["declined"], "We are away that week.", NOW, ada.id, seen=0)
    requests.expire_requests(NOW)
    reschedule(Move(stage.ids["moved"], at(15, days=8), 0, Party.HOST, ada.id), NOW)
    _make_messages(stage)
    _make_phone(stage, ada)
    for name in wishes:
        stage.ids[f"place of {name}"] = manage.path_of(db.session.get(Booking, stage.ids[name]))


def _make_requests(stage: Stage) -> None:
    """Of strangers who opened a link that is over: on the busy calendar, and one to ignore on a quiet one."""
    used, asking = (db.session.get(OneTimeLink, stage.ids[name]) for name in ("used", "asked for"))
    make_request(used, note=LONG, asked_at=NOW - timedelta(hours=3))
    make_request(used, name="Noor Haddad", email="noor@example.org", asked_at=NOW - timedelta(days=2))
    for name in ("to answer", "to ignore"):
        stage.ids[name] = make_request(asking, name=name.title(), email=f"{name[3:]}@example.org").id


def _make_contacts(stage: Stage, ada: User) -> None:
    """One who has everything, and booked; one known by phone only; and one more, not to be mistaken for the first."""
    account_id = account_of(ada)

    def made(*details: str, source: ContactSource = ContactSource.HAND) -> Contact:
        return find_or_create(account_id, Details(*details), source, NOW - timedelta(days=3))

    with transaction():
        contact = made("Sam Lee", "sam@example.org", "+493012345678", source=ContactSource.FORM)
        made("Kim " + LONG[:90], "kim@example.org")
        stage.ids |= {
            "contact": contact.id,
            "caller": made("", "", "+442079460000", source=ContactSource.CALL).id,
        }
        field = fields.create(account_id, "Company")
        stage.ids["own field"] = field.id
        fields.set_value(contact, field.key, "Lee & Daughters Ltd", NOW, ada.id)
        for tag in ("vip", "berlin", "met at the conference in november", "newsletter", "speaker"):
            tags.add(contact, tag, NOW, ada.id)
        editing.add_note(contact, f"{LONG}\n\n{LONG}", ada, NOW)
        for name in ("upcoming", "moved", "missed"):
            contact_of_booking(stage.ids[name], NOW)
    _make_imports(stage, ada)


def _make_imports(stage: Stage, ada: User) -> None:
    """One to look at, one in the middle, and one that skipped lines."""
    file = "Full name,E-mail,Mobile,Company\n" + f"Noor Haddad,noor@example.org,,{LONG}\nNobody,,,\n" * 5
    names = ("list", "running list", "done list")
    for name in names:
        lines = csv_lines.lines_of(BytesIO(file.encode()))
        stage.ids[name] = imports.store(account_of(ada), f"{name}.csv", "GB", lines, ada, NOW)
    with transaction():
        for name in names[1:]:
            given = db.session.get_one(ContactImport, stage.ids[name])
            imports.start(given, ["name", "email", "", "field_company"], True, "", NOW)
        stopped = {"read": 4, "made": 2, "skipped": 2}
        db.session.execute(update(ContactImport).where(ContactImport.id == given.id).values(stopped))
        for line in (3, 5):
            why = "Enter an e-mail address or a phone number."
            db.session.add(ContactImportSkip(import_id=given.id, line=line, why=why, text=f"Nobody, {LONG}"))
        imports.stop(given, NOW)


def _make_forms(stage: Stage, ada: User) -> None:
    """One with a field of each kind that was sent twice, and one that is off."""
    form = make_form(
        ada, slug="ask", fields=FIELDS, description=LONG, allowed_origins=["https://www.example.org"]
    )
    closed = make_form(ada, name="Last year's", slug="closed", switched_off_at=NOW)
    make_submission(form, q1=LONG)
    sent = make_submission(form, name="Sam Lee", email="sam@example.org")
    stage.ids |= {"form": form.id, "closed form": closed.id, "submission": sent}


def _make_pipelines(stage: Stage, ada: User) -> None:
    """One with more than its board shows, and one that holds nothing."""
    sales = make_pipeline(ada)
    for number in range(22):
        make_opportunity(sales, name=f"Guest {number}", value=number * 1_050, owner_id=ada.id)
    make_opportunity(sales, 1, name="To Move", title=LONG)
    stage.ids |= {
        "pipeline": sales.id,
        "empty pipeline": make_pipeline(ada, name="Hiring").id,
        "opportunity": make_opportunity(sales, 2, name="Sam Lee", title="Roof", value=90_050).id,
    }


def _make_workflows(stage: Stage, calendar: Calendar) -> None:
    """One that is on, with a run under way and one that has failed; a draft that cannot be published."""
    again = Step("again", "send_email", {"subject": "Once more", "text": "{{ one_time_link }}"})
    steps = (
        Step("link", "create_link", {"calendar_id": calendar.id, "expires_days": 30, "note": LONG}),
        Step(
            "mail", "send_email", {"subject": "Hello {{ contact.first_name }}", "text": "{{ one_time_link }}"}
        ),
        Step("wait", "wait", {"until": "link_used", "minutes": 2880}),
        Step("if", "if", {"about": "link", "value": "used"}, (Step("stop", "stop"),), (again,)),
        Step("hook", "webhook", {"url": f"https://example.org/{150 * 'x'}"}),
    )
    made = make_workflow(
        calendar.account_id, "tag_added", steps, filters={"tag": "vip"}, name="After a talk at the fair"
    )
    followed = versions.followed_of(calendar.account_id, made.id)
    with transaction():
        going, failing = (runs.start(followed, stage.ids[who], "stage", NOW) for who in ("contact", "caller"))
    for event in events_called(STARTED):
        runner.advance(event, NOW)
    with transaction():
        runs.resume([failing], NOW)
        runs.fail(failing, 2, steps[2], LONG, NOW)
        unfinished = Definition("call_missed", steps=steps[1:2])
        draft = service.create(calendar.account_id, "Missed calls", unfinished, calendar.host_id, NOW)
    stage.ids |= {"workflow": made.id, "run": going, "failed run": failing, "draft": draft.id}


def _make_work(stage: Stage, ada: User) -> None:
    account_id, later = account_of(ada), NOW + timedelta(minutes=5)
    with transaction():
        beats.join(WORKER, NOW)
        periodic.note_failure("old events", f"OperationalError: {LONG}", A_WEEK_AGO, later)
        give_up_work(account_id, attempts=2, title="Tell the host", failed_at=A_WEEK_AGO, next_try_at=later)
        give_up_work(account_id, error=f"RuntimeError: {LONG}", failed_at=A_WEEK_AGO)
        stage.ids["failed work"] = give_up_work(account_id).id
