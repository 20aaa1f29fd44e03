"""/hooks/...: what phone providers send, signed, each once; what is not signed, or too late, changes nothing."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.accounts.models import User
from app.contacts.models import Contact, ContactSource
from app.db import db, in_transaction
from app.events import Event
from app.messaging import opt_outs
from app.messaging.models import Message, MessageState
from app.messaging.service import Recipient, queue_sms
from app.phone import receipts, settings
from app.phone.models import HookReceipt, MissedCall, ReceivedText
from app.phone.settings import Hooks, Setting
from app.phone.signing import secret_of
from app.sms_gateway import Webhook
from tests.factories import NOW, account_of
from tests.mailing import deliver_all
from tests.people import make_person
from tests.phone_hooks import CALLER, TWILIO, by_twilio, make_hooks, signed, use_gateway
from tests.services.databases import SECRET

pytestmark = pytest.mark.usefixtures("now")
MISSED = {"from": "030 901820", "to": "+49 30 1234567", "status": "no-answer"}
PROVIDERS = Webhook("http://127.0.0.1/send", secret_of(b"0123456789abcdef01234567"))


@pytest.fixture
def hooks(app: Flask, ada: User) -> Hooks:
    """Ada's, who wants a contact for each number."""
    with app.app_context():
        return make_hooks(account_of(ada))


@pytest.fixture
def calls(hooks: Hooks) -> str:
    return f"/hooks/calls/{hooks.name}"


@pytest.fixture
def texts(hooks: Hooks) -> str:
    return f"/hooks/sms/{hooks.name}"


def rows(app: Flask, model: type) -> list:
    with app.app_context():
        return list(db.session.scalars(db.select(model).order_by(_in_order(model))))


def happened(app: Flask, name: str) -> list:
    return [event for event in rows(app, Event) if event.name == name]


def _in_order(model: type) -> object:
    return model.at if model is Event else next(iter(model.__table__.primary_key))


def test_a_missed_call_is_recorded_and_its_caller_becomes_a_contact(
    app: Flask, client: FlaskClient, hooks: Hooks, calls: str, ada: User
) -> None:
    answer = signed(client, calls, hooks.secret, MISSED)
    assert (answer.status_code, answer.json) == (200, {"taken": True})
    (call,), (contact,), (event,) = rows(app, MissedCall), rows(app, Contact), happened(app, "call_missed")
    assert (call.number, call.called, call.why, call.at) == (CALLER, "+49301234567", "no-answer", NOW)
    assert (contact.phone, contact.source) == (CALLER, ContactSource.CALL)
    assert call.contact_id == contact.id == event.contact_id
    assert event.data == {"call_id": call.id, "why": "no-answer"}


def test_a_known_number_is_its_contact_s_and_a_strange_one_nobody_s_unless_the_owner_says_so(
    app: Flask, client: FlaskClient, ada: User
) -> None:
    with app.app_context():
        hooks = make_hooks(account_of(ada), Setting("DE"))
    calls = f"/hooks/calls/{hooks.name}"
    signed(client, calls, hooks.secret, MISSED)
    assert rows(app, Contact) == []
    (event,) = happened(app, "call_missed")
    assert event.contact_id is None
    with app.app_context():
        make_hooks(account_of(ada))
        hooks = settings.of_account(account_of(ada)).hooks
    signed(client, f"/hooks/calls/{hooks.name}", hooks.secret, MISSED)
    signed(client, f"/hooks/sms/{hooks.name}", hooks.secret, {"from": CALLER, "text": "Hello"})
    (contact,) = rows(app, Contact)
    assert [each.contact_id for each in rows(app, MissedCall)] == [None, contact.id]
    assert [each.contact_id for each in rows(app, ReceivedText)] == [contact.id]


