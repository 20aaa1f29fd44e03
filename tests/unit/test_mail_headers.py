"""Headers that people read: whatever is in them, a parser reads back exactly that, from lines that may travel."""

import random
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import Parser
from email.policy import default
from email.utils import parseaddr

import pytest

from app.messaging.compose import POLICY

PIECES = [
    "Booked:", "with", "Größe", "日本語の名前です", "e\u0301", "x" * 80, "ü" * 90, "a,b", "(c)", '"q"', "\\",
    "👩\u200d👧", "=?utf-8?q?x?=", "=?utf-8?q?=0D=0ABcc:_x?=", "=?", "Wed 2 Dec 09:00 (Berlin)", "<b>", ";", "@",
]  # fmt: skip
MADE = random.Random(7)
TEXTS = [
    "Booked: Intro call with Dana Reyes, Wed 2 Dec 09:00 (Berlin)",
    "x" * 2_000,
    "word " * 300 + "end",
    "é" * 600,
    "=?utf-8?q?=0D=0ABcc:_evil@example.org?=",
    *(" ".join(MADE.choices(PIECES, k=MADE.randint(1, 12))) for _ in range(300)),
]


@pytest.mark.parametrize("utf8", [False, True])
def test_subjects_are_read_back_exactly(utf8: bool) -> None:
    for text in TEXTS:
        mail = EmailMessage(policy=POLICY.clone(utf8=utf8))
        mail["Subject"] = text
        assert _read_back(mail)["Subject"] == text


# With the older parser: the new one keeps the blank between two encoded words of a name, against RFC 2047 6.2.
@pytest.mark.parametrize("utf8", [False, True])
def test_names_are_read_back_exactly(utf8: bool) -> None:
    for name in (text[:120].strip() for text in TEXTS):
        mail = EmailMessage(policy=POLICY.clone(utf8=utf8))
        mail["To"] = Address(name, "sam", "example.org")
        read, address = parseaddr(_head(mail).removeprefix("To: "))
        assert (str(make_header(decode_header(read))), address) == (name, "sam@example.org")


def test_nobody_without_a_name_gets_one() -> None:
    mail = EmailMessage(policy=POLICY)
    mail["To"] = Address("", "sam", "example.org")
    assert mail.as_bytes().splitlines()[0] == b"To: sam@example.org"


def _read_back(mail: EmailMessage) -> EmailMessage:
    return Parser(policy=default).parsestr(_head(mail))


def _head(mail: EmailMessage) -> str:
    """The headers that were set, after a look at their lines."""
    lines = mail.as_bytes().partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert all(len(line) <= 998 and line.strip() for line in lines)
    assert all(line.startswith((b"Subject: ", b"To: ", b" =?utf-8?b?")) for line in lines)
    return b"\r\n".join(lines).decode()
