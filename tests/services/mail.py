"""A real SMTP server on a free port of this machine, which does with mails what a test tells it to."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from app.mail_server import MailServer, Security, Sender

from .server import free_port

SENDER = Sender("Slotkey", "book@example.org")


@dataclass
class Post:
    """Takes what it is given. `rcpt` and `data` are answers in place of the usual ones; `hangs` and `drops` name
    the step, "rcpt" or "data", at which it says nothing, or hangs up. A mail that it dropped it has taken.
    `dawdles` is how many seconds it has a mail before it says so."""

    rcpt: str = ""
    data: str = ""
    hangs: str = ""
    drops: str = ""
    dawdles: float = 0
    sent: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Any] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 (the names that aiosmtpd calls)
        self, server: SMTP, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        await self._may_fail("rcpt", server)
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data:
            return self.data
        self.envelopes.append(envelope)
        self.sent.append(message_from_bytes(envelope.content, policy=policy.default))
        await self._may_fail("data", server)
        await asyncio.sleep(self.dawdles)
        return "250 taken"

    async def _may_fail(self, step: str, server: SMTP) -> None:
        if self.hangs == step:
            await asyncio.sleep(30)
        if self.drops == step:
            server.transport.abort()


@contextmanager
def mail_server(
    post: Post,
    security: Security = Security.NONE,
    password: str = "",
    certificate: ssl.SSLContext | None = None,
    port: int = 0,
    takes_all_letters: bool = False,
) -> Iterator[MailServer]:
    """The server, running, on any free port unless told; what is yielded are the settings that reach it."""
    controller = _controller(post, security, password, certificate, port, takes_all_letters)
    controller.start()
    try:
        settings = MailServer("127.0.0.1", controller.port, security, SENDER)
        yield replace(settings, username="ada", password=password) if password else settings
    finally:
        controller.stop()


def nowhere() -> MailServer:
    """Settings of a server that is down."""
    return MailServer("127.0.0.1", free_port(), Security.NONE, SENDER)


def _controller(
    post: Post,
    security: Security,
    password: str,
    certificate: ssl.SSLContext | None,
    port: int,
    takes_all_letters: bool,
) -> Controller:
    def check(
        _server: Any, _session: Any, _envelope: Any, _mechanism: str, said: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=said.password == password.encode(), handled=False)

    return Controller(
        post,
        hostname="127.0.0.1",
        port=port or free_port(),
        ssl_context=certificate if security is Security.TLS else None,
        tls_context=certificate if security is Security.STARTTLS else None,
        authenticator=check if password else None,
        auth_required=bool(password),
        auth_require_tls=False,
        enable_SMTPUTF8=takes_all_letters,
    )
