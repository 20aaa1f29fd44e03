"""What a picker was opened by: a one-time link, a calendar's standard link, or a booking that is to be moved."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from ..accounts.models import User
from ..bookings import changeable
from ..bookings.models import Booking, Party
from ..bookings.offering import LinkTerms, terms_of
from ..calendars.models import Calendar
from ..calendars.snapshots import Snapshot, snapshot
from ..links import lookup
from ..links.lookup import FoundLink
from ..prepared import Prepared

calendar_table, host_table = Calendar.__table__, User.__table__
_BY_SLUG = Prepared(
    select(
        calendar_table.c.id, calendar_table.c.version, host_table.c.name, host_table.c.email, host_table.c.tz
    )
    .join_from(calendar_table, host_table, host_table.c.id == calendar_table.c.host_id)
    .where(calendar_table.c.slug == bindparam("slug"))
)


class Host(NamedTuple):
    """Whom the calendar books."""

    name: str
    email: str
    tz: str


class Moving(NamedTuple):
    """The booking that gets another time, in the hands of `by`. `back` is its own page."""

    booking: Booking
    by: Party
    back: str

    @property
    def is_hosts(self) -> bool:
        """True on the owner's side."""
        return self.by == Party.HOST


@dataclass(frozen=True)
class Door:
    """A calendar as one address opens it. `path` is that address; `link` is None for the standard link.

    `moving` is set where no booking is made but one is moved; then `link` is None too: that one is Used.
    """

    path: str
    kept: Snapshot
    host: Host
    link: FoundLink | None
    terms: LinkTerms
    moving: Moving | None = None

    @property
    def calendar(self) -> Calendar:
        """The calendar as of the version read with this request."""
        return self.kept.calendar

    @property
    def subject(self) -> str:
        """What a form key is bound to, and attempts are counted by."""
        if self.moving:
            return f"booking:{self.moving.booking.id}"
        return f"link:{self.link.id}" if self.link else f"calendar:{self.calendar.id}"

    @property
    def minutes(self) -> int:
        """How long a booking lasts."""
        return self.terms.duration_minutes or self.calendar.duration_minutes

    @property
    def takes_bookings(self) -> bool:
        """False while the calendar is off, and for a standard link that is switched off."""
        return self.calendar.is_on and bool(self.link or self.moving or self.calendar.is_public)

    def is_dead(self, now: datetime) -> bool:
        """True for a link that is used, deleted or past its date; never for the standard link."""
        return self.link is not None and not self.link.is_open(now)


def by_token(token: str) -> Door | None:
    """The door of a one-time link, dead or alive; None when the token is not ours. At most one query."""
    link = lookup.find(token)
    if link is None:
        return None
    kept = snapshot(link.calendar_id, link.version)
    host = Host(link.host_name, link.host_email, link.host_tz)
    return Door(f"/o/{token}", kept, host, link, terms_of(link))


def by_slug(slug: str) -> Door | None:
    """The door of a standard link, on or off; None when no calendar goes by that name. One query."""
    found = _BY_SLUG.first(slug=slug)
    if found is None:
        return None
    calendar_id, version, *host = found
    return Door(f"/c/{slug}", snapshot(calendar_id, version), Host(*host), None, LinkTerms())


def to_move(booking: Booking, host: User, by: Party, back: str) -> Door:
    """The door that gives a booking another time; its pages lie below the booking's own at `back`. One query."""
    found = changeable.find(booking.id)
    return Door(
        path=f"{back}/change",
        kept=snapshot(booking.calendar_id, found.version),
        host=Host(host.name, host.email, host.tz),
        link=None,
        terms=changeable.terms_to_move(found, by),
        moving=Moving(booking, by, back),
    )
