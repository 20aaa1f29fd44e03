"""The life of a message, on both databases: one for each effect, sent once, tried again, told apart when it fails."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Thread
from types import SimpleNamespace

import pytest
from flask import Flask, current_app
from sqlalchemy import true, update

from app.bookings.manage import token_of
from app.bookings.models import Booking
from app.db import db, in_transaction, transaction
from app.errors import Conflict
from app.messaging import delivery, service
from app.messaging.delivery import deliver, hand_out_waiting
from app.messaging.models import MessageState as State

from ..factories import NOW, at, make_booking, make_calendar, make_user
from ..mailing import deliver_all, events_called, mails_go_to, messages, queue
from ..services.mail import Post, mail_server, nowhere

MINUTE = timedelta(minutes=1)


@pytest.fixture
def booking(now) -> Booking:
    return db.session.get(Booking, make_booking(make_calendar(make_user())).id)


@pytest.fixture
def post() -> Iterator[Post]:
    """A mail server that takes what it gets, and is the app's."""
    post = Post()
    with mail_server(post) as server, mails_go_to(server):
        yield post


def test_a_repeated_effect_makes_no_second_message(booking):
    first = queue(booking)
    assert first is not None
    assert queue(booking) is None
    assert [each.id for each in messages()] == [first]
    assert len(events_called("message_queued")) == 1


def test_a_message_is_sent_once_however_often_its_event_comes(booking, post):
    queue(booking)
    deliver_all()
    deliver_all()
    (message,) = messages()
    assert (message.state, message.attempts, message.sent_at) == (State.SENT, 1, NOW)
    assert [mail["Message-ID"] for mail in post.sent] == [message.message_id]


def test_workers_that_try_at_once_send_it_once(booking, post):
    queue(booking)
    _deliver_at_once(8)
    assert len(post.sent) == 1


def test_workers_that_do_not_ask_who_has_it_send_it_more_than_once(booking, post, monkeypatch):
    """The twin of the test above, without the condition in the UPDATE."""
    claim = service.claim

    def take_anyway(message_id, claimed_by, now):
        service._change(message_id, true(), state=State.QUEUED)
        return claim(message_id, claimed_by, now)

    monkeypatch.setattr(service, "claim", take_anyway)
    queue(booking)
    _deliver_at_once(8)
    assert len(post.sent) > 1


def test_without_a_mail_server_messages_are_kept(booking):
    queue(booking)
    deliver_all()
    (message,) = messages()
    assert (message.state, message.why) == (State.KEPT, "")


@pytest.mark.parametrize(
    ("post", "state", "why"),
    [
        (Post(rcpt="550 no such mailbox"), State.FAILED, "The mail server answered: 550 no such mailbox"),
        (Post(rcpt="451 later"), State.QUEUED, "The mail server answered: 451 later"),
        (Post(drops="data"), State.UNCLEAR, "It may have arrived."),
    ],
    ids=["permanent", "temporary", "unclear"],
)
def test_a_failure_is_recorded_as_what_it_is(booking, post, state, why):
    queue(booking)
    with mail_server(post) as server, mails_go_to(server):
        deliver_all()
        deliver_all()
    (message,) = messages()
    assert message.state == state
    assert why in message.why
    assert message.sent_at is None


def test_a_server_that_was_down_gets_the_message_later_under_the_same_id(booking, post):
    queue(booking)
    with mails_go_to(nowhere()):
        deliver_all()
    (message,) = messages()
    assert (message.state, message.retry_at) == (State.QUEUED, NOW + MINUTE)
    hand_out_waiting(NOW + MINUTE / 2)
    assert len(events_called("message_queued")) == 1
    hand_out_waiting(NOW + MINUTE)
    hand_out_waiting(NOW + MINUTE)
    assert len(events_called("message_queued")) == 2
    deliver_all()
    assert messages()[0].state == State.SENT
    assert [mail["Message-ID"] for mail in post.sent] == [message.message_id]


@pytest.mark.usefixtures("now")
def test_tries_have_an_end():
    far = make_booking(make_calendar(make_user()), start=at(9, days=30))
    queue(db.session.get(Booking, far.id))
    with mails_go_to(nowhere()):
        for n in range(len(service.WAITS) + 1):
            deliver_all(NOW + n * max(service.WAITS))
            hand_out_waiting(NOW + (n + 1) * max(service.WAITS))
    (message,) = messages()
    assert (message.state, message.attempts) == (State.FAILED, len(service.WAITS) + 1)
    assert "could not be reached" in message.why


@pytest.mark.usefixtures("post")
def test_a_clock_set_back_delays_no_message_for_years(booking):
    queue(booking)
    with mails_go_to(nowhere()):
        deliver_all()
    hand_out_waiting(NOW - timedelta(days=1000))
    deliver_all()
    assert messages()[0].state == State.SENT


