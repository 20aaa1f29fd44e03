"""What mails have to have arrived, as complaints where they have not."""

from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from typing import NamedTuple

from sqlalchemy import select

from app.accounts.models import User
from app.bookings.models import Booking
from app.db import db


class Arrived(NamedTuple):
    """A mail as it came: for whom, about which booking's uid, and its Message-ID."""

    to: str
    about: str
    message_id: str


def arrived(mails: Iterable[EmailMessage]) -> list[Arrived]:
    """The mails that a server took."""
    return [
        Arrived(mail["To"].addresses[0].addr_spec, mail["References"].strip("<>"), mail["Message-ID"])
        for mail in mails
    ]


def wanted() -> set[tuple[str, str]]:
    """For whom and about what there has to be a mail: each booking's contact and host."""
    with db.engine.connect() as reading:
        rows = reading.execute(
            select(Booking.uid, Booking.email, User.email.label("host")).join(
                User, User.id == Booking.host_id
            )
        ).all()
    return {(to, row.uid) for row in rows for to in (row.email, row.host)}


def complaints(wanted: set[tuple[str, str]], mails: Iterable[Arrived]) -> Iterator[str]:
    """What is wrong: a mail that is missing, that nobody should have got, or that came again as another one."""
    ids: dict[tuple[str, str], set[str]] = {}
    for mail in mails:
        ids.setdefault((mail.to, mail.about), set()).add(mail.message_id)
    yield from (f"no mail to {to}" for to, _ in wanted - ids.keys())
    yield from (f"a mail to {to} about no booking" for to, _ in ids.keys() - wanted)
    yield from (f"{len(each)} different mails to {to}" for (to, _), each in ids.items() if len(each) > 1)
