"""Settings > Calls and SMS."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app import clock
from app.accounts.models import User
from app.contacts.models import Contact
from app.db import db, transaction
from app.messaging.models import Channel, Message
from app.phone import settings
from app.phone.blanking import blank_texts
from app.phone.models import PhoneSettings, ReceivedText
from app.phone.settings import Setting
from tests.factories import NOW, account_of, make_form
from tests.http.calendar_people import join_team, signed_in
from tests.mailing import deliver_all
from tests.people import make_person, send
from tests.phone_hooks import CALLER, TWILIO, make_hooks, signed, use_gateway

pytestmark = pytest.mark.usefixtures("now")
PAGE = "/settings/phone"
SAVED = {"region": "AT", "makes_contacts": "y", "voicemail_seconds": "0"}


def known(app: Flask, user: User) -> settings.Known:
    with app.app_context():
        return settings.of_account(account_of(user))


def test_what_is_chosen_is_stored(app: Flask, client: FlaskClient, ada: User) -> None:
    page = client.get(PAGE).text
    assert '<option selected value="GB">United Kingdom (+44)</option>' in page  # as Ada's locale is en_GB
    assert "Nothing has come in yet." in page
    assert send(client, PAGE, **SAVED).status_code == 303
    assert known(app, ada).setting == Setting("AT", True, 0)
    assert '<option selected value="AT">Austria (+43)</option>' in client.get(PAGE).text


def test_what_cannot_be_is_refused(app: Flask, client: FlaskClient, ada: User) -> None:
    wrong = [{"region": each} for each in ("XX", "")]
    wrong += [{"voicemail_seconds": each} for each in ("soon", "-1", "601")]
    for changes in wrong:
        answer = send(client, PAGE, **{**SAVED, **changes})
        assert answer.status_code == 422
        assert "There is a problem" in answer.text
    assert known(app, ada).setting == Setting("GB")


def test_addresses_and_a_secret_are_made_and_made_anew(app: Flask, client: FlaskClient, ada: User) -> None:
    assert "There is no address yet" in client.get(PAGE).text
    send(client, PAGE, **SAVED)
    send(client, f"{PAGE}/hooks", PAGE)
    first, page = known(app, ada), client.get(PAGE).text
    assert first.setting == Setting("AT", True, 0)
    for shown in (
        f"http://slotkey.test/hooks/calls/{first.hooks.name}",
        f"/hooks/sms/{first.hooks.name}",
        first.hooks.secret,
    ):
        assert shown in page
    send(client, f"{PAGE}/hooks", PAGE)
    second = known(app, ada)
    assert second.hooks.name != first.hooks.name
    assert second.hooks.secret != first.hooks.secret
    assert first.hooks.secret not in client.get(PAGE).text
    assert second.setting == first.setting


def test_no_row_holds_the_secret(app: Flask, client: FlaskClient, ada: User) -> None:
    """R17."""
    with app.app_context():
        hooks = make_hooks(account_of(ada))
        dump = "\n".join(
            str(tuple(row))
            for table in db.metadata.sorted_tables
            for row in db.session.execute(table.select())
        )
    assert hooks.secret not in dump


def test_a_dropped_server_key_is_told(app: Flask, client: FlaskClient, ada: User) -> None:
    with app.app_context():
        make_hooks(account_of(ada))
        with transaction():
            db.session.execute(update(PhoneSettings).values(key_id="gone"))
    assert "The server key that made the secret was dropped" in client.get(PAGE).text


def test_a_test_is_sent_to_a_number_of_the_account_s_country(
    app: Flask, client: FlaskClient, ada: User
) -> None:
    send(client, PAGE, **{**SAVED, "region": "DE"})
    answer = send(client, f"{PAGE}/test", PAGE, **{"test-number": "030 901820"})
    with app.app_context():
        deliver_all()
        (message,) = db.session.scalars(db.select(Message)).all()
    assert (message.channel, message.to_address) == (Channel.SMS, CALLER)
    assert answer.location == f"/messages/{message.id}"
    page = client.get(answer.location).text
    for said in (
        "Ada Lovelace&#39;s account: this is a test.",
        "1 segment.",
        "+49 30 901820",
        "No SMS provider is set",
    ):
        assert said in page
    assert "<iframe" not in page
    assert client.get(f"/messages/{message.id}/preview").status_code == 404
    listed = client.get("/messages?to=%2B49+30+901820").text
    assert "+49 30 901820" in listed
    assert f'href="/messages/{message.id}"' in listed


def test_a_wrong_number_is_refused_and_tests_are_limited(client: FlaskClient, ada: User) -> None:
    answer = send(client, f"{PAGE}/test", PAGE, **{"test-number": "12"})
    assert answer.status_code == 422
    assert "Enter a phone number with its country code" in answer.text
    answers = [send(client, f"{PAGE}/test", PAGE, **{"test-number": CALLER}).status_code for _ in range(11)]
    assert answers == [303] * 10 + [429]


def test_what_came_in_is_listed(app: Flask, client: FlaskClient, ada: User) -> None:
    with app.app_context():
        hooks = make_hooks(account_of(ada))
    signed(client, f"/hooks/calls/{hooks.name}", hooks.secret, {"from": CALLER, "status": "busy"})
    signed(
        client,
        f"/hooks/calls/{hooks.name}",
        hooks.secret,
        {"from": "anonymous", "status": "voicemail", "seconds": 9},
    )
    signed(client, f"/hooks/sms/{hooks.name}", hooks.secret, {"from": CALLER, "text": "<b>Hello</b>"})
    signed(client, f"/hooks/sms/{hooks.name}", hooks.secret, {"from": CALLER, "text": "stop"})
    page = client.get(PAGE).text
    for said in (
        "Missed call: busy",
        "Number withheld",
        "&lt;b&gt;Hello&lt;/b&gt;",
        "Wants no more texts",
        "Berlin",
    ):
        assert said in page
    with app.app_context(), transaction():
        blank_texts(list(db.session.scalars(select(ReceivedText.id))))
    page = client.get(PAGE).text
    assert page.count("Erased") == 2
    assert "Hello" not in page


def test_it_says_where_texts_go(app: Flask, client: FlaskClient, ada: User) -> None:
    assert "Texts are kept here, and go nowhere" in client.get(PAGE).text
    use_gateway(app, TWILIO)
    assert "Texts are kept here" not in client.get(PAGE).text


def test_members_and_strangers_stay_out(app: Flask, ada: User) -> None:
    with app.app_context():
        hooks = make_hooks(account_of(ada))
    for person in (join_team(app, ada), make_person(app, "Cleo Stranger")):
        answer = signed_in(app, person).get(PAGE)
        assert answer.status_code == (403 if person.name.startswith("Ben") else 200)
        assert hooks.name not in answer.text


def test_numbers_of_contacts_and_of_forms_are_read_as_of_that_country(
    app: Flask, client: FlaskClient, ada: User
) -> None:
    """Whatever language a browser speaks."""
    send(client, PAGE, **{**SAVED, "region": "DE"})
    send(client, "/contacts/new", phone="030 901820")
    with app.app_context():
        fields = [{"id": "p", "kind": "phone", "label": "Phone", "required": True}]
        form = make_form(ada, fields=fields)
    path = f"/f/{form.slug}"
    page = app.test_client().get(path).text
    key = re.search(r'name="key"[^>]* value="([^"]+)"', page)[1]
    with clock.fixed(NOW + timedelta(seconds=10)):
        sent = app.test_client().post(path, data={"key": key, "p": "(030) 901821"})
    assert sent.status_code in (200, 303)
    with app.app_context():
        numbers = db.session.scalars(db.select(Contact.phone).order_by(Contact.id)).all()
    assert numbers == [CALLER, "+4930901821"]


def test_the_timeline_of_a_contact_tells_of_calls_and_texts(
    app: Flask, client: FlaskClient, ada: User
) -> None:
    with app.app_context():
        hooks = make_hooks(account_of(ada))
    signed(client, f"/hooks/calls/{hooks.name}", hooks.secret, {"from": CALLER, "status": "busy"})
    for said in ("See you <b>then</b>", "stop"):
        signed(client, f"/hooks/sms/{hooks.name}", hooks.secret, {"from": CALLER, "text": said})
    link = re.search(r'href="(/contacts/\d+)"', client.get(PAGE).text)[1]
    page = client.get(link).text
    for said in (
        "Call missed",
        "Busy",
        "Text received",
        "See you &lt;b&gt;then&lt;/b&gt;",
        "Wants no more texts",
    ):
        assert said in page
