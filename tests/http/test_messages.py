"""The owner's pages of messages: the list, one message, sending it again, and what a booking's page says of them."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.accounts.models import User
from app.bookings import manage
from app.bookings.models import Booking
from app.db import db, transaction
from app.messaging.models import Channel, Message
from app.messaging.models import MessageState as State
from app.messaging.service import Recipient, queue_message, queue_sms
from app.phone import settings
from tests.factories import NOW, account_of, make_booking, make_calendar, make_contact
from tests.http.calendar_people import join_team, signed_in
from tests.mailing import SAM, deliver_all, events_called, mails_go_to, queue, react_to
from tests.people import make_person, send
from tests.services.mail import Post, mail_server

pytestmark = pytest.mark.usefixtures("now")
HTMX = {"HX-Request": "true", "HX-Target": "section#messages"}


@pytest.fixture
def told(app: Flask, path: str) -> str:
    """The booking's page, after both mails about it were kept."""
    with app.app_context():
        react_to("booking_created")
        deliver_all()
    return path


def ids(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(db.select(Message.id).order_by(Message.id)))


def stands_at(app: Flask, state: State, why: str = "", message_id: int | None = None) -> None:
    with app.app_context(), transaction():
        changed = update(Message).values(state=state, why=why)
        db.session.execute(changed.where(Message.id == message_id) if message_id else changed)


def rows(page: str) -> list[str]:
    return re.findall(r'<th scope="row".*?<a href="/messages/(\d+)"', page)


def test_every_message_is_listed_newest_first(app: Flask, client: FlaskClient, told: str) -> None:
    page = client.get("/messages").text
    assert [int(each) for each in rows(page)] == ids(app)[::-1]
    for words in ("Confirmation", "New booking, to the host", "sam@example.org", "Kept", "Berlin"):
        assert words in page
    assert "No mail server is set" in page
    assert 'href="/messages" aria-current="page"' in page


def test_the_list_is_cut_in_pages_and_by_state_and_address(
    app: Flask, client: FlaskClient, told: str
) -> None:
    with app.app_context():
        booking = db.session.get(Booking, int(told.rpartition("/")[2]))
        for n in range(30):
            queue(booking, effect=f"more {n}")
    everything = ids(app)[::-1]
    first = client.get("/messages").text
    assert [int(each) for each in rows(first)] == everything[:25]
    older = re.search(r'href="(/messages\?after=\d+)"', first)[1]
    second = client.get(older).text
    assert [int(each) for each in rows(second)] == everything[25:]
    newer = re.search(r'href="(/messages\?before=\d+)"', second)[1]
    assert rows(client.get(newer).text) == rows(first)
    assert len(rows(client.get("/messages?state=kept").text)) == 2
    assert len(rows(client.get("/messages?to=sam@example.org&per=50").text)) == 31
    assert len(rows(client.get("/messages?to=SAM@Example.org&per=50").text)) == 31
    assert "No such messages." in client.get("/messages?to=sam").text
    assert "No more messages here." in client.get("/messages?after=1").text


def test_the_list_is_a_fragment_of_the_page(client: FlaskClient, told: str) -> None:
    whole, part = client.get("/messages").text, client.get("/messages", headers=HTMX).text
    assert part.strip() in whole
    assert "<html" not in part


def test_without_messages_the_page_says_so(client: FlaskClient, ada: User) -> None:
    assert "No messages yet." in client.get("/messages").text


def test_a_message_is_shown_with_its_secrets_hidden(app: Flask, client: FlaskClient, told: str) -> None:
    """R17, R18: the contact's own address is nobody else's, not even the owner's."""
    with app.app_context():
        booking = db.session.get(Booking, int(told.rpartition("/")[2]))
        token = manage.token_of(booking.manage_nonce, booking.key_id)
    message = ids(app)[0]
    page, frame = client.get(f"/messages/{message}").text, client.get(f"/messages/{message}/preview").text
    for said in (page, frame):
        assert token not in said
    assert "http://slotkey.test/m/…" in page
    assert "…" not in frame  # what leads nowhere is no link
    assert "Booked: Intro call with Ada Lovelace, Wed 2 Dec 09:00 (Berlin)" in page
    assert f'src="/messages/{message}/preview" sandbox' in page
    assert "You are booked" in frame


def test_a_message_is_sent_again_by_hand(app: Flask, client: FlaskClient, told: str) -> None:
    stands_at(app, State.FAILED, "The mail server answered: 550 no such mailbox")
    message, post = ids(app)[0], Post()
    page = f"/messages/{message}"
    assert "550 no such mailbox" in client.get(page).text
    answer = send(client, f"{page}/resend", page)
    assert (answer.status_code, answer.location) == (303, page)
    with app.app_context(), mail_server(post) as server, mails_go_to(server):
        deliver_all()
    assert len(post.sent) == 1
    shown = client.get(page).text
    assert "The mail server has taken it." in shown
    assert ">Sent</span>" in shown


def test_a_message_on_its_way_is_not_sent_twice(app: Flask, client: FlaskClient, told: str) -> None:
    message = ids(app)[0]
    before = len(_queued(app))
    stands_at(app, State.SENDING)
    answer = send(client, f"/messages/{message}/resend", "/account")
    assert answer.status_code == 409
    assert "cannot be sent again" in answer.text
    assert len(_queued(app)) == before
    assert "Send again" not in client.get(f"/messages/{message}").text


