"""Everybody whom a workflow tells something: mailboxes, phones, and a program of somebody else's."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .http_server import Answering, http_server
from .mail import Post, mail_server

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"


@dataclass(frozen=True)
class Outside:
    """What has arrived. `settings` are those of an installation that reaches all of them."""

    post: Post
    phones: Answering
    program: Answering
    settings: dict[str, object]

    def mails_to(self, address: str) -> list[str]:
        """What is in the mailbox: each mail's subject, then its plain text."""
        mine = [each for each in list(self.post.sent) if address in each["To"]]
        return [f"{each['Subject']}\n{each.get_body(('plain',)).get_content()}" for each in mine]

    def texts_to(self, phone: str) -> list[str]:
        """What the phone shows."""
        every = [json.loads(sent.body) for sent in list(self.phones.sent)]
        return [each["text"] for each in every if each["to"] == phone]

    def calls_about(self, email: str) -> list[tuple[str, dict[str, Any]]]:
        """What the program was told of this contact: the id of each call, and what it said."""
        every = [(sent.headers["webhook-id"], json.loads(sent.body)) for sent in list(self.program.sent)]
        return [(name, said) for name, said in every if said["contact"]["email"] == email]


@contextmanager
def everybody_outside() -> Iterator[Outside]:
    """All of them, within reach."""
    post = Post()
    with mail_server(post) as mails, http_server() as phones, http_server() as program:
        settings = {
            "mail_host": mails.host,
            "mail_port": mails.port,
            "mail_tls": mails.security.value,
            "mail_from": mails.sender.address,
            "sms_provider": "webhook",
            "sms_address": phones.address,
            "sms_secret": SECRET,
            "outbound_allow": "127.0.0.1",
        }
        yield Outside(post, phones, program, settings)
