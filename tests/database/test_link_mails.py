"""Mails about links, on both databases: the link itself, a request for one, the way to a booking; sent once, to the
right person, and not at all once they would not be true."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.bookings import finding, manage
from app.bookings.models import Booking
from app.db import db, transaction
from app.links import lookup, requests, sending
from app.links.models import LinkRequest, LinkStatus, OneTimeLink
from app.links.requests import Asker
from app.messaging import compose, kinds
from app.messaging.models import MessageState as State
from app.messaging.occasions import Occasion

from ..factories import NOW, at, make_booking, make_calendar, make_link, make_user, token_of
from ..mailing import deliver_all, events_called, mails_go_to, messages, react_to
from ..services.mail import Post, mail_server

ZOE = Asker("Zoe\r\nBcc: all@example.org Lind", "zoe@example.org", "Sam sent <me> this.")


@pytest.fixture
def post(now) -> Iterator[Post]:
    post = Post()
    with mail_server(post) as server, mails_go_to(server):
        yield post


@pytest.fixture
def link(now) -> OneTimeLink:
    """For Sam, of Dana's calendar."""
    expires_at = NOW + timedelta(days=9, hours=15)  # midnight in Berlin
    return make_link(
        make_calendar(make_user("Dana Reyes")),
        for_name="Sam Lee",
        for_email="sam@example.org",
        expires_at=expires_at,
    )


def send(link):
    with transaction():
        sending.send(link, None, NOW)
    react_to("link_send_asked")


def ask(link, asker=ZOE):
    with transaction():
        requests.ask(lookup.find(token_of(link)), asker, NOW)
    react_to("link_request_created")


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def test_a_link_goes_to_the_person_it_was_made_for(link, post):
    send(link)
    react_to("link_send_asked")
    deliver_all()
    (mail,) = post.sent
    assert mail["To"] == "Sam Lee <sam@example.org>"
    assert mail["Subject"] == "Choose a time: Intro call with Dana Reyes"
    assert mail["Reply-To"].startswith("Dana Reyes <")
    text = text_of(mail)
    assert f"Choose a time: http://slotkey.test/o/{token_of(link)}" in text
    assert "Open until: the end of Thursday 10 December 2026, Berlin time (UTC+1)" in text
    assert "Hello Sam," in text
    assert token_of(link) in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": LinkStatus.DELETED, "deleted_at": NOW}, "The link was used, deleted or over"),
        ({"expires_at": NOW}, "The link was used, deleted or over"),
        ({"for_email": "other@example.org"}, "The link is for another address by now."),
        ({"key_id": "gone"}, "The server key that would open its address was dropped."),
    ],
)
def test_a_link_that_changed_meanwhile_is_not_sent(link, post, changes, why):
    send(link)
    with transaction():
        db.session.execute(db.update(OneTimeLink).values(changes))
    deliver_all()
    (message,) = messages()
    assert (message.state, post.sent) == (State.DROPPED, [])
    assert message.why.startswith(why)


def test_host_hears_of_a_request_beside_whom_the_link_was_for(link, post):
    make_booking(db.session.merge(link) and db.session.get(requests.Calendar, link.calendar_id), link)
    ask(link)
    deliver_all()
    (mail,) = post.sent
    assert mail["To"].startswith("Dana Reyes <dana.")
    assert mail["Bcc"] is None
    assert "zoe@example.org" in mail["Reply-To"]
    text = text_of(mail)
    for said in (
        "E-mail: zoe@example.org",
        "Sam sent <me> this.",
        "Their link was for: Sam Lee, sam@example.org",
    ):
        assert said in text
    assert f"/calendars/{link.calendar_id}/settings/one-time-links#requests-title" in text
    assert "Sam sent &lt;me&gt; this." in mail.get_body(("html",)).get_content()


def test_host_does_not_hear_of_a_request_that_is_settled(link, post):
    ask(link)
    request = db.session.scalars(db.select(LinkRequest)).one()
    with transaction():
        requests.ignore(request, db.session.get(requests.Calendar, link.calendar_id).host, NOW)
    deliver_all()
    assert [message.state for message in messages()] == [State.DROPPED]
    assert post.sent == []


def test_answer_goes_to_the_address_that_asked(link, post):
    ask(link, Asker("Zoe Lind", "zoe@example.org", ""))
    request = db.session.scalars(db.select(LinkRequest)).one()
    calendar = db.session.get(requests.Calendar, link.calendar_id)
    with transaction():
        new = requests.answer(calendar, request, calendar.host, NOW)
    react_to("link_send_asked")
    deliver_all()
    (mail,) = post.sent
    assert mail["To"] == "Zoe Lind <zoe@example.org>"
    assert token_of(new) in text_of(mail)
    assert token_of(link) not in text_of(mail)


class TestWayToABooking:
    @pytest.fixture(autouse=True)
    def booked(self, link):
        calendar = db.session.get(requests.Calendar, link.calendar_id)
        self.booking = db.session.get(Booking, make_booking(calendar, link, at(9)).id)

    def seek(self, email):
        with transaction():
            finding.seek(self.booking.account_id, self.booking.link_id, email, NOW)
        react_to("manage_link_asked")
        react_to("manage_link_refused")
        deliver_all()

    def test_it_goes_to_the_booker(self, post):
        self.seek("sam@example.org")
        (mail,) = post.sent
        assert mail["To"] == "Sam Lee <sam@example.org>"
        assert f"http://slotkey.test{manage.path_of(self.booking)}" in text_of(mail)
        assert "Wednesday 2 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)" in text_of(mail)

    def test_another_address_gets_nothing(self, post):
        self.seek("zoe@example.org")
        assert messages() == post.sent == []

    def test_it_is_sent_of_a_cancelled_booking_too(self, post):
        with transaction():
            db.session.execute(
                db.text(
                    "UPDATE booking SET status = 'cancelled', cancelled_at = created_at, cancelled_by = 'host'"
                )
            )
        self.seek("sam@example.org")
        assert len(post.sent) == 1


def test_rows_and_what_the_owner_is_shown_hold_no_token(link, now):
    """R18: kept messages, their events, and the letters as a page shows them."""
    send(link)
    make_booking(db.session.get(requests.Calendar, link.calendar_id), link)
    with transaction():
        finding.seek(link.account_id, link.id, "sam@example.org", NOW)
    react_to("manage_link_asked")
    deliver_all()
    booking = db.session.scalars(db.select(Booking)).one()
    secrets = {token_of(link), manage.path_of(booking).removeprefix("/m/")}
    rows = [*messages(), *events_called("message_queued"), *events_called("link_send_asked")]
    shown = [compose.text_of(kinds.write(Occasion(message, NOW, is_sending=False))) for message in messages()]
    assert len(shown) == 2
    for text in (*(str(vars(row)) for row in rows), *shown):
        assert not any(secret in text for secret in secrets)
