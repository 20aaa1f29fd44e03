"""R29: web and worker killed while people book. Nothing is lost that anybody was told of, and no link is half used."""

import pytest

from app.bookings import manage
from app.db import db, transaction
from app.events import Event
from app.messaging.models import Message, MessageState
from tests.concurrency.guards import without_status_guard
from tests.factories import make_booking, make_calendar, make_link, make_user, token_of
from tests.services.worker import WAIT_SECONDS, wait_until

from .contacts import Contacts
from .installation import Installation, installed, up_again_seconds
from .promises import complaints

KILLS, MANY_KILLS = 10, 200
BOOKINGS = 12  # round each kill
WAYS = (
    Installation.kill_web_process,
    Installation.kill_worker,
    Installation.kill_web,
    Installation.kill_master,
    Installation.kill_web_process,
)


def kill_again_and_again(site: Installation, kills: int) -> None:
    """Have people book, kill something among it, look at everything; so many times."""
    told: dict[str, str] = {}
    for n in range(kills):
        way, contacts = WAYS[n % len(WAYS)], Contacts(site.url, BOOKINGS)
        with contacts.booking():
            wait_until(lambda contacts=contacts: len(contacts.told) >= 3)
            seconds = way(site)
        told |= contacts.told
        assert seconds < up_again_seconds(), way.__name__
        assert set(contacts.answers) <= {303, 0}, way.__name__
        assert complaints(told) == [], way.__name__
    assert len(told) == kills * BOOKINGS
    # While it is killed again and again the worker falls behind, and has some catching up to do.
    wait_until(lambda: undelivered() == 0 and kept_messages() == 2 * len(told), seconds=WAIT_SECONDS + kills)


def undelivered() -> int:
    return _count(db.select(db.func.count()).where(Event.delivered_at.is_(None)))


def kept_messages() -> int:
    return _count(db.select(db.func.count()).where(Message.state == MessageState.KEPT))


def test_r29_kills_lose_no_booking(database, tmp_path):
    with installed(database.url, tmp_path) as site:
        kill_again_and_again(site, KILLS)


@pytest.mark.slow
def test_r29_two_hundred_kills_lose_no_booking(database, tmp_path):
    with installed(database.url, tmp_path) as site:
        kill_again_and_again(site, MANY_KILLS)


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("DELETE FROM booking", "1 bookings lost that a contact was told of"),
        ("DELETE FROM booking", "1 used links have no booking"),
        ("UPDATE one_time_link SET status = 'active', used_at = NULL", "for a link that is not used"),
        ("UPDATE booking SET link_id = NULL", "1 used links, 0 bookings by link"),
        ("UPDATE booking SET status = 'cancelled', cancelled_at = created_at", "1 bookings lost"),
        ("DELETE FROM event", "1 bookings without their one event"),
    ],
)
def test_r9_what_a_crash_could_break_is_seen(database, now, statement, complaint):
    calendar = make_calendar(make_user())
    link = make_link(calendar)
    booked = make_booking(calendar, link)
    told = {token_of(link): f"/m/{manage.token_of(booked.manage_nonce, booked.key_id)}"}
    assert complaints(told) == []
    without_status_guard()
    with transaction():
        db.session.execute(db.text(statement))
    assert any(complaint in each for each in complaints(told))


def _count(query) -> int:
    with db.engine.connect() as reading:
        return reading.execute(query).scalar_one()
