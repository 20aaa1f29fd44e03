"""Calls and texts on both databases: each taken once however many tell of it at once, and texts by a real provider."""

import json
from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select

from app.contacts.models import Contact, ContactSource
from app.contacts.service import Details, find_or_create
from app.db import db, in_transaction
from app.errors import Conflict
from app.messaging import carriers, opt_outs, replies, reports, service
from app.messaging.models import MessageState as State
from app.messaging.service import Recipient, queue_sms
from app.operating import personal
from app.phone import formats, inbound, receipts, settings
from app.phone.formats import Call, Text
from app.phone.models import MissedCall, ReceivedText
from app.phone.providers import NO_MORE_TEXTS
from app.phone.settings import Known
from app.sms_gateway import Twilio

from ..factories import NOW, account_of, make_user
from ..mailing import deliver_all, events_called, messages
from ..phone_hooks import CALLER, make_hooks, texts_go_to
from ..services.http_server import Answering, http_server

CALL = Call("CA1", "030 901820", "", "no-answer", 0)
SAM = Recipient("Sam Lee", CALLER)


@pytest.fixture
def known(now) -> Known:
    """Ada's account, which makes contacts of numbers."""
    account_id = account_of(make_user())
    make_hooks(account_id)
    return settings.of_account(account_id)


@pytest.fixture
def provider() -> Iterator[Answering]:
    """A provider that takes what it gets, and is the app's."""
    with (
        http_server(Answering(status=201, body=b'{"sid": "SM1"}')) as server,
        texts_go_to(Twilio("AC123", "+493012345", "token", server.address)),
    ):
        yield server


def test_a_call_told_of_many_times_at_once_is_taken_once(known):
    taken = _at_once(8, lambda n: in_transaction(lambda: inbound.take_call(known, CALL, NOW)))
    assert len([each for each in taken if each]) == 1
    (call,) = db.session.scalars(select(MissedCall)).all()
    (event,) = events_called("call_missed")
    (contact,) = db.session.scalars(select(Contact)).all()
    assert event.contact_id == call.contact_id == contact.id


def test_calls_of_one_number_at_once_make_one_contact(known):
    _at_once(
        8,
        lambda n: in_transaction(lambda: inbound.take_call(known, CALL._replace(provider_id=f"CA{n}"), NOW)),
    )
    assert len(db.session.scalars(select(MissedCall)).all()) == 8
    (contact,) = db.session.scalars(select(Contact)).all()
    assert {event.contact_id for event in events_called("call_missed")} == {contact.id}


@pytest.mark.parametrize(("same", "taken"), [(True, 1), (False, 8)], ids=["a replay", "each another"])
def test_a_replay_is_refused_by_the_database_itself(known, same, taken):
    def once(n: int) -> bool:
        try:
            in_transaction(lambda: receipts.refuse_replay(bytes([0 if same else n] * 32), NOW))
        except Conflict:
            return False
        return True

    assert sum(_at_once(8, once)) == taken


def test_stop_told_twice_at_once_is_answered_once(known):
    stop = Text("SM1", CALLER, "stop", "stop")
    _at_once(8, lambda n: in_transaction(lambda: replies.take(known, stop, NOW)))
    assert [each.kind for each in messages()] == ["sms_stopped"]
    assert len(db.session.scalars(select(ReceivedText)).all()) == 1


def test_a_text_goes_to_the_provider_once(known, provider):
    _queue(known)
    deliver_all()
    deliver_all()
    (message,) = messages()
    assert (message.state, message.provider_id, message.segments) == (State.SENT, "SM1", 1)
    assert len(provider.sent) == 1
    assert message.message_id in provider.sent[0].body.decode()  # where to report to


def test_a_provider_that_was_down_gets_the_text_later(known, provider):
    provider.status = 503
    _queue(known)
    deliver_all()
    (message,) = messages()
    assert (message.state, message.retry_at) == (State.QUEUED, NOW + service.WAITS[0])
    provider.status = 201
    in_transaction(lambda: service.hand_out_waiting(NOW + service.WAITS[0]))
    deliver_all()
    assert messages()[0].state == State.SENT


@pytest.mark.parametrize(
    ("status", "drops", "state", "why"),
    [
        (400, False, State.FAILED, "answered: 400 no such number"),
        (201, True, State.UNCLEAR, "It may have arrived."),
    ],
    ids=["refused", "unclear"],
)
def test_a_failure_is_recorded_as_what_it_is(known, provider, status, drops, state, why):
    provider.status, provider.drops, provider.body = (
        status,
        drops,
        json.dumps({"message": "no such number"}).encode(),
    )
    _queue(known)
    deliver_all()
    (message,) = messages()
    assert message.state == state
    assert why in message.why


