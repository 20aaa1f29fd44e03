"""Workflows from what happens to a contact to what follows: rows, links, messages, each once."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from sqlalchemy import update

from app import config, events
from app.accounts.models import User
from app.bookings import changeable
from app.bookings.booking_step import Attendee
from app.bookings.models import Booking, Party
from app.bookings.service import cancel, mark_no_show
from app.calendars.models import Calendar
from app.contacts import fields, tags
from app.contacts.erasing import erase, traces_of
from app.contacts.merging import merge
from app.contacts.models import Contact
from app.db import db, in_transaction, transaction
from app.errors import Conflict
from app.links import sightings
from app.links.models import LinkSource, LinkStatus, OneTimeLink, SightingKind
from app.links.service import delete_link
from app.messaging import kinds, opt_outs
from app.messaging.models import MessageState
from app.messaging.occasions import Occasion
from app.workflows import calling, contact_data, runner, runs, service, timed
from app.workflows.models import RunState, StepState, WorkflowLiveLink, WorkflowRun, WorkflowStepRun
from app.workflows.steps import Settings, Step, Window, parse

from ..factories import (
    NOW,
    at,
    make_booking,
    make_calendar,
    make_contact,
    make_link,
    make_pipeline,
    make_user,
    make_workflow,
)
from ..flows import advance_all, happen, settle, step_states, stored_runs
from ..mailing import deliver_all, events_called, messages
from ..services.http_server import http_server

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AGAIN = Settings(reentry=True)


@pytest.fixture
def calendar(app_context, now):
    return make_calendar(make_user())


@pytest.fixture
def contact(calendar):
    return make_contact(calendar.account_id)


def link_step(calendar, **options) -> Step:
    return Step("link", "create_link", {"calendar_id": calendar.id, **options})


def mail_step(key: str = "mail", text: str = "Book: {{ one_time_link }}", **options) -> Step:
    return Step(key, "send_email", {"subject": "Hello {{ contact.first_name }}", "text": text, **options})


def linking(calendar, *more: Step, **options) -> tuple[Step, ...]:
    return link_step(calendar, **options), mail_step(), *more


def wait(until: str = "time", minutes: int = 1440, key: str = "wait") -> Step:
    return Step(key, "wait", {"until": until, "minutes": minutes})


def tag_step(word: str, key: str = "tag") -> Step:
    return Step(key, "add_tag", {"tag": word})


def enter(contact, word: str = "vip", when=NOW) -> None:
    """The contact gets a tag, which the workflows see."""
    with transaction():
        tags.remove(contact, word, when)
        tags.add(contact, word, when)
    happen("tag_added", when)


def links() -> list[OneTimeLink]:
    db.session.rollback()
    every = db.select(OneTimeLink).order_by(OneTimeLink.id).execution_options(populate_existing=True)
    return list(db.session.scalars(every))


def mails() -> list:
    return [each for each in messages() if each.kind.startswith("workflow")]


def words_of(message) -> str:
    """What it says, as whoever may not know its secrets reads it."""
    said = kinds.write(Occasion(message, NOW, is_sending=False)).opening
    db.session.rollback()
    return said


class TestStarting:
    def test_a_tag_leads_to_a_link_and_a_mail_with_it(self, calendar, contact):
        make_workflow(
            calendar.account_id, "tag_added", linking(calendar, expires_days=7), filters={"tag": "vip"}
        )
        enter(contact, "new")
        assert stored_runs() == []
        enter(contact)
        advance_all()
        (run,) = stored_runs()
        assert (run.state, run.contact_id, run.ended_at) == (RunState.DONE, contact.id, NOW)
        assert step_states(run) == {"link": "done", "mail": "done"}
        (link,) = links()
        assert (link.source, link.contact_id, link.for_email) == (
            LinkSource.WORKFLOW,
            contact.id,
            contact.email,
        )
        assert link.expires_at - NOW > 7 * DAY
        assert [each.name for each in events.of_link(link.id)] == ["link_created", "link_messaged"]
        (message,) = messages()
        assert (message.kind, message.link_id, message.contact_id) == ("workflow_email", link.id, contact.id)
        deliver_all()
        assert messages()[0].state == MessageState.KEPT

    def test_the_same_event_starts_one_run_however_often_it_comes(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", linking(calendar), settings=AGAIN)
        for _ in range(3):
            if not events_called("tag_added"):
                enter(contact)
            happen("tag_added")
            advance_all()
        assert len(stored_runs()) == len(links()) == len(mails()) == 1

    def test_without_reentry_a_contact_comes_in_once(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", (tag_step("seen"),))
        enter(contact)
        advance_all()
        enter(contact, when=NOW + DAY)
        assert len(stored_runs()) == 1

    def test_with_reentry_again_once_the_run_has_ended(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", (wait(),), settings=AGAIN, filters={"tag": "vip"})
        enter(contact)
        enter(contact, when=NOW + HOUR)
        assert len(stored_runs()) == 1
        advance_all()
        advance_all(NOW + DAY)
        enter(contact, when=NOW + 2 * DAY)
        assert len(stored_runs()) == 2

    def test_workflows_that_set_one_another_off_come_to_rest(self, calendar, contact, monkeypatch):
        monkeypatch.setattr(runs, "MOST_A_DAY", 3)
        for word, other in (("a", "b"), ("b", "a")):
            steps = (Step("off", "remove_tag", {"tag": word}), tag_step(other))
            make_workflow(calendar.account_id, "tag_added", steps, settings=AGAIN, filters={"tag": word})
        enter(contact, "a")
        settle(rounds=20)
        assert len(stored_runs()) == 6

    def test_what_happened_before_it_was_on_or_while_it_is_off_starts_nothing(self, calendar, contact):
        with transaction():
            tags.add(contact, "vip", NOW - MINUTE)
        workflow = make_workflow(calendar.account_id, "tag_added", (tag_step("seen"),))
        happen("tag_added")
        with transaction():
            service.switch_off(workflow, workflow.created_by_id, NOW)
        enter(contact, "other", NOW + MINUTE)
        assert stored_runs() == []

    def test_what_a_deleted_workflow_wrote_is_not_sent(self, calendar, contact):
        workflow = make_workflow(calendar.account_id, "tag_added", linking(calendar))
        enter(contact)
        advance_all()
        with transaction():
            service.delete_workflow(workflow, calendar.host_id, NOW)
        deliver_all()
        assert [each.state for each in mails()] == [MessageState.DROPPED]
        assert advance_all() == [None]

    def test_another_accounts_workflow_sees_nothing(self, calendar, contact):
        other = make_calendar(make_user("Cleo Stranger"))
        make_workflow(other.account_id, "tag_added", linking(other))
        enter(contact)
        assert stored_runs() == []

    def test_what_happened_before_its_trigger_was_published_starts_nothing(self, calendar, contact):
        link = make_link(calendar, contact_id=contact.id)
        workflow = make_workflow(calendar.account_id, "call_missed", (tag_step("seen"),))
        draft, later = parse(workflow.draft), NOW + 2 * HOUR
        for minutes in (60, 60):
            with transaction():
                new = replace(draft, trigger="link_not_opened", filters={"minutes": minutes})
                service.change_draft(workflow, new, workflow.edits)
                service.publish(workflow, workflow.edits, calendar.host_id, later)
            timed.start_due(later)
            assert stored_runs() == []
            later += HOUR
        fresh = make_link(calendar, contact_id=contact.id, created_at=NOW + 2 * HOUR)
        timed.start_due(later)
        assert [run.link_id for run in stored_runs()] == [fresh.id] != [link.id]

    def test_a_running_contact_finishes_the_version_it_started_on(self, calendar, contact):
        workflow = make_workflow(calendar.account_id, "tag_added", (wait(), tag_step("old")))
        enter(contact)
        advance_all()
        with transaction():
            draft = parse(workflow.draft)
            service.change_draft(
                workflow, type(draft)(draft.trigger, steps=(tag_step("new", "n"),)), workflow.edits
            )
            service.publish(workflow, workflow.edits, workflow.created_by_id, NOW)
        advance_all(NOW + DAY)
        assert "old" in tags.tags_of(contact.id)
        other = make_contact(calendar.account_id)
        enter(other)
        advance_all()
        assert tags.tags_of(other.id) == ["new", "vip"]


class TestSteps:
    def test_a_message_makes_its_own_link_where_no_step_has(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", (mail_step(calendar_id=calendar.id),))
        enter(contact)
        advance_all()
        (link,), (message,) = links(), messages()
        assert message.link_id == link.id
        assert len(events_called("link_messaged")) == 1

    def test_waits_are_kept_and_conditions_choose_the_way(self, calendar, contact):
        choice = Step(
            "if", "if", {"about": "link", "value": "used"}, (tag_step("yes", "y"),), (tag_step("no", "n"),)
        )
        make_workflow(
            calendar.account_id, "tag_added", linking(calendar, wait(), choice), filters={"tag": "vip"}
        )
        enter(contact)
        assert advance_all() == [NOW + DAY]
        assert advance_all(NOW + DAY - MINUTE) == [NOW + DAY]
        assert step_states(stored_runs()[0])["wait"] == "waiting"
        assert advance_all(NOW + DAY) == [None]
        assert tags.tags_of(contact.id) == ["no", "vip"]

    def test_a_wait_ends_when_the_link_is_used(self, calendar, contact):
        steps = linking(calendar, wait("link_used", 7 * 1440), tag_step("after"))
        make_workflow(calendar.account_id, "tag_added", steps, filters={"tag": "vip"})
        enter(contact)
        advance_all()
        make_booking(calendar, links()[0])
        happen("booking_created")
        advance_all()
        assert stored_runs()[0].state == RunState.DONE
        assert "after" in tags.tags_of(contact.id)

    def test_a_wait_follows_its_booking(self, calendar):
        make_workflow(calendar.account_id, "booking_made", (wait("before_booking", 60), tag_step("soon")))
        booking = make_booking(calendar, start=at(9, days=3))
        happen("booking_created")
        (due,) = advance_all()
        assert due == datetime.fromtimestamp(at(8, days=3), UTC)
        moved = datetime.fromtimestamp(at(12, days=3), UTC)
        with transaction():
            values = {
                "starts_at": moved,
                "ends_at": moved + HOUR,
                "blocked_from": moved,
                "blocked_until": moved + HOUR,
            }
            row = changeable.change(booking.id, sequence=1, **values)
            changeable.record("booking_rescheduled", row, NOW, None)
        happen("booking_rescheduled")
        assert moved - HOUR in advance_all()

    @pytest.mark.parametrize("is_booked", [True, False])
    def test_a_wait_before_a_booking_that_is_not_made_yet_waits_for_it(self, calendar, contact, is_booked):
        reminder = mail_step("soon", "Until {{ booking.short_time }}")
        steps = linking(calendar, wait("before_booking", 60), reminder, tag_step("end"), expires_days=5)
        make_workflow(calendar.account_id, "tag_added", steps, filters={"tag": "vip"})
        enter(contact)
        advance_all()
        (link,) = links()
        expires = link.expires_at
        if is_booked:
            make_booking(calendar, link, start=at(9, days=3))
            happen("booking_created")
            due = datetime.fromtimestamp(at(8, days=3), UTC)
            assert due in advance_all()
            advance_all(due)
            assert [each.booking_id is not None for each in mails()] == [False, True]
        else:
            assert advance_all(expires - MINUTE) == [expires]
            advance_all(expires)
            assert step_states(stored_runs()[0])["soon"] == "skipped"
            assert len(mails()) == 1
        assert "end" in tags.tags_of(contact.id)

    def test_nobody_is_reminded_of_a_booking_that_was_cancelled(self, calendar):
        told = "See you {{ booking.short_time }}"
        asks = Step("if", "if", {"about": "booking", "value": "cancelled"}, (mail_step("sorry", told),), ())
        one_reminder = (wait("before_booking", 60), mail_step("soon", "See you!"))
        for steps in (
            one_reminder,
            (wait("before_booking", 60), asks),
            (wait(minutes=60), mail_step("later", told), asks),
            (wait("before_booking", 60), mail_step("soon", told), asks),
            (wait("before_booking", 60), mail_step("soon", "See you!"), asks),
            (
                Step(
                    "way",
                    "if",
                    {"about": "field", "field": "email", "is": "is_filled"},
                    one_reminder,
                    (asks,),
                ),
            ),
        ):
            make_workflow(calendar.account_id, "booking_made", steps)
        made = make_booking(calendar, start=at(9, days=3))
        happen("booking_created")
        advance_all()
        in_transaction(lambda: cancel(made.id, Party.HOST, "", NOW))
        happen("booking_cancelled")
        advance_all(NOW + HOUR)
        assert [(run.state.value, step_states(run)) for run in stored_runs()] == [
            ("stopped", {"wait": "skipped"}),
            ("done", {"wait": "skipped", "if": "done", "sorry": "done"}),
            ("done", {"wait": "done", "later": "skipped", "if": "done", "sorry": "done"}),
            ("done", {"wait": "skipped", "soon": "skipped", "if": "done", "sorry": "done"}),
            ("stopped", {"wait": "skipped"}),
            ("stopped", {"way": "done", "wait": "skipped"}),
        ]
        assert len(mails()) == 3

    def test_the_contact_and_its_fields_are_changed(self, calendar, contact):
        with transaction():
            key = fields.create(calendar.account_id, "Said").key
        steps = (
            Step("f", "set_field", {"field": key, "value": "Hello {{ contact.first_name }}"}),
            Step("r", "remove_tag", {"tag": "vip"}),
        )
        make_workflow(calendar.account_id, "tag_added", steps, filters={"tag": "vip"})
        enter(contact)
        advance_all()
        assert fields.values_of(contact.id) == {key: "Hello Sam"}
        assert tags.tags_of(contact.id) == []

    def test_a_member_is_told(self, calendar, contact):
        step = Step("n", "notify", {"user_id": calendar.host_id, "text": "{{ contact.name }} is here."})
        make_workflow(calendar.account_id, "tag_added", (step,))
        enter(contact)
        advance_all()
        deliver_all()
        (message,) = messages()
        assert (message.user_id, message.state) == (calendar.host_id, MessageState.KEPT)

    def test_a_member_is_told_of_the_booking_and_its_calendar(self, calendar):
        text = "{{ contact.name }}, {{ booking.short_time }}: {{ calendar.name }} until {{ link.expires }}"
        step = Step("n", "notify", {"user_id": calendar.host_id, "text": text})
        make_workflow(calendar.account_id, "booking_made", (step,))
        make_booking(calendar, make_link(calendar))
        settle()
        deliver_all()
        (told,) = mails()
        assert (told.state, told.link_id) == (MessageState.KEPT, None)
        said = words_of(told)
        assert "Wed 2 Dec 09:00 (Berlin): Intro call until it is used" in said
        assert "/o/" not in said

    def test_a_contact_known_by_phone_gets_a_text_with_the_link(self, calendar):
        steps = (link_step(calendar), Step("sms", "send_sms", {"text": "Book: {{ one_time_link }}"}))
        make_workflow(calendar.account_id, "call_missed", steps)
        caller = make_contact(calendar.account_id, name="", email="", phone="+4930901820")
        with transaction():
            about = {"account_id": calendar.account_id, "contact_id": caller.id, "at": NOW}
            events.record("call_missed", data={"call_id": 1}, **about)
        settle()
        (message,) = messages()
        assert (message.channel.value, message.to_address, message.link_id) == (
            "sms",
            caller.phone,
            links()[0].id,
        )
        deliver_all()
        assert messages()[0].state == MessageState.KEPT

    def test_stop_ends_the_run(self, calendar, contact):
        steps = (Step("s", "stop"), tag_step("never"))
        make_workflow(calendar.account_id, "tag_added", steps)
        enter(contact)
        advance_all()
        assert stored_runs()[0].state == RunState.DONE
        assert "never" not in tags.tags_of(contact.id)

    def test_who_has_no_address_or_has_opted_out_is_sent_nothing_and_goes_on(self, calendar, contact):
        steps = (mail_step(text="Hello"), tag_step("after"))
        make_workflow(calendar.account_id, "tag_added", steps, filters={"tag": "vip"})
        by_phone = make_contact(calendar.account_id, email="", phone="+4930901820")
        with transaction():
            opt_outs.stop(calendar.account_id, contact.email, NOW)
        for each in (contact, by_phone):
            enter(each)
        advance_all()
        assert [step_states(run) for run in stored_runs()] == [{"mail": "skipped", "tag": "done"}] * 2
        assert mails() == []

    def test_a_reminder_does_not_wait_until_its_booking_has_begun(self, calendar):
        window = Window((0, 1, 2, 3, 4), 12 * 60, 18 * 60, "Europe/Berlin")
        steps = (mail_step("soon", "At {{ booking.short_time }}"), mail_step("thanks", "Thank you"))
        make_workflow(calendar.account_id, "booking_made", steps, settings=Settings(window=window))
        make_booking(calendar, start=at(9))
        happen("booking_created")
        early = datetime.fromtimestamp(at(8, 30), UTC)
        assert advance_all(early) == [early.replace(hour=11, minute=0)]
        assert step_states(stored_runs()[0]) == {"soon": "skipped", "thanks": "waiting"}

    def test_what_tells_that_a_booking_was_cancelled_waits_for_its_hours(self, calendar):
        window = Window((0, 1, 2, 3, 4), 12 * 60, 18 * 60, "Europe/Berlin")
        steps = (mail_step("sorry", "Not at {{ booking.short_time }}"),)
        make_workflow(calendar.account_id, "booking_cancelled", steps, settings=Settings(window=window))
        made = make_booking(calendar, start=at(9))
        in_transaction(lambda: cancel(made.id, Party.HOST, "", NOW))
        happen("booking_cancelled")
        advance_all(datetime.fromtimestamp(at(8, 30), UTC))
        assert step_states(stored_runs()[0]) == {"sorry": "waiting"}

    def test_messages_wait_for_their_hours(self, calendar, contact):
        window = Window((0, 1, 2, 3, 4), 12 * 60, 18 * 60, "Europe/Berlin")
        steps = (mail_step(text="Hello"),)
        make_workflow(calendar.account_id, "tag_added", steps, settings=Settings(window=window))
        enter(contact)
        noon = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
        assert advance_all() == [noon]
        assert mails() == []
        assert advance_all(noon) == [None]
        assert len(mails()) == 1


class TestLinks:
    def test_a_retry_after_use_makes_no_second_link(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", (link_step(calendar), mail_step(), wait()))
        enter(contact)
        advance_all()
        (run,), (link,) = stored_runs(), links()
        make_booking(calendar, link)
        db.session.rollback()
        with transaction():
            db.session.execute(db.text("DELETE FROM workflow_step_run"))
            runs.resume([run.id], NOW)
        advance_all()
        assert [each.id for each in links()] == [link.id]
        assert len(mails()) == 1

    def test_across_reentries_one_link_is_live_and_a_used_one_makes_room(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", linking(calendar), settings=AGAIN)
        for hours in range(3):
            enter(contact, when=NOW + hours * HOUR)
            advance_all(NOW + hours * HOUR)
        assert len(stored_runs()) == len(mails()) == 3
        (link,) = links()
        make_booking(calendar, link)
        enter(contact, when=NOW + DAY)
        advance_all(NOW + DAY)
        assert [each.status for each in links()] == [LinkStatus.USED, LinkStatus.ACTIVE]

    def test_one_past_its_date_is_replaced_in_the_same_transaction(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", linking(calendar, expires_days=1), settings=AGAIN)
        for days in (0, 5):
            enter(contact, when=NOW + days * DAY)
            advance_all(NOW + days * DAY)
        old, new = links()
        assert (old.status, new.status) == (LinkStatus.DELETED, LinkStatus.ACTIVE)
        assert "took its place" in events_called("link_deleted")[0].data["reason"]

    def test_superseding_deletes_older_unused_links_of_the_same_contact_and_calendar(self, calendar, contact):
        other = make_calendar(db.session.get_one(type(calendar.host), calendar.host_id))
        by_hand = make_link(calendar, contact_id=contact.id)
        elsewhere = make_link(other, contact_id=contact.id)
        make_workflow(calendar.account_id, "tag_added", linking(calendar), settings=Settings(supersede=True))
        enter(contact)
        advance_all()
        statuses = {each.id: each.status for each in links()}
        assert statuses[by_hand.id] == LinkStatus.DELETED
        assert statuses[elsewhere.id] == LinkStatus.ACTIVE
        told = events_called("link_deleted")[0].data
        assert told["superseded_by"] == links()[-1].id
        assert told["workflow_id"]

    def test_a_mail_whose_link_is_over_is_not_sent(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", linking(calendar, wait(), mail_step("again")))
        enter(contact)
        advance_all()
        make_booking(calendar, links()[0])
        advance_all(NOW + DAY)
        assert step_states(stored_runs()[0])["again"] == "skipped"
        deliver_all()
        assert mails()[0].state == MessageState.DROPPED


class TestContacts:
    def test_merging_keeps_one_run_under_way_and_one_live_link(self, calendar, contact):
        other = make_contact(calendar.account_id)
        make_workflow(calendar.account_id, "tag_added", linking(calendar, wait()), filters={"tag": "vip"})
        make_workflow(calendar.account_id, "tag_added", (tag_step("done"),), filters={"tag": "vip"})
        for each in (contact, other):
            enter(each)
        advance_all()
        own = {link.id for link in links() if link.contact_id == contact.id}
        with transaction():
            merge(db.session.get_one(Contact, contact.id), db.session.get_one(Contact, other.id), NOW, None)
        assert {run.contact_id for run in stored_runs()} == {contact.id}
        assert sorted(run.state.value for run in stored_runs()) == ["done", "done", "stopped", "waiting"]
        assert {link.id for link in links() if link.status == LinkStatus.ACTIVE} == own
        assert [link.status for link in links()].count(LinkStatus.DELETED) == 1
        with transaction():
            copy = contact_data.export(db.session.get_one(Contact, contact.id))
        assert [each["state"] for each in copy] == [run.state.value for run in stored_runs()]

    def test_merging_takes_over_the_link_of_the_other(self, calendar, contact):
        other = make_contact(calendar.account_id)
        workflow = make_workflow(calendar.account_id, "tag_added", linking(calendar), settings=AGAIN)
        for each in (contact, other):
            enter(each)
        advance_all()
        make_booking(calendar, links()[0])
        with transaction():
            merge(db.session.get_one(Contact, contact.id), db.session.get_one(Contact, other.id), NOW, None)
        live = db.session.scalars(db.select(WorkflowLiveLink)).one()
        assert (live.workflow_id, live.contact_id, live.link_id) == (workflow.id, contact.id, links()[1].id)

    def test_merging_keeps_the_link_that_can_still_be_used(self, calendar, contact):
        other = make_contact(calendar.account_id)
        make_workflow(
            calendar.account_id, "tag_added", linking(calendar, expires_days=3), filters={"tag": "vip"}
        )
        for each, when in ((contact, NOW), (other, NOW + 2 * DAY)):
            enter(each, when=when)
            advance_all(when)
        later = NOW + 4 * DAY
        with transaction():
            merge(db.session.get_one(Contact, contact.id), db.session.get_one(Contact, other.id), later, None)
        assert [link.status for link in links()] == [LinkStatus.DELETED, LinkStatus.ACTIVE]
        assert db.session.scalars(db.select(WorkflowLiveLink)).one().link_id == links()[1].id

    def test_an_erased_contact_leaves_no_run(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", linking(calendar, wait()))
        enter(contact)
        advance_all()
        with transaction():
            found = db.session.get_one(Contact, contact.id)
            erase(found, traces_of(found), db.session.get_one(User, calendar.host_id), NOW)
        assert stored_runs() == []
        assert advance_all(NOW + DAY) == [None]
        deliver_all()
        assert [each.state for each in mails()] == [MessageState.DROPPED]

    def test_a_stage_is_reached_by_a_step(self, calendar, contact):
        sales = make_pipeline(db.session.get_one(User, calendar.host_id))
        stage_id = sales.stages[1].id
        make_workflow(calendar.account_id, "tag_added", (Step("s", "move_stage", {"stage_id": stage_id}),))
        make_workflow(calendar.account_id, "stage_reached", (tag_step("q"),), filters={"stage_id": stage_id})
        enter(contact)
        settle()
        assert "q" in tags.tags_of(contact.id)


class TestWebhooks:
    @pytest.fixture
    def server(self, app):
        """Answers on this machine, which the operator allows to be called."""
        before = config.current()
        networks = (ip_network("127.0.0.0/8"),)
        app.extensions["slotkey.settings"] = replace(before, outbound_allow=networks)
        with http_server() as running:
            yield running
        app.extensions["slotkey.settings"] = before

    def webhook(self, calendar, address: str) -> None:
        steps = (Step("hook", "webhook", {"url": address}), tag_step("after"))
        make_workflow(calendar.account_id, "tag_added", steps, filters={"tag": "vip"})

    def test_it_is_told_of_the_contact_and_no_token(self, calendar, contact, server):
        make_link(calendar, contact_id=contact.id)
        self.webhook(calendar, server.address)
        enter(contact)
        assert advance_all() == [None]
        (asked,) = server.sent
        said = json.loads(asked.body)
        assert said["contact"]["email"] == contact.email
        assert asked.headers["webhook-id"] == said["id"]
        assert step_states(stored_runs()[0]) == {"hook": "done", "tag": "done"}

    def test_what_may_pass_is_tried_again_later_and_then_fails(self, calendar, contact, server):
        server.status = 503
        self.webhook(calendar, server.address)
        enter(contact)
        now = NOW
        for wait_ in calling.WAITS:
            assert advance_all(now) == [now + wait_]
            now += wait_
        assert advance_all(now) == [None]
        (run,) = stored_runs()
        assert (run.state, run.why) == (RunState.FAILED, "It answered: 503.")
        tried = db.session.scalars(db.select(WorkflowStepRun.attempts)).all()
        assert tried == [len(calling.WAITS) + 1] == [len(server.sent)]
        assert len({asked.headers["webhook-id"] for asked in server.sent}) == 1
        server.status = 200
        in_transaction(lambda: runs.retry(run.id, now))
        advance_all(now)
        assert stored_runs()[0].state == RunState.DONE

    def test_addresses_inside_are_not_called_unless_allowed(self, calendar, contact):
        self.webhook(calendar, "http://127.0.0.1:9/")
        enter(contact)
        advance_all()
        assert stored_runs()[0].state == RunState.FAILED


class TestEnding:
    def test_a_booking_or_a_reply_ends_runs_that_ask_for_it(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", (wait(),), settings=Settings(stop_on_booking=True))
        make_workflow(calendar.account_id, "tag_added", (wait(),), settings=Settings(stop_on_reply=True))
        make_workflow(calendar.account_id, "tag_added", (wait(),))
        enter(contact)
        advance_all()
        make_booking(calendar, make_link(calendar, contact_id=contact.id), attendee=_attendee(contact))
        happen("booking_created")
        assert [run.state.value for run in stored_runs()] == ["stopped", "waiting", "waiting"]
        with transaction():
            events.record("sms_received", account_id=calendar.account_id, contact_id=contact.id, at=NOW)
        happen("sms_received")
        assert [run.state.value for run in stored_runs()] == ["stopped", "stopped", "waiting"]
        assert stored_runs()[0].why == "The contact has booked."
        assert advance_all(NOW + DAY)[0] is None

    def test_a_step_that_fails_stands_still_until_it_is_tried_again(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", (tag_step("before"), link_step(calendar)))
        off = update(Calendar).where(Calendar.id == calendar.id)
        in_transaction(lambda: db.session.execute(off.values(switched_off_at=NOW)))
        enter(contact)
        assert advance_all() == [None]
        (run,) = stored_runs()
        assert (run.state, run.at_key) == (RunState.FAILED, "link")
        assert "switched off" in run.why
        assert step_states(run) == {"tag": "done", "link": "failed"}
        in_transaction(lambda: db.session.execute(off.values(switched_off_at=None)))
        in_transaction(lambda: runs.retry(run.id, NOW))
        with pytest.raises(Conflict):
            in_transaction(lambda: runs.retry(run.id, NOW))
        advance_all()
        assert stored_runs()[0].state == RunState.DONE
        assert len(links()) == 1

    def test_a_booking_ends_a_run_that_has_failed_too(self, calendar, contact):
        settings = Settings(stop_on_booking=True)
        make_workflow(calendar.account_id, "tag_added", (link_step(calendar),), settings=settings)
        off = update(Calendar).where(Calendar.id == calendar.id)
        in_transaction(lambda: db.session.execute(off.values(switched_off_at=NOW)))
        enter(contact)
        advance_all()
        assert stored_runs()[0].state == RunState.FAILED
        in_transaction(lambda: db.session.execute(off.values(switched_off_at=None)))
        make_booking(calendar, make_link(calendar, contact_id=contact.id), attendee=_attendee(contact))
        happen("booking_created")
        assert (stored_runs()[0].state, stored_runs()[0].why) == (RunState.STOPPED, "The contact has booked.")

    def test_a_failed_run_is_not_tried_again_while_the_contact_is_in_another(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", (link_step(calendar), wait()), settings=AGAIN)
        off = update(Calendar).where(Calendar.id == calendar.id)
        in_transaction(lambda: db.session.execute(off.values(switched_off_at=NOW)))
        enter(contact)
        advance_all()
        in_transaction(lambda: db.session.execute(off.values(switched_off_at=None)))
        enter(contact, when=NOW + HOUR)
        failed, going = stored_runs()
        with pytest.raises(Conflict, match="come into this workflow again"):
            in_transaction(lambda: runs.retry(failed.id, NOW))
        in_transaction(lambda: runs.end(going.id, RunState.STOPPED, "", NOW))
        in_transaction(lambda: runs.retry(failed.id, NOW))
        assert stored_runs()[0].state == RunState.WAITING

    def test_a_job_that_was_taken_over_from_fails_nothing(self, calendar, contact):
        """It found its step impossible, and before it could say so another job has done it."""
        make_workflow(calendar.account_id, "tag_added", (link_step(calendar), wait()))
        enter(contact)
        (run,) = stored_runs()
        in_transaction(lambda: runs.resume([run.id], NOW))
        advance_all()
        in_transaction(lambda: runs.fail(run.id, 1, link_step(calendar), "It could not be done.", NOW))
        assert step_states(run) == {"link": "done", "wait": "waiting"}
        assert stored_runs()[0].state == RunState.WAITING

    def test_a_run_that_is_ended_while_it_calls_somebody_waits_for_no_answer(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", (Step("hook", "webhook", {"url": "https://x.test"}),))
        enter(contact)
        (run,) = stored_runs()
        step = Step("hook", "webhook")
        in_transaction(lambda: runs.write_step(run, step, StepState.CALLING, NOW))
        in_transaction(lambda: runs.end(run.id, RunState.STOPPED, "Enough.", NOW))
        assert step_states(run) == {"hook": "skipped"}

    def test_a_run_that_somebody_ends_does_nothing_more(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", (wait(), tag_step("never")))
        enter(contact)
        advance_all()
        (run,) = stored_runs()
        with transaction():
            service.stop_run(db.session.get_one(WorkflowRun, run.id), calendar.host_id, NOW)
        with pytest.raises(Conflict), transaction():
            service.stop_run(db.session.get_one(WorkflowRun, run.id), calendar.host_id, NOW)
        advance_all(NOW + DAY)
        assert step_states(stored_runs()[0]) == {"wait": "skipped"}
        assert "never" not in tags.tags_of(contact.id)

    def test_runs_whose_jobs_were_lost_are_taken_up(self, calendar, contact):
        make_workflow(calendar.account_id, "tag_added", (wait(), tag_step("after")))
        enter(contact)
        advance_all()
        runner.take_up_lost(NOW + DAY + MINUTE)
        assert events_called(runs.RESUMED) == []
        runner.take_up_lost(NOW + DAY + HOUR)
        runner.take_up_lost(NOW + DAY + HOUR)
        assert len(events_called(runs.RESUMED)) == 1
        advance_all(NOW + DAY + HOUR)
        assert stored_runs()[0].state == RunState.DONE


class TestBookingEvents:
    @pytest.mark.parametrize("trigger", ["booking_made", "booking_cancelled", "booking_no_show", "link_used"])
    def test_each_starts_its_workflow_with_the_booking(self, calendar, contact, trigger):
        text = "{{ booking.short_time }} {{ booking.reference }}"
        make_workflow(
            calendar.account_id, trigger, (mail_step(text=text),), filters={"calendar_id": calendar.id}
        )
        made = make_booking(calendar, make_link(calendar, contact_id=contact.id))
        if trigger == "booking_cancelled":
            in_transaction(lambda: cancel(made.id, Party.HOST, "", NOW))
        if trigger == "booking_no_show":
            in_transaction(lambda: mark_no_show(made.id, True, NOW + 3 * DAY, calendar.host_id))
        settle(NOW + 3 * DAY)
        (run,) = stored_runs()
        assert (run.booking_id, run.state) == (made.id, RunState.DONE)
        (told,) = mails()
        assert told.booking_id == made.id
        deliver_all()
        assert mails()[0].state == MessageState.KEPT
        assert words_of(told) == f"Wed 2 Dec 09:00 (Berlin) {db.session.get_one(Booking, made.id).reference}"

    @pytest.mark.parametrize("trigger", ["booking_made", "link_used"])
    @pytest.mark.parametrize("by_link", [True, False])
    def test_a_message_names_the_calendar_of_a_booking_however_it_was_made(
        self, calendar, contact, trigger, by_link
    ):
        make_workflow(calendar.account_id, trigger, (mail_step(text="{{ calendar.name }}, {{ host.name }}"),))
        make_booking(calendar, make_link(calendar, contact_id=contact.id) if by_link else None)
        settle()
        assert len(mails()) == (by_link or trigger == "booking_made")
        for told in mails():
            assert words_of(told).startswith("Intro call, Ada")

    def test_before_and_after_a_booking_by_the_clock_once_each(self, calendar):
        make_workflow(calendar.account_id, "before_booking", (tag_step("soon"),), filters={"minutes": 60})
        make_workflow(calendar.account_id, "after_booking", (tag_step("over"),), filters={"minutes": 60})
        made = make_booking(calendar, start=at(9, days=3))
        happen("booking_created")
        booking = db.session.get_one(Booking, made.id)
        starts, ends = booking.starts_at, booking.ends_at
        db.session.rollback()
        for moment, count in (
            (starts - HOUR - MINUTE, 0), (starts - HOUR, 1), (starts - 30 * MINUTE, 1),
            (ends + HOUR - MINUTE, 1), (ends + HOUR, 2), (ends + 2 * HOUR, 2), (starts - HOUR, 2),
        ):  # fmt: skip
            timed.start_due(moment)
            assert len(stored_runs()) == count

    def test_of_a_cancelled_booking_there_is_no_before(self, calendar):
        make_workflow(calendar.account_id, "before_booking", (tag_step("soon"),), filters={"minutes": 60})
        made = make_booking(calendar, start=at(9, days=3))
        happen("booking_created")
        in_transaction(lambda: cancel(made.id, Party.HOST, "", NOW))
        timed.start_due(datetime.fromtimestamp(at(8, 30, days=3), UTC))
        assert stored_runs() == []


class TestLinkEvents:
    def test_made_sent_and_asked_for_start_workflows(self, calendar, contact):
        for trigger in ("link_made", "link_sent", "link_asked_for"):
            make_workflow(calendar.account_id, trigger, (tag_step(trigger),))
        make_workflow(calendar.account_id, "contact_created", linking(calendar))
        with transaction():
            about = {"account_id": calendar.account_id, "at": NOW}
            events.record("contact_created", contact_id=contact.id, data={"source": "hand"}, **about)
        settle()
        link = links()[0]
        with transaction():
            events.record("link_request_created", link_id=link.id, calendar_id=calendar.id, **about)
        settle()
        assert tags.tags_of(contact.id) == ["link_asked_for", "link_made", "link_sent"]

    @pytest.mark.parametrize(
        "trigger", ["link_not_opened", "link_not_booked", "link_opened_after_use", "link_expired"]
    )
    def test_what_is_left_undone_is_found_by_the_clock(self, calendar, contact, trigger):
        make_workflow(
            calendar.account_id, trigger, (tag_step("found"),), filters={"minutes": 60}, settings=AGAIN
        )
        ends = NOW + 50 * MINUTE if trigger == "link_expired" else None
        link = make_link(calendar, contact_id=contact.id, expires_at=ends)
        if trigger == "link_not_booked":
            sightings.note(link.id, SightingKind.LOOKED, NOW)
        if trigger == "link_opened_after_use":
            make_booking(calendar, link)
            sightings.note(link.id, SightingKind.REFUSED, NOW + 50 * MINUTE)
        sightings.flush()
        for moment, count in ((NOW + 45 * MINUTE, 0), (NOW + 61 * MINUTE, 1), (NOW + 70 * MINUTE, 1)):
            timed.start_due(moment)
            assert len(stored_runs()) == count
        assert stored_runs()[0].link_id == link.id

    def test_a_link_that_was_opened_or_used_is_not_missed(self, calendar, contact):
        make_workflow(calendar.account_id, "link_not_opened", (tag_step("found"),), filters={"minutes": 60})
        opened, used, gone = (make_link(calendar, contact_id=contact.id) for _ in range(3))
        sightings.note(opened.id, SightingKind.LOOKED, NOW)
        sightings.flush()
        make_booking(calendar, used)
        with transaction():
            delete_link(db.session.get_one(OneTimeLink, gone.id), None, NOW)
        timed.start_due(NOW + 2 * HOUR)
        assert stored_runs() == []


def _attendee(contact: Contact) -> Attendee:
    return Attendee(contact.name, contact.email, "", "Europe/Berlin", "en_GB")
