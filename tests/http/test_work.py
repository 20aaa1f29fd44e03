"""The page of background work."""

from datetime import timedelta

import pytest

from app import clock
from app.accounts.models import Membership, Role
from app.db import db, transaction
from app.events import Event
from app.worker import beats, periodic
from app.worker.models import FailedWork

from ..factories import NOW, account_of, give_up_work, make_booking, make_calendar
from ..people import make_person, send, sign_in


@pytest.fixture
def failed_id(app, ada, now) -> int:
    """Work that was given up after Sam had booked."""
    with app.app_context():
        make_booking(make_calendar(ada))
        with transaction():
            return give_up_work(account_of(ada)).id


def page(client) -> str:
    answer = client.get("/work")
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def test_nothing_has_failed_and_a_worker_runs(app, client, ada, now):
    with app.app_context(), transaction():
        beats.join("worker-1", NOW)
    text = page(client)
    assert "Nothing has failed." in text
    assert "One worker is running. Nothing is waiting." in text
    with clock.fixed(NOW + timedelta(minutes=1)):
        assert "No worker is running" in page(client)


def test_without_a_worker_it_says_what_waits(client, failed_id):
    text = page(client)
    assert "No worker is running" in text
    assert "events are waiting" in text or "One event is waiting" in text


def test_failed_work_says_what_when_and_why(client, failed_id):
    text = page(client)
    assert "Send a message" in text
    assert "Connection refused" in text
    assert "Tue 1 Dec 09:00" in text
    assert "Times are shown in Berlin time" in text
    assert "Given up" in text
    assert '<a href="/bookings/1">Booking created</a>' in text


def test_retry_hands_it_on_once(app, client, failed_id):
    answer = send(client, f"/work/{failed_id}/retry", page="/work")
    assert (answer.status_code, answer.location) == (303, "/work")
    text = page(client)
    assert "It is being tried again." in text
    assert "Trying again" in text
    assert "/retry" not in text
    with app.app_context():
        told = db.session.scalars(db.select(Event).where(Event.name == "work_retried")).one()
        work = db.session.get(FailedWork, failed_id)
        assert told.data == {"event_id": work.event_id, "handler": work.handler}
    assert send(client, f"/work/{failed_id}/retry", page="/account").status_code == 409


def test_what_is_not_there_cannot_be_retried(client, ada):
    for number in (77, 2**64, 10**30):
        assert send(client, f"/work/{number}/retry", page="/account").status_code == 404


def test_what_is_done_again_and_again_is_listed_while_it_fails(app, client, ada, now):
    with app.app_context(), transaction():
        periodic.note_failure("old events", "OperationalError: disk full", NOW, NOW + timedelta(hours=1))
    text = page(client)
    assert "Old events</th>" in text
    assert "OperationalError: disk full" in text
    assert "Nothing else has failed." in text
    assert "from Tue 1 Dec 10:00" in text
    with app.app_context(), transaction():
        periodic.forget("old events")
    assert "Old events" not in page(client)


def test_members_see_neither_page_nor_link(app, failed_id, ada):
    ben, browser = make_person(app, "Ben Babbage"), app.test_client()
    with app.app_context(), transaction():
        mine = db.session.scalars(db.select(Membership).where(Membership.user_id == ben.id)).one()
        mine.account_id, mine.role = account_of(ada), Role.MEMBER
    sign_in(browser, ben)
    assert browser.get("/work").status_code == 403
    assert 'href="/work"' not in browser.get("/account").text


def test_the_link_stands_in_the_menu_of_owners(client, ada):
    assert 'href="/work"' in client.get("/account").text
