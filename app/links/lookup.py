"""Finds the link behind a token, for the public pages: no query for a forged one, one short query for a true one."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from ..accounts.models import User
from ..calendars.models import Calendar
from ..prepared import Prepared
from . import openness
from .models import LinkStatus, OneTimeLink
from .service import link_tokens

link, calendar, host = OneTimeLink.__table__, Calendar.__table__, User.__table__


class FoundLink(NamedTuple):
    """A link as the public pages need it, with its calendar's version and host."""

    id: int
    account_id: int
    calendar_id: int
    version: int
    status: LinkStatus
    used_at: datetime | None
    deleted_at: datetime | None
    expires_at: datetime | None
    for_name: str
    for_email: str
    checks_recipient: bool
    duration_minutes: int | None
    offered_from_on: date | None
    offered_until_on: date | None
    offered_times: list[int] | None
    host_name: str
    host_email: str
    host_tz: str

    def is_open(self, now: datetime) -> bool:
        """True while the link can make its booking."""
        return openness.is_open(self, now)

    def is_expired(self, now: datetime) -> bool:
        """True when the link is neither used nor deleted, and its date has passed."""
        return openness.is_expired(self, now)


_BY_NONCE = Prepared(
    select(
        link.c.id,
        link.c.account_id,
        link.c.calendar_id,
        calendar.c.version,
        link.c.status,
        link.c.used_at,
        link.c.deleted_at,
        link.c.expires_at,
        link.c.for_name,
        link.c.for_email,
        link.c.checks_recipient,
        link.c.duration_minutes,
        link.c.offered_from_on,
        link.c.offered_until_on,
        link.c.offered_times,
        host.c.name.label("host_name"),
        host.c.email.label("host_email"),
        host.c.tz.label("host_tz"),
    )
    .join_from(link, calendar, calendar.c.id == link.c.calendar_id)
    .join(host, host.c.id == calendar.c.host_id)
    .where(link.c.nonce == bindparam("nonce"))
)


def find(token: str) -> FoundLink | None:
    """The link of a genuine token, whatever its status; None for any other text."""
    nonce = link_tokens().nonce(token)
    if nonce is None:
        return None
    found = _BY_NONCE.first(nonce=nonce)
    return FoundLink(*found) if found else None