@pytest.mark.parametrize(
    ("state", "why", "said"),
    [
        (State.QUEUED, "The mail server answered: 451 later", "It is tried again by itself."),
        (State.UNCLEAR, "It may have arrived.", "It may have arrived."),
        (State.DROPPED, "The booking was cancelled before this could be sent.", "Not needed"),
        (State.KEPT, "", "No mail server is set, so it went nowhere."),
        (State.QUEUED, "", "It is sent as soon as the worker gets to it."),
    ],
)
def test_each_state_is_told_in_a_sentence(
    app: Flask, client: FlaskClient, told: str, state: State, why: str, said: str
) -> None:
    stands_at(app, state, why)
    assert said in client.get(f"/messages/{ids(app)[0]}").text


def test_mails_that_wait_for_the_mail_server_are_told_of_with_the_last_reason(
    app: Flask, client: FlaskClient, ada: User, told: str
) -> None:
    ben = signed_in(app, join_team(app, ada))
    assert "did not take" not in client.get("/messages").text
    stands_at(app, State.QUEUED, "The mail server mx.example.org, port 25 could not be reached: refused.")
    for page in ("/messages", "/work"):
        seen = client.get(page).text
        assert "2 mails wait, as the mail server did not take them" in seen
        assert "mx.example.org, port 25 could not be reached" in seen
        assert 'href="/messages?state=waiting"' in seen
    assert "mails wait" not in ben.get("/messages").text
    stands_at(app, State.SENT)
    assert "did not take" not in client.get("/work").text


def test_a_refusal_stands_on_the_booking_s_page(app: Flask, client: FlaskClient, told: str) -> None:
    refused = ids(app)[0]
    stands_at(app, State.FAILED, "The mail server answered: 550 no such mailbox", refused)
    page = client.get(told).text
    assert "A mail to sam@example.org was not delivered" in page
    assert "550 no such mailbox" in page
    assert f'href="/messages/{refused}"' in page
    assert page.count('<span class="chip neutral">Kept</span>') == 1


def test_who_cancels_reads_whether_the_contact_is_told(app: Flask, client: FlaskClient, path: str) -> None:
    assert "Slotkey does not tell Sam Lee" in client.get(f"{path}/cancel").text
    with app.app_context(), mails_go_to(Post()):  # whatever it is, there is one
        assert "Sam Lee gets a mail that says so." in client.get(f"{path}/cancel").text


def test_members_see_the_messages_of_their_own_calendars(
    app: Flask, client: FlaskClient, ada: User, told: str
) -> None:
    ben = join_team(app, ada)
    with app.app_context():
        account_id = db.session.scalars(db.select(Message.account_id)).first()
        booked = make_booking(make_calendar(ben, account_id=account_id))
        queue(db.session.get(Booking, booked.id), effect="ben's")
    newest, browser = ids(app)[-1], signed_in(app, ben)
    assert rows(browser.get("/messages").text) == [str(newest)]
    assert browser.get(f"/messages/{newest}").status_code == 200
    assert browser.get(f"/messages/{ids(app)[0]}").status_code == 404
    assert len(rows(client.get("/messages").text)) == 3


def test_strangers_see_nothing(app: Flask, told: str) -> None:
    cleo = signed_in(app, make_person(app, "Cleo Stranger"))
    message = ids(app)[0]
    assert "No messages yet." in cleo.get("/messages").text
    for page in (f"/messages/{message}", f"/messages/{message}/preview"):
        assert cleo.get(page).status_code == 404


def _queued(app: Flask) -> list:
    with app.app_context():
        return events_called("message_queued")


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        (("sms",), "One text waits, as the SMS provider did not take it"),
        (("sms", "email"), "2 messages wait, as the mail server and the SMS provider did not take them"),
    ],
)
def test_texts_that_wait_are_told_too(
    app: Flask, client: FlaskClient, ada: User, channels: tuple, said: str
) -> None:
    with app.app_context():
        account_id = account_of(ada)
        with transaction():
            for channel in channels:
                about = {"account_id": account_id, "effect": channel, "at": NOW, "channel": Channel(channel)}
                queue_message("sms_test", SAM, **about)
    stands_at(app, State.QUEUED, "It answered: 503")
    assert said in client.get("/messages").text


def test_a_text_leads_to_its_contact(app: Flask, client: FlaskClient, ada: User) -> None:
    with app.app_context():
        contact = make_contact(account_of(ada))
        about = {"account_id": contact.account_id, "effect": "x", "at": NOW, "contact_id": contact.id}
        with transaction():
            made = queue_sms("sms_test", Recipient("Sam Lee", "+4930901820"), **about)
    assert f'<a href="/contacts/{contact.id}">The contact</a>' in client.get(f"/messages/{made}").text


@pytest.mark.parametrize("typed", ["+49 30 901820", "030 901820", "(030) 90-18-20"])
def test_texts_are_found_however_their_number_is_written(
    app: Flask, client: FlaskClient, ada: User, typed: str
) -> None:
    with app.app_context(), transaction():
        settings.change(account_of(ada), settings.Setting("DE"), actor_id=ada.id, now=NOW)
        about = {"account_id": account_of(ada), "effect": "x", "at": NOW}
        made = queue_sms("sms_test", Recipient("", "+4930901820"), **about)
    assert rows(client.get("/messages", query_string={"to": typed}).text) == [str(made)]