def test_a_worker_that_died_while_sending_is_replaced_by_its_next_run(booking, post, monkeypatch):
    """Its event comes again, and claims what it had; the mail goes out again under its Message-ID."""
    queue(booking)
    (event,) = events_called("message_queued")
    _die_after_sending(event, monkeypatch)
    assert messages()[0].state == State.SENDING
    deliver(event, NOW)
    (message,) = messages()
    assert message.state == State.SENT
    assert {mail["Message-ID"] for mail in post.sent} == {message.message_id}
    assert len(post.sent) == 2


def test_a_message_of_a_worker_that_never_came_back_is_handed_out_again(booking, post, monkeypatch):
    queue(booking)
    _die_after_sending(events_called("message_queued")[0], monkeypatch)
    hand_out_waiting(NOW + service.LONGEST_TRY)
    deliver(events_called("message_queued")[-1], NOW)
    assert messages()[0].state == State.SENT
    assert len(post.sent) == 2


def test_a_worker_that_comes_too_late_with_its_report_changes_nothing(booking):
    queue(booking)
    (message,) = messages()
    slow = in_transaction(lambda: service.claim(message.id, "slow", NOW))
    hand_out_waiting(NOW + service.LONGEST_TRY)
    in_transaction(lambda: service.claim(message.id, "quick", NOW))
    in_transaction(lambda: service.record(slow, State.FAILED, "too late", NOW))
    assert messages()[0].state == State.SENDING


def test_what_kills_each_worker_that_takes_it_has_an_end(booking, post):
    queue(booking)
    (message,) = messages()
    for n in range(delivery.MOST_TRIES):
        in_transaction(lambda n=n: service.claim(message.id, f"dead {n}", NOW))
        hand_out_waiting(NOW + service.LONGEST_TRY)
    deliver_all()
    (message,) = messages()
    assert (message.state, message.why) == (State.FAILED, delivery.NEVER_ENDED)
    assert post.sent == []


def test_what_cannot_be_written_is_failed_and_logged(booking, post, monkeypatch, caplog):
    def fail(_occasion):
        raise RuntimeError("on purpose")

    monkeypatch.setattr("app.messaging.kinds.write", fail)
    queue(booking)
    deliver_all()
    (message,) = messages()
    assert (message.state, message.why) == (State.FAILED, delivery.UNWRITABLE)
    assert "on purpose" in caplog.text
    assert post.sent == []


@pytest.mark.usefixtures("post")
def test_a_person_can_have_it_sent_again(booking):
    queue(booking)
    with mail_server(Post(rcpt="550 no")) as server, mails_go_to(server):
        deliver_all()
    (failed,) = messages()
    in_transaction(lambda: service.resend(failed.id, NOW))
    with pytest.raises(Conflict), transaction():
        service.resend(failed.id, NOW)
    deliver_all()
    (message,) = messages()
    assert (message.state, message.why, message.message_id) == (State.SENT, "", failed.message_id)


@pytest.mark.usefixtures("post")
def test_what_was_sent_stays_so_when_sending_it_again_comes_too_late(booking):
    queue(booking)
    deliver_all()
    (sent,) = messages()
    in_transaction(lambda: service.resend(sent.id, NOW))
    deliver_all(booking.ends_at)
    (message,) = messages()
    assert (message.state, message.sent_at) == (State.DROPPED, NOW)


def test_addresses_in_other_letters_go_to_servers_that_take_them(booking):
    post = Post()
    queue(booking, to=service.Recipient("Žofie", "žofie@bücher.example"))
    with mail_server(post, takes_all_letters=True) as server, mails_go_to(server):
        deliver_all()
    assert messages()[0].state == State.SENT
    assert "To: Žofie <žofie@xn--bcher-kva.example>\r\n".encode() in post.envelopes[0].content


@pytest.mark.parametrize("address", ["žofie@example.org", "sam@example.org"])
def test_an_answer_goes_nowhere_rather_than_to_an_encoded_address(booking, post, address):
    """Whoever takes plain headers only could not write to it."""
    with transaction():
        db.session.execute(update(Booking).values(email=address))
    queue(booking, "booking_confirmed_host")
    deliver_all()
    (mail,) = post.sent
    assert mail["Reply-To"] == (f"Sam Lee <{address}>" if address.isascii() else None)


def test_no_row_holds_a_token(booking, post):
    """R18: what opens the booking is made when the mail is sent, and kept nowhere."""
    queue(booking)
    deliver_all()
    token = token_of(booking.manage_nonce, booking.key_id)
    assert token in post.sent[0].get_body(("plain",)).get_content()
    dump = "\n".join(
        str(tuple(row)) for table in db.metadata.sorted_tables for row in db.session.execute(table.select())
    )
    assert token not in dump


def _die_after_sending(event, monkeypatch):
    def die(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(service, "record", die)
        with pytest.raises(KeyboardInterrupt):
            deliver(event, NOW)


def _deliver_at_once(workers: int) -> None:
    """Each has another event of the same message, as after a message was handed out again."""
    (event,), app = events_called("message_queued"), current_app._get_current_object()
    others = [SimpleNamespace(id=f"other {n}", data=event.data) for n in range(workers)]
    threads = [Thread(target=_deliver_in, args=(app, other)) for other in others]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def _deliver_in(app: Flask, event) -> None:
    with app.app_context():
        deliver(event, NOW)
