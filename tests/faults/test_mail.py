"""R30 and R31: each booking's mails arrive whatever dies or refuses, a repeat is the same mail, and nobody waits."""

from collections import Counter

import pytest

from app.calendars.models import Calendar
from app.db import db
from app.messaging.models import Message, MessageState
from app.proof import scenarios
from app.proof.load import fire
from tests.factories import account_of
from tests.people import make_person, sign_in
from tests.services.mail import Post, mail_server, nowhere
from tests.services.worker import wait_until

from .contacts import Contacts
from .installation import installed
from .letters import Arrived, arrived, complaints, wanted

HASTY = ("tests.services.hasty_worker",)
PEOPLE = 8


def states() -> Counter[MessageState]:
    """How many messages stand where."""
    with db.engine.connect() as reading:
        return Counter(reading.execute(db.select(Message.state)).scalars())


def have_all_booked(site, people: int = PEOPLE, calendar: Calendar | None = None) -> None:
    """All of them, at the first try."""
    contacts = Contacts(site.url, people, calendar)
    with contacts.booking():
        pass
    assert contacts.answers == {303: people}


class TestCrashes:
    def test_r30_mails_arrive_though_workers_are_killed(self, database, tmp_path):
        post = Post(dawdles=0.1)
        with mail_server(post) as server, installed(database.url, tmp_path, mail=server) as site:
            contacts = Contacts(site.url, 4 * PEOPLE)
            with contacts.booking():
                for kills in range(1, 3):
                    wait_until(lambda kills=kills: len(post.sent) >= 6 * kills)
                    site.kill_worker()
            lose_races(site)
            wait_until(lambda: len(wanted() - reached(post)) == 0)
            wait_until(lambda: set(states()) == {MessageState.SENT})
        assert list(complaints(wanted(), arrived(post.sent))) == []
        assert len(wanted()) == 2 * (4 * PEOPLE + 1)

    @pytest.mark.parametrize(
        ("mails", "complaint"),
        [
            ([("sam@x", "1", "<a>")], "no mail to ada@x"),
            ([("sam@x", "1", "<a>"), ("ada@x", "1", "<b>"), ("sam@x", "2", "<c>")], "about no booking"),
            ([("sam@x", "1", "<a>"), ("ada@x", "1", "<b>"), ("sam@x", "1", "<c>")], "2 different mails to sam@x"),
        ],
        ids=["lost", "for nobody", "another one"],
    )  # fmt: skip
    def test_r9_what_a_crash_could_do_to_mails_is_seen(self, mails, complaint):
        known = {("sam@x", "1"), ("ada@x", "1")}
        assert list(complaints(known, [Arrived("sam@x", "1", "<a>"), Arrived("ada@x", "1", "<b>")] * 2)) == []
        (said,) = complaints(known, [Arrived(*each) for each in mails])
        assert complaint in said


def lose_races(site) -> None:
    """Many ask for one time, one gets it; the others are told so, and by no mail."""
    contacts = Contacts(site.url, PEOPLE)
    slot = contacts.wishes()[0][1]
    forms = [contacts.open(token, slot) for token in contacts.links]
    assert Counter(answer.status for answer in fire(site.url, forms)) == {303: 1, 409: PEOPLE - 1}


def reached(post: Post) -> set[tuple[str, str]]:
    return {(mail.to, mail.about) for mail in arrived(post.sent)}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestServerThatFails:
    def test_r31_down_and_hanging_and_back(self, database, tmp_path):
        post, down = Post(hangs="rcpt"), nowhere()
        with installed(database.url, tmp_path, mail=down, program=HASTY, worker_threads=4) as site:
            have_all_booked(site)
            wait_until(lambda: tries() > 2 * PEOPLE)
            assert set(states()) <= {MessageState.QUEUED, MessageState.SENDING}
            with mail_server(post, port=down.port):
                wait_until(lambda: MessageState.SENDING in states())
                have_all_booked(site)  # though each thread of the worker waits for an answer
                post.hangs = ""
                wait_until(lambda: states() == {MessageState.SENT: 4 * PEOPLE})
        assert list(complaints(wanted(), arrived(post.sent))) == []
        assert len(post.sent) == 4 * PEOPLE

    @pytest.mark.parametrize(
        ("how", "state", "told", "taken"),
        [
            ({"rcpt": "550 no such mailbox"}, MessageState.FAILED, "answered: 550 no such mailbox", 0),
            ({"drops": "data"}, MessageState.UNCLEAR, "It may have arrived.", 4),
        ],
        ids=["refusing for good", "taking it without saying so"],
    )
    def test_r31_what_is_not_tried_again_is_shown(self, database, tmp_path, app, how, state, told, taken):
        ada, post = make_person(app, tz="UTC"), Post(**how)
        calendar = scenarios.make_calendar(ada, account_of(ada))
        with (
            mail_server(post) as server,
            installed(database.url, tmp_path, mail=server, program=HASTY) as site,
        ):
            have_all_booked(site, 2, calendar)
            wait_until(lambda: states() == {state: 4})
        assert len(post.sent) == taken
        assert_shown(app, ada, told)


def assert_shown(app, ada, told: str) -> None:
    """On the pages of the booking and of the message, to their owner."""
    with db.engine.connect() as reading:
        message = reading.execute(db.select(Message.id, Message.booking_id).limit(1)).one()
    client = app.test_client()
    sign_in(client, ada)
    assert told in client.get(f"/bookings/{message.booking_id}").text
    assert told in client.get(f"/messages/{message.id}").text


def tries() -> int:
    with db.engine.connect() as reading:
        return reading.execute(db.select(db.func.sum(Message.attempts))).scalar_one() or 0
