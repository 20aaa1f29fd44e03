"""From a letter to the bytes of a mail."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from flask import current_app

from .. import config
from ..mail_server import Sender
from ..scheduling.ical import one_line
from . import wire
from .addresses import wire_address
from .letters import CalendarFile, Letter
from .occasions import HIDDEN

# Without a blank to break them at, the library would write long ones as encoded words, which nobody reads back.
UNBROKEN = ("list-unsubscribe", "message-id", "references", "in-reply-to")
MAILBOXES = ("from", "to", "reply-to")
LEADS_NOWHERE = re.compile(f' href="[^"]*/{HIDDEN}[^"]*"')


class _Policy(EmailPolicy):
    """Lines end in CRLF; headers that programs read stay on one line, those that people read come back as they are."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """As the library does, which would take a subject that looks like an encoded word for one."""
        return (name, value) if name.lower() == "subject" else super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header's lines."""
        if name.lower() in UNBROKEN:
            return self._line(name, value)
        if name.lower() == "subject":
            return self._line(name, wire.unstructured(value, utf8=self.utf8))
        if name.lower() in MAILBOXES:
            (to,) = value.addresses
            return self._line(name, wire.mailbox(to.display_name, to.addr_spec, utf8=self.utf8))
        return super().fold_binary(name, value)

    def _line(self, name: str, value: Any) -> bytes:
        return f"{name}: {value}{self.linesep}".encode("utf-8" if self.utf8 else "ascii")


POLICY = _Policy(linesep="\r\n")


def text_of(letter: Letter) -> str:
    """The plain text, which carries every fact and address."""
    return _render(f"email/{letter.template}.txt", letter).strip() + "\n"


def html_of(letter: Letter, shows_subject: bool = False, problem: str = "") -> str:
    """The same as HTML; a preview shows the subject above it, and above that what is wrong with the words."""
    return _render(f"email/{letter.template}.html", letter, shows_subject=shows_subject, problem=problem)


def shown(html: str) -> str:
    """The HTML for somebody who is not its reader: an address that is hidden leads nowhere, so it is no link."""
    return LEADS_NOWHERE.sub("", html)


def mail(message: Any, letter: Letter, sender: Sender, at: datetime) -> EmailMessage:
    """The mail, dated `at`: multipart/mixed of the alternatives (text, HTML, calendar) and the calendar file."""
    # Only whoever takes an address in other letters takes headers in them (SMTPUTF8); see email.py.
    made = EmailMessage(policy=POLICY.clone(utf8=not _is_plain(message.to_address)))
    _add_headers(made, message, letter, sender)
    made["Date"] = format_datetime(at)
    made.set_content(text_of(letter), cte="quoted-printable")
    made.add_alternative(html_of(letter), subtype="html", cte="quoted-printable")
    if letter.calendar:
        _add_calendar(made, letter.calendar)
    return made


def _add_headers(made: EmailMessage, message: Any, letter: Letter, sender: Sender) -> None:
    made["From"] = _address(sender.name, sender.address)
    made["To"] = _address(message.to_name, message.to_address)
    if letter.reply_to and (made.policy.utf8 or _is_plain(letter.reply_to.email)):
        made["Reply-To"] = _address(letter.reply_to.name, letter.reply_to.email)
    made["Subject"] = one_line(letter.subject)
    made["Message-ID"] = message.message_id
    if letter.thread:
        made["In-Reply-To"] = made["References"] = f"<{letter.thread}>"
    made["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        made["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _add_calendar(made: EmailMessage, file: CalendarFile) -> None:
    """As an alternative, which mail programs show as an invitation, and as a file, which people can save."""
    text = file.content.decode()
    made.add_alternative(text, subtype="calendar", params={"method": file.method}, cte="base64")
    made.add_attachment(
        text, subtype="calendar", params={"method": file.method}, cte="base64", filename="invite.ics"
    )


def _address(name: str, address: str) -> Address:
    user, _, domain = wire_address(address).rpartition("@")
    return Address(one_line(name), user, domain)


def _is_plain(address: str) -> bool:
    """False for one that plain headers cannot hold: encoded, it is nobody's address."""
    return wire_address(address).isascii()


def _render(template: str, letter: Letter, **more: Any) -> str:
    # Not flask.render_template: its context is a request's, and the worker has none.
    page = current_app.jinja_env.get_template(template)
    return page.render(letter=letter, base_url=config.current().base_url, **more)