ENDINGS = (
    ({"status": "answered"}, False),
    ({"status": "completed"}, False),
    ({"status": "busy"}, True),
    ({"status": "failed"}, True),
    ({"status": "voicemail", "seconds": 4}, False),
    ({"status": "voicemail", "seconds": 5}, True),
    ({"status": "no-answer", "from": "anonymous"}, True),
)


def test_which_calls_count_as_missed(app: Flask, client: FlaskClient, hooks: Hooks, calls: str) -> None:
    for said, is_taken in ENDINGS:
        answer = signed(client, calls, hooks.secret, {**MISSED, **said})
        assert answer.json == {"taken": is_taken}, said
    taken = [said for said, is_taken in ENDINGS if is_taken]
    assert len(rows(app, MissedCall)) == len(happened(app, "call_missed")) == len(taken)
    assert [call.number for call in rows(app, MissedCall)] == [
        "" if "from" in said else CALLER for said in taken
    ]
    assert len(rows(app, Contact)) == 1


def test_a_call_that_is_told_of_again_is_taken_once(
    app: Flask, client: FlaskClient, hooks: Hooks, calls: str
) -> None:
    """A provider that lost our answer signs anew; the call has its number still."""
    said = {**MISSED, "id": "call-1"}
    assert signed(client, calls, hooks.secret, said).json == {"taken": True}
    assert signed(client, calls, hooks.secret, said).json == {"taken": False}
    assert signed(client, calls, hooks.secret, {**said, "status": "busy"}).json == {"taken": False}
    with clock.fixed(NOW + timedelta(seconds=10)):
        assert signed(client, calls, hooks.secret, said, hook_id="same").json == {"taken": False}
    assert len(rows(app, MissedCall)) == len(happened(app, "call_missed")) == 1


def test_a_replayed_request_is_refused(app: Flask, client: FlaskClient, hooks: Hooks, calls: str) -> None:
    answers = [signed(client, calls, hooks.secret, MISSED, hook_id="once") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].mimetype == "application/problem+json"
    assert "taken before" in answers[1].json["detail"]
    with clock.fixed(NOW + timedelta(minutes=6)):
        late = signed(client, calls, hooks.secret, MISSED, hook_id="once", at=NOW)
    assert late.status_code == 403
    assert len(rows(app, MissedCall)) == 1


def test_receipts_are_forgotten_once_their_signatures_are(
    app: Flask, client: FlaskClient, hooks: Hooks, calls: str
) -> None:
    signed(client, calls, hooks.secret, MISSED)
    with app.app_context():
        receipts.forget_old(NOW + timedelta(minutes=11))
        assert len(db.session.scalars(db.select(HookReceipt)).all()) == 1
        receipts.forget_old(NOW + timedelta(hours=2))
        assert db.session.scalars(db.select(HookReceipt)).all() == []


UNFIT = (
    {"sent": b'{"from": "+49 30 901821", "status": "no-answer"}'},
    {"at": NOW - timedelta(minutes=6)},
    {"at": NOW + timedelta(minutes=6)},
    {"hook_id": "a.b"},
)


def test_what_its_signature_does_not_fit_is_refused(
    app: Flask, client: FlaskClient, hooks: Hooks, calls: str
) -> None:
    """Another body, too old, from the future, an id with a dot."""
    for changes in UNFIT:
        assert signed(client, calls, hooks.secret, MISSED, **changes).status_code == 403, changes
    assert rows(app, MissedCall) == []


def test_a_secret_signs_for_its_own_account_only(
    app: Flask, client: FlaskClient, hooks: Hooks, calls: str
) -> None:
    cleo = make_person(app, "Cleo Stranger")
    with app.app_context():
        hers = make_hooks(account_of(cleo))
    for secret in (
        hers.secret,
        secret_of(SECRET.encode()),
        secret_of(b""),
        secret_of(bytes.fromhex(hooks.name)),
    ):
        assert signed(client, calls, secret, MISSED).status_code == 403
    for headers in ({}, {"webhook-id": "x"}, {"webhook-timestamp": "soon"}, {"webhook-timestamp": "9" * 40}):
        assert client.post(calls, json=MISSED, headers=headers).status_code == 403
    assert rows(app, MissedCall) == []


