"""Which server takes our mails, and from whom they come. Pure."""

from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from typing import NamedTuple

from .emails import is_address


class Security(StrEnum):
    """When the connection is encrypted; the server's certificate is verified whenever it is."""

    STARTTLS = "starttls"  # after the first words
    TLS = "tls"  # from the start
    NONE = "none"  # for a server on the same machine


PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


class Sender(NamedTuple):
    """What stands in From; the name may be empty."""

    name: str
    address: str


@dataclass(frozen=True)
class MailServer:
    """The settings MAIL_*."""

    host: str
    port: int
    security: Security
    sender: Sender
    username: str = ""
    password: str = field(default="", repr=False)


def security_called(text: str) -> Security:
    """What MAIL_TLS names."""
    try:
        return Security(text.lower())
    except ValueError:
        raise ValueError("must be starttls, tls or none") from None


def sender(text: str) -> Sender:
    """The sender that MAIL_FROM names: an address, or "Practice Reyes <book@example.org>"."""
    name, address = parseaddr(text)
    if not is_address(address) or not address.isascii():
        raise ValueError("must be an address such as book@example.org, or Practice <book@example.org>")
    return Sender(name, address)
