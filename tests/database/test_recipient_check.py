"""The recipient check at the service and in the database, on both databases; its mail."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from app.db import db, transaction
from app.errors import Invalid
from app.links import lookup, recipient_check, service
from app.links.models import OneTimeLink, RecipientChallenge
from app.links.options import LinkOptions, taken_over
from app.messaging import compose, kinds, link_mails
from app.messaging.models import MessageState as State
from app.messaging.occasions import Occasion

from ..factories import NOW, make_calendar, make_link, make_user, token_of
from ..mailing import deliver_all, events_called, mails_go_to, messages, react_to
from ..services.mail import Post, mail_server, nowhere

SAM = {"for_name": "Sam Lee", "for_email": "sam@example.org", "checks_recipient": True}


@pytest.fixture
def link(now) -> OneTimeLink:
    return make_link(make_calendar(make_user("Dana Reyes")), **SAM)


def ask(link) -> RecipientChallenge:
    with transaction():
        challenge_id = recipient_check.ask(lookup.find(token_of(link)), NOW)
    return db.session.get(RecipientChallenge, challenge_id)


def tried(link, challenge, code, now=NOW):
    with transaction():
        return recipient_check.try_code(lookup.find(token_of(link)), challenge.id, code, now)


def wrong(challenge):
    return f"{(int(recipient_check.code_of(challenge)) + 1) % 10**6:06}"


def test_the_code_is_right_and_counts_as_a_try(link):
    challenge = ask(link)
    assert tried(link, challenge, recipient_check.code_of(challenge)) == (True, 4)
    assert tried(link, challenge, recipient_check.code_of(challenge)) == (True, 3)  # a double click


def test_each_wrong_code_counts_and_the_sixth_is_none(link):
    challenge = ask(link)
    assert [tried(link, challenge, wrong(challenge)).left for _ in range(5)] == [4, 3, 2, 1, 0]
    assert tried(link, challenge, recipient_check.code_of(challenge)) is None


def test_challenge_of_another_link_is_none(link):
    challenge, other = ask(link), make_link(make_calendar(make_user()), **SAM)
    assert tried(other, challenge, recipient_check.code_of(challenge)) is None


def test_codes_differ_and_have_six_digits(link):
    codes = {recipient_check.code_of(ask(link)) for _ in range(30)}
    assert len(codes) > 25
    assert all(len(code) == 6 and code.isdecimal() for code in codes)


def test_code_of_a_dropped_key_is_none(link):
    challenge = ask(link)
    with transaction():
        challenge.key_id = "gone"
    assert recipient_check.code_of(challenge) is None
    for code in ("", "None", "000000"):
        assert not tried(link, challenge, code).is_right


def test_no_check_without_an_address(link):
    calendar = db.session.get(service.Calendar, link.calendar_id)
    with pytest.raises(Invalid) as refused, transaction():
        service.create_link(calendar, LinkOptions(checks_recipient=True), None, NOW)
    assert refused.value.field == "for_email"
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(db.text("UPDATE one_time_link SET for_email = ''"))


def test_replacement_checks_too(link):
    assert taken_over(link, "Zoe", "zoe@example.org", "").checks_recipient


def test_old_challenges_are_forgotten(link):
    ask(link)
    link_mails.forget_codes(NOW + timedelta(hours=24))
    assert db.session.scalar(db.select(db.func.count(RecipientChallenge.id))) == 1
    link_mails.forget_codes(NOW + timedelta(hours=25))
    assert db.session.scalar(db.select(db.func.count(RecipientChallenge.id))) == 0


class TestMail:
    def send(self, post, now=NOW):
        with mail_server(post) as server, mails_go_to(server):
            react_to("recipient_code_asked")
            deliver_all(now)

    def test_it_brings_the_code_to_the_recipient(self, link):
        challenge, post = ask(link), Post()
        self.send(post)
        (mail,) = post.sent
        assert mail["To"] == "Sam Lee <sam@example.org>"
        assert recipient_check.code_of(challenge) in mail.get_body(("plain",)).get_content()
        assert recipient_check.code_of(challenge) not in mail["Subject"]
        assert token_of(link) not in mail.as_string()

    def test_it_is_not_sent_once_the_code_is_over(self, link):
        ask(link)
        post = Post()
        self.send(post, NOW + recipient_check.LIVES)
        assert [message.state for message in messages()] == [State.DROPPED]
        assert post.sent == []

    def test_it_is_not_sent_once_the_link_has_another_address(self, link):
        ask(link)
        with transaction():
            db.session.execute(db.update(OneTimeLink).values(for_email="other@example.org"))
        post = Post()
        self.send(post)
        assert [message.state for message in messages()] == [State.DROPPED]
        assert post.sent == []

    def test_what_waits_for_the_server_is_sent_while_the_code_lives(self, link):
        challenge = ask(link)
        with mails_go_to(nowhere()):
            react_to("recipient_code_asked")
            deliver_all()
        assert [message.state for message in messages()] == [State.QUEUED]
        assert tried(link, challenge, wrong(challenge)).left == 4

    def test_rows_and_what_the_owner_is_shown_hold_no_code(self, link):
        challenge = ask(link)
        react_to("recipient_code_asked")
        (message,) = messages()
        shown = compose.text_of(kinds.write(Occasion(message, NOW, is_sending=False)))
        rows = [message, *events_called("message_queued"), *events_called("recipient_code_asked")]
        for text in (shown, *(str(vars(row)) for row in rows)):
            assert recipient_check.code_of(challenge) not in text