def test_a_new_secret_ends_the_old_one(
    app: Flask, client: FlaskClient, hooks: Hooks, calls: str, ada: User
) -> None:
    with app.app_context():
        in_transaction(lambda: settings.renew_hooks(account_of(ada), actor_id=ada.id, now=NOW))
    assert signed(client, calls, hooks.secret, MISSED).status_code == 404
    assert rows(app, MissedCall) == []


UNREADABLE = (b"", b"{", b"[]", b'"x"', b"\xff", b"null", b'{"from": 1, "status": "busy"}', b"[" * 20_000)


def test_what_cannot_be_read_is_refused_with_a_sentence(
    app: Flask, client: FlaskClient, hooks: Hooks, calls: str, texts: str
) -> None:
    for path in (calls, texts):
        for body in UNREADABLE:
            answer = signed(client, path, hooks.secret, body)
            assert answer.status_code == 422, body[:20]
            assert answer.json["detail"]
    assert rows(app, MissedCall) == rows(app, ReceivedText) == []


def test_twilio_s_calls_are_known_by_its_signature(
    app: Flask, client: FlaskClient, hooks: Hooks, calls: str
) -> None:
    fields = {"CallSid": "CA1", "From": CALLER, "To": "+49301234567", "CallStatus": "no-answer"}
    assert by_twilio(client, calls, **fields).status_code == 403  # as long as there is no token
    use_gateway(app, TWILIO)
    answer = by_twilio(client, calls, **fields)
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert "<Response></Response>" in answer.text
    assert by_twilio(client, calls, **fields).status_code == 200
    assert (
        by_twilio(client, calls, **{**fields, "CallSid": "CA2", "CallStatus": "completed"}).status_code == 200
    )
    for wrong in ({"token": "another"}, {"base_url": "http://evil.example"}):
        assert by_twilio(client, calls, **wrong, **fields).status_code == 403
    assert [each.provider_id for each in rows(app, MissedCall)] == ["CA1"]


def test_twilio_signs_the_query_too(app: Flask, client: FlaskClient, hooks: Hooks, calls: str) -> None:
    use_gateway(app, TWILIO)
    fields = {"CallSid": "CA1", "From": CALLER, "CallStatus": "busy"}
    assert by_twilio(client, f"{calls}?a=b%20c&d", **fields).status_code == 200
    assert len(rows(app, MissedCall)) == 1


def test_a_text_is_kept_as_its_contact_s_reply(
    app: Flask, client: FlaskClient, hooks: Hooks, texts: str
) -> None:
    """R17, R18: an address of a link that somebody quotes keeps its secret part out of the database."""
    token = "x" * 32
    said = {"from": CALLER, "text": f"Is http://slotkey.test/o/{token} mine?"}
    assert signed(client, texts, hooks.secret, said).json == {"taken": True}
    (text,), (event,) = rows(app, ReceivedText), happened(app, "sms_received")
    assert text.text == "Is http://slotkey.test/o/... mine?"
    assert (event.contact_id, event.data) == (text.contact_id, {"sms_id": text.id})


