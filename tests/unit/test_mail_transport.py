"""SMTP against a real server: what is known of a mail after each way in which handing it over can end."""

import ssl
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.delivery_errors import Permanent, Temporary, Unclear
from app.mail_server import Security
from app.messaging.email import send

from ..services.mail import Post, mail_server, nowhere

SAM = "sam@example.org"


def a_mail(text: str = "Hello\n") -> EmailMessage:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = SAM, "Booked"
    mail.set_content(text)
    return mail


def test_a_mail_is_handed_over() -> None:
    post = Post()
    with mail_server(post) as server:
        send(a_mail("one\n.\n..two\n"), SAM, server)
    assert post.sent[0]["Subject"] == "Booked"
    assert post.sent[0].get_content() == "one\r\n.\r\n..two\r\n"
    assert post.envelopes[0].mail_from == "book@example.org"
    assert post.envelopes[0].rcpt_tos == [SAM]


@pytest.mark.parametrize(
    ("post", "outcome", "said"),
    [
        (Post(rcpt="550 5.1.1 no such mailbox"), Permanent, "550 5.1.1 no such mailbox"),
        (Post(rcpt="451 4.7.1 try again"), Temporary, "451 4.7.1 try again"),
        (Post(data="554 5.7.1 looks like spam"), Permanent, "554 5.7.1 looks like spam"),
        (Post(data="452 4.3.1 mailbox full"), Temporary, "452 4.3.1 mailbox full"),
        (Post(hangs="rcpt"), Temporary, "did not answer in time"),
        (Post(drops="rcpt"), Temporary, "connection to the mail server was lost"),
        (Post(hangs="data"), Unclear, "did not answer in time. It may have arrived."),
        (Post(drops="data"), Unclear, "It may have arrived."),
    ],
    ids=[
        "refused", "refused for now", "mail refused", "mail refused for now", "hangs before", "drops before",
        "hangs after", "drops after",
    ],
)  # fmt: skip
def test_each_way_to_fail_is_told_from_the_others(post: Post, outcome: type[Exception], said: str) -> None:
    with mail_server(post) as server, pytest.raises(outcome, match=said):
        send(a_mail(), SAM, server, seconds=0.3)


def test_a_server_that_is_down_may_come_back() -> None:
    with pytest.raises(Temporary, match="could not be reached: Connection refused"):
        send(a_mail(), SAM, nowhere())


def test_a_wrong_password_may_be_set_right() -> None:
    with (
        mail_server(Post(), password="right") as server,
        pytest.raises(Temporary, match="user name or password"),
    ):
        send(a_mail(), SAM, replace(server, password="wrong"))


def test_the_password_lets_us_in() -> None:
    post = Post()
    with mail_server(post, password="right") as server:
        send(a_mail(), SAM, server)
    assert len(post.sent) == 1


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_tls_is_used_and_the_certificate_verified(
    security: Security, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, context = Post(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with mail_server(post, security, certificate=context) as server:
        with pytest.raises(Temporary, match=r"certificate of the mail server .* is wrong"):
            send(a_mail(), SAM, server)
        assert post.sent == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        send(a_mail(), SAM, server)
        with pytest.raises(Temporary, match="is wrong"):
            send(a_mail(), SAM, replace(server, host="localhost"))
    assert len(post.sent) == 1


def test_a_server_without_starttls_gets_nothing() -> None:
    post = Post()
    with mail_server(post) as server, pytest.raises(Temporary, match="STARTTLS"):
        send(a_mail(), SAM, replace(server, security=Security.STARTTLS))
    assert post.sent == []


def test_a_domain_in_other_letters_is_written_in_ascii() -> None:
    post = Post()
    with mail_server(post) as server:
        send(a_mail(), "sam@bücher.example", server)
    assert post.envelopes[0].rcpt_tos == ["sam@xn--bcher-kva.example"]


def test_a_name_in_other_letters_is_refused_where_the_server_cannot_take_it() -> None:
    with mail_server(Post()) as server, pytest.raises(Permanent, match="letters other than a to z"):
        send(a_mail(), "žofie@example.org", server)
