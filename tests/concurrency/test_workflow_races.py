"""R38: however many set a workflow off at the same moment, a contact gets one run, one link, one message."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from app import events
from app.contacts import tags
from app.contacts.merging import merge
from app.contacts.models import Contact
from app.db import db, in_transaction, transaction
from app.events import Event
from app.links.models import LinkStatus, OneTimeLink
from app.messaging.models import Message
from app.worker import engine
from app.workflows import runner, service, step_links, timed, triggers
from app.workflows.models import WAITING, RunState, Workflow, WorkflowRun, WorkflowVersion
from app.workflows.runs import STARTED
from app.workflows.steps import Definition, Settings, Step, parse

from ..factories import NOW, make_calendar, make_contact, make_link, make_user, make_workflow
from ..services.databases import settings_for
from ..services.worker import wait_until, working
from .guards import without_run_guard
from .races import race

AT_ONCE = 12


def linking(calendar) -> tuple[Step, ...]:
    return (
        Step("link", "create_link", {"calendar_id": calendar.id}),
        Step("mail", "send_email", {"subject": "Hello", "text": "{{ one_time_link }}"}),
    )


@pytest.fixture
def contact():
    """In an account with a workflow that lets a contact in again and again."""
    calendar = make_calendar(make_user())
    steps = (*linking(calendar), Step("wait", "wait", {"until": "time", "minutes": 1440}))
    make_workflow(calendar.account_id, "tag_added", steps, settings=Settings(reentry=True))
    return make_contact(calendar.account_id)


def trigger(contact, times: int) -> list[Event]:
    """So many events that each would start a run."""
    with transaction():
        for n in range(times):
            tags.add(contact, f"tag {n}", NOW)
    return stored(Event, Event.name == "tag_added")


def stored(model: type, *which: object) -> list:
    found = list(db.session.scalars(select(model).where(*which)))
    db.session.expunge_all()
    db.session.rollback()
    return found


def count(model: type) -> int:
    number = db.session.scalar(select(func.count()).select_from(model))
    db.session.rollback()
    return number


def start_all(app, contact) -> None:
    race(app, [partial(triggers.on_event, event, NOW) for event in trigger(contact, AT_ONCE)])


def advance_all(app) -> None:
    """Every run, by two at once."""
    jobs = [partial(runner.advance, event, NOW) for event in stored(Event, Event.name == STARTED)]
    race(app, [*jobs, *jobs])


def test_r38_of_all_events_at_once_one_starts_a_run_and_it_acts_once(app, contact):
    start_all(app, contact)
    advance_all(app)
    assert count(WorkflowRun) == count(OneTimeLink) == count(Message) == 1


def test_r9_without_the_guard_a_contact_is_on_the_way_twice(app, contact, monkeypatch):
    without_run_guard(monkeypatch)
    start_all(app, contact)
    assert count(WorkflowRun) > 1


def test_r38_runs_of_one_contact_at_once_share_one_link(app, contact, monkeypatch):
    without_run_guard(monkeypatch)
    start_all(app, contact)
    advance_all(app)
    assert count(WorkflowRun) == count(Message) > 1
    assert count(OneTimeLink) == 1


def test_r9_without_looking_at_the_place_there_are_more_links(app, contact, monkeypatch):
    without_run_guard(monkeypatch)
    monkeypatch.setattr(step_links, "_still_live", lambda place, now: None)
    start_all(app, contact)
    advance_all(app)
    assert count(OneTimeLink) > 1


def test_a_workflow_switched_on_while_it_is_published_follows_what_is_published(app):
    calendar = make_calendar(make_user())
    steps = (Step("tag", "add_tag", {"tag": "seen"}),)
    for _ in range(6):
        made = make_workflow(calendar.account_id, "tag_added", steps)
        with transaction():
            workflow = db.session.get_one(Workflow, made.id)
            service.switch_off(workflow, calendar.host_id, NOW)
            service.change_draft(workflow, Definition("call_missed", steps=steps), workflow.edits)
        race(app, [partial(change, made.id, service.publish), partial(change, made.id, service.switch_on)])
        with transaction():
            workflow = db.session.get_one(Workflow, made.id, populate_existing=True)
            version = db.session.get_one(WorkflowVersion, workflow.published_id)
            assert workflow.follows == parse(version.definition).trigger == "call_missed"


def change(workflow_id: int, act: Callable[..., object]) -> None:
    workflow = db.session.get_one(Workflow, workflow_id)
    seen = (workflow.edits,) if act is service.publish else ()
    in_transaction(lambda: act(workflow, *seen, workflow.created_by_id, NOW))


def tagged_at_once(*contacts) -> list[Event]:
    """The events that tell workflows of it."""
    with transaction():
        for contact in contacts:
            tags.add(contact, "vip", NOW)
    ids = [contact.id for contact in contacts]
    return stored(Event, Event.name == "tag_added", Event.contact_id.in_(ids))


def active(contact_id: int) -> int:
    mine = OneTimeLink.contact_id == contact_id, OneTimeLink.status == LinkStatus.ACTIVE
    return len(stored(OneTimeLink, *mine))


def test_of_workflows_that_supersede_links_at_once_one_link_is_left(app):
    for _ in range(3):
        calendar = make_calendar(make_user())
        for _ in range(3):
            supersede = Settings(supersede=True)
            make_workflow(calendar.account_id, "tag_added", linking(calendar), settings=supersede)
        contact = make_contact(calendar.account_id)
        for event in tagged_at_once(contact):
            triggers.on_event(event, NOW)
        jobs = stored(Event, Event.name == STARTED, Event.contact_id == contact.id)
        race(app, [partial(runner.advance, event, NOW) for event in jobs])
        assert active(contact.id) == 1


def test_contacts_who_become_one_while_both_come_in_leave_one_run_and_one_link(app):
    for _ in range(3):
        calendar = make_calendar(make_user())
        steps = (*linking(calendar), Step("wait", "wait", {"until": "time", "minutes": 1440}))
        make_workflow(calendar.account_id, "tag_added", steps, settings=Settings(reentry=True))
        kept, other = make_contact(calendar.account_id), make_contact(calendar.account_id)
        events_ = tagged_at_once(kept, other)
        starts = [partial(triggers.on_event, event, NOW) for event in events_]
        race(app, [*starts, partial(merge_both, kept.id, other.id)])
        jobs = stored(Event, Event.name == STARTED, Event.contact_id == kept.id)
        race(app, [partial(runner.advance, event, NOW) for event in jobs])
        waiting = stored(WorkflowRun, WorkflowRun.contact_id == kept.id, WAITING)
        assert (len(waiting), active(kept.id)) == (1, 1)


def merge_both(kept_id: int, other_id: int) -> None:
    def merged() -> None:
        kept, other = (
            db.session.get_one(Contact, each, populate_existing=True) for each in (kept_id, other_id)
        )
        merge(kept, other, NOW, None)

    in_transaction(merged)


def test_a_workflow_is_deleted_while_its_runs_go_on(app):
    for _ in range(4):
        calendar = make_calendar(make_user())
        workflow_id = make_workflow(calendar.account_id, "tag_added", linking(calendar)).id
        contacts = [make_contact(calendar.account_id) for _ in range(3)]
        for event in tagged_at_once(*contacts):
            triggers.on_event(event, NOW)
        theirs = Event.contact_id.in_([contact.id for contact in contacts])
        jobs = [partial(runner.advance, event, NOW) for event in stored(Event, Event.name == STARTED, theirs)]
        race(app, [*jobs, partial(delete, workflow_id)])
        assert stored(WorkflowRun, WorkflowRun.workflow_id == workflow_id) == []


def delete(workflow_id: int) -> None:
    workflow = db.session.get_one(Workflow, workflow_id)
    with transaction():
        service.delete_workflow(workflow, workflow.created_by_id, NOW)


def test_r38_real_workers_and_kills_among_them(database, tmp_path):
    """A hundred triggers of one contact: one run, which waits, holds no thread, and comes to its end."""
    engine.migrate(settings_for(database.url, tmp_path))
    calendar = make_calendar(make_user())
    steps = (
        *linking(calendar),
        Step("wait", "wait", {"until": "time", "minutes": 0.02}),
        Step("tag", "add_tag", {"tag": "followed up"}),
    )
    make_workflow(calendar.account_id, "tag_added", steps)
    account_id, contact_id = calendar.account_id, make_contact(calendar.account_id).id
    now = stored(Event)[-1].at
    for n in range(100):
        in_transaction(
            lambda n=n: events.record(
                "tag_added", account_id=account_id, contact_id=contact_id, at=now, data={"tag": f"t{n}"}
            )
        )
    names = ("worker-1",) if database.kind == "sqlite" else ("worker-1", "worker-2")
    with working(database.url, tmp_path, *names, real_handlers=1) as workers:
        for least in (20, 60):
            wait_until(lambda least=least: 100 - undelivered() >= least)
            workers[0].kill()
            workers[0].start()
        wait_until(lambda: undelivered() == 0)
        wait_until(lambda: count(Message) == 1)
        wait_until(lambda: stored(Message)[0].state == "kept")
        wait_until(lambda: stored(WorkflowRun)[0].state == RunState.DONE)
    assert count(WorkflowRun) == count(OneTimeLink) == count(Message) == 1
    with transaction():
        assert tags.tags_of(contact_id) == ["followed up"]


def undelivered() -> int:
    left = db.session.scalar(select(func.count()).where(Event.delivered_at.is_(None)))
    db.session.rollback()
    return left


def test_contacts_who_become_one_keep_nobody_out_whose_time_has_come(app):
    for _ in range(3):
        calendar = make_calendar(make_user())
        make_workflow(
            calendar.account_id,
            "link_not_opened",
            (Step("tag", "add_tag", {"tag": "late"}),),
            filters={"minutes": 60},
        )
        contacts = [make_contact(calendar.account_id) for _ in range(4)]
        for contact in contacts:
            make_link(calendar, contact_id=contact.id, created_at=NOW)
        pairs = zip(contacts[::2], contacts[1::2], strict=True)
        merges = [partial(merge_both, kept.id, other.id) for kept, other in pairs]
        outcomes = race(app, [*merges, *[partial(timed.start_due, NOW + timedelta(hours=2))] * 2])
        assert outcomes == [None] * len(outcomes)