def test_stop_ends_texts_and_start_begins_them_again(
    app: Flask, client: FlaskClient, hooks: Hooks, texts: str, ada: User
) -> None:
    account_id = _account_id(app, ada)
    signed(client, texts, hooks.secret, {"from": CALLER, "text": "Stop."})
    with app.app_context():
        assert opt_outs.has_stopped(account_id, CALLER)
        _queue(account_id, "first")
        deliver_all()
    signed(client, texts, hooks.secret, {"from": CALLER, "text": "STOP"})
    signed(client, texts, hooks.secret, {"from": CALLER, "text": "start"})
    with app.app_context():
        assert not opt_outs.has_stopped(account_id, CALLER)
        _queue(account_id, "second")
        deliver_all()
    sent = [(each.kind, each.state) for each in rows(app, Message)]
    assert sent == [
        ("sms_stopped", MessageState.KEPT),
        ("sms_test", MessageState.DROPPED),
        ("sms_started", MessageState.KEPT),
        ("sms_test", MessageState.KEPT),
    ]
    assert "STOP" in rows(app, Message)[1].why
    named = ("sms_received", "sms_stopped", "sms_started")
    assert [len(happened(app, name)) for name in named] == [0, 2, 1]


def test_what_twilio_has_answered_is_not_answered_twice(
    app: Flask, client: FlaskClient, hooks: Hooks, texts: str, ada: User
) -> None:
    use_gateway(app, TWILIO)
    by_twilio(client, texts, MessageSid="SM1", From=CALLER, Body="arrêt", OptOutType="STOP")
    with app.app_context():
        assert opt_outs.has_stopped(account_of(ada), CALLER)
    assert rows(app, Message) == []


def test_a_report_says_what_became_of_a_text(app: Flask, client: FlaskClient, ada: User) -> None:
    use_gateway(app, PROVIDERS)
    account_id = _account_id(app, ada)
    with app.app_context():
        _queue(account_id, "told")
    (message,) = rows(app, Message)
    path = f"/hooks/sms-reports?message={message.message_id}"
    assert signed(client, path, PROVIDERS.secret, {"status": "sent"}).json == {"taken": False}
    assert signed(client, path, PROVIDERS.secret, {"status": "failed", "error": "no such phone"}).json[
        "taken"
    ]
    (message,) = rows(app, Message)
    assert (message.state, message.why) == (
        MessageState.FAILED,
        "The provider could not deliver it: no such phone.",
    )
    assert signed(client, path, PROVIDERS.secret, {"status": "delivered"}).json == {"taken": True}
    assert signed(client, path, PROVIDERS.secret, {"status": "failed"}).json == {"taken": False}
    (message,) = rows(app, Message)
    assert (message.state, message.why, message.delivered_at) == (MessageState.SENT, "", NOW)
    shown = client.get(f"/messages/{message.id}").text
    assert "The provider says that it is on the phone." in shown
    assert ">Delivered</span>" in shown


def test_only_the_provider_reports(app: Flask, client: FlaskClient, hooks: Hooks, ada: User) -> None:
    """The secret of an account's hooks is another; without a provider nobody's is good."""
    account_id = _account_id(app, ada)
    with app.app_context():
        _queue(account_id, "told")
    (message,) = rows(app, Message)
    path = f"/hooks/sms-reports?message={message.message_id}"
    assert signed(client, path, PROVIDERS.secret, {"status": "failed"}).status_code == 403
    use_gateway(app, PROVIDERS)
    assert signed(client, path, hooks.secret, {"status": "failed"}).status_code == 403
    unknown = signed(client, "/hooks/sms-reports?message=nothing", PROVIDERS.secret, {"status": "failed"})
    assert unknown.json == {"taken": False}
    use_gateway(app, TWILIO)
    assert by_twilio(client, path, MessageSid="SM1", MessageStatus="delivered").status_code == 200
    assert rows(app, Message)[0].delivered_at == NOW


def test_hooks_take_posts_only(client: FlaskClient, calls: str, texts: str) -> None:
    for path in (calls, texts, "/hooks/sms-reports"):
        assert client.get(path).status_code == 405
        assert client.head(path).status_code == 405


def _account_id(app: Flask, user: User) -> int:
    with app.app_context():
        return account_of(user)


def _queue(account_id: int, effect: str) -> None:
    to = Recipient("Sam Lee", CALLER)
    in_transaction(lambda: queue_sms("sms_test", to, account_id=account_id, effect=effect, at=clock.now()))