@pytest.mark.parametrize("by", ["refusal", "report"])
def test_whoever_has_opted_out_at_the_provider_gets_no_more_texts(known, provider, by):
    if by == "refusal":
        provider.status, provider.body = 400, b'{"code": 21610, "message": "unsubscribed recipient"}'
    in_transaction(lambda: find_or_create(known.account_id, Details(phone=CALLER), ContactSource.HAND, NOW))
    _queue(known)
    deliver_all()
    (message,) = messages()
    if by == "report":
        said = formats.twilio_report({"MessageStatus": "failed", "ErrorCode": "21610", "MessageSid": "SM1"})
        assert in_transaction(lambda: reports.report(message.message_id, now=NOW, **said._asdict()))
        (message,) = messages()
    assert (message.state, message.why) == (State.DROPPED, NO_MORE_TEXTS)
    assert opt_outs.has_stopped(known.account_id, CALLER)
    (event,) = events_called("sms_stopped")
    assert event.contact_id == db.session.scalars(select(Contact.id)).one()
    _queue(known, "again")
    deliver_all()
    assert (messages()[-1].state, messages()[-1].why) == (State.DROPPED, carriers.STOPPED)
    assert len(provider.sent) == 1
    assert len(events_called("sms_stopped")) == 1


def test_a_report_that_is_quicker_than_the_answer_stays(known, provider, monkeypatch):
    """The provider says that the text is on the phone while its answer that it takes it is still on its way."""
    send = carriers.providers.send

    def told_first(outgoing: Any, *rest: Any) -> str:
        in_transaction(lambda: reports.report(outgoing.reference, True, "", NOW, "SM1"))
        return send(outgoing, *rest)

    monkeypatch.setattr(carriers.providers, "send", told_first)
    _queue(known)
    deliver_all()
    (message,) = messages()
    assert (message.state, message.delivered_at, message.provider_id, message.segments) == (
        State.SENT,
        NOW,
        "SM1",
        1,
    )
    in_transaction(lambda: service.hand_out_waiting(NOW + service.LONGEST_TRY))
    assert len(events_called("message_queued")) == 1


def test_a_text_that_is_too_long_is_not_sent(known, provider, monkeypatch):
    monkeypatch.setattr("app.messaging.kinds.text", lambda _occasion: "a" * 1531)
    _queue(known)
    deliver_all()
    (message,) = messages()
    assert (message.state, message.why) == (State.FAILED, carriers.TOO_LONG)
    assert provider.sent == []


def test_a_text_sent_again_is_reported_on_again(known, provider):
    _queue(known)
    deliver_all()
    sent = messages()[0]
    reference, number = sent.message_id, sent.id
    assert in_transaction(lambda: reports.report(reference, True, "", NOW, "SM1"))
    in_transaction(lambda: service.resend(number, NOW))
    assert messages()[0].delivered_at is None
    provider.body = b'{"sid": "SM2"}'
    deliver_all()
    assert not in_transaction(lambda: reports.report(reference, False, "late", NOW, "SM1"))
    assert in_transaction(lambda: reports.report(reference, True, "", NOW, "SM2"))
    assert messages()[0].state == State.SENT


def test_calls_and_texts_of_long_ago_are_blanked(known):
    in_transaction(lambda: inbound.take_call(known, CALL, NOW))
    in_transaction(lambda: inbound.take_text(known, Text("SM1", CALLER, "Hello", ""), NOW))
    assert personal.forget(NOW)["calls"] == 0
    later = NOW + service.LONGEST_TRY
    assert {name: personal.due(later)[name] for name in ("calls", "texts")} == {"calls": 1, "texts": 1}
    done = personal.forget(later)
    assert (done["calls"], done["texts"]) == (1, 1)
    (call,), (text,) = (
        db.session.scalars(select(MissedCall)).all(),
        db.session.scalars(select(ReceivedText)).all(),
    )
    assert (call.number, text.number, text.text) == ("", "", "")
    assert personal.due(later)["calls"] == 0


def _queue(known: Known, effect: str = "test") -> None:
    about = {"account_id": known.account_id, "effect": effect, "at": NOW}
    in_transaction(lambda: queue_sms("sms_test", SAM, **about))


def _at_once(times: int, work) -> list:
    """What `work(n)` gives in each of so many threads that begin together."""
    app, start, given = current_app._get_current_object(), Barrier(times), []

    def run(n: int) -> None:
        with app.app_context():
            start.wait()
            given.append(work(n))

    threads = [Thread(target=run, args=(n,)) for n in range(times)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(given) == times
    return given
