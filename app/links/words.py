"""A link in words: what lists, pages and exports say of it. Pure, but for the address, which a server key makes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .. import zones
from ..amounts import length_words
from ..bookings.models import BookingStatus, RequestEnd
from ..localtime import Reader
from .models import LinkSource, LinkStatus
from .openness import is_expired
from .options import expires_on
from .service import token_of

STATUS_WORDS = {LinkStatus.ACTIVE: "Active", LinkStatus.USED: "Used", LinkStatus.DELETED: "Deleted"}
SOURCE_WORDS = {
    LinkSource.HAND: "By hand",
    LinkSource.REPLACEMENT: "Replacement",
    LinkSource.WORKFLOW: "Workflow",
}


@dataclass(frozen=True)
class Chip:
    """A word and the tone it is shown in."""

    word: str
    tone: str


@dataclass(frozen=True)
class LinkRow:
    """One link of the list, ready to print; times are the reader's."""

    id: int
    address: str | None
    short: str
    chip: Chip
    is_active: bool
    who: str
    second: str
    source: str
    expires: str | None
    opened: str
    after: int
    created: str
    created_at: datetime
    booking_id: int | None
    booked_for: str
    booked_as: str


def row_of(link: Any, base_url: str, tz: str, reader: Reader, now: datetime) -> LinkRow:
    """The words for a row of `listing.page_of`; `tz` is the calendar's, `reader` the signed-in person."""
    token = token_of(link)
    refused = link.refused or 0
    return LinkRow(
        id=link.id,
        address=f"{base_url}/o/{token}" if token else None,
        short=short_address(token, link.id),
        chip=chip_of(link, now),
        is_active=link.status == LinkStatus.ACTIVE,
        who=who_of(link),
        second=_second_line(link),
        source=SOURCE_WORDS[link.source],
        expires=day_words(expires_on(link.expires_at, tz), reader, now),
        opened=str(max(link.fetched or 0, link.looked or 0) + refused),
        after=refused,
        created=reader.ago(link.created_at, now),
        created_at=link.created_at,
        booking_id=link.booking_id,
        booked_for=reader.short(link.booked_for) if link.booked_for else "",
        booked_as=_booked_as(link),
    )


ENDED = {
    RequestEnd.DECLINED: "Declined",
    RequestEnd.EXPIRED: "Not answered",
    RequestEnd.WITHDRAWN: "Withdrawn",
}


def _booked_as(link: Any) -> str:
    """What the link led to, as it stands now."""
    if link.request_end:
        return ENDED[link.request_end]
    return {BookingStatus.CANCELLED: "Cancelled", BookingStatus.TENTATIVE: "To be confirmed"}.get(
        link.booking_status, "Booking"
    )


def chip_of(link: Any, now: datetime) -> Chip:
    """The link's status; Expired is what an Active one is called once its date has passed."""
    if is_expired(link, now):
        return Chip("Expired", "expired")
    return Chip(STATUS_WORDS[link.status], link.status.value)


def short_address(token: str | None, link_id: int) -> str:
    """Enough of the address to recognise it by, and too little to open it."""
    return f"…/o/{token[:4]}…" if token else f"no. {link_id}"


def who_of(link: Any) -> str:
    """Who the link is for: name, else e-mail, else nothing."""
    return link.for_name or link.for_email


def _second_line(link: Any) -> str:
    """Who booked, if that is somebody else, and the note."""
    booked_by = link.booked_by if link.booked_by and link.booked_by != who_of(link) else ""
    return " · ".join(filter(None, (booked_by and f"booked by {booked_by}", link.note)))


def asker_of(request: Any) -> str:
    """Who asked for a new link: "Zoe Lind, zoe@example.org"."""
    return f"{request.name}, {request.email}"


def day_words(day: date | None, reader: Reader, now: datetime) -> str | None:
    """ "30 Nov", with its year unless it is this one; None for no date."""
    if day is None:
        return None
    return reader.day(day, weekday=None, month="short", year=day.year != reader.local_date(now).year)


def times_words(times: list[int], tz: str, locale: str, now: datetime) -> list[str]:
    """Each offered time in the calendar's zone: "Wed 9 Dec 09:00 Berlin"."""
    reader = Reader(tz, locale)
    this_year = reader.local_date(now).year
    instants = [datetime.fromtimestamp(start, UTC) for start in times]
    return [reader.short(at, year=reader.local_date(at).year != this_year) for at in instants]


def dates_words(first: date | None, last: date | None, reader: Reader) -> str | None:
    """ "from 1 Dec 2026 until 5 Dec 2026"; None when the link names no dates."""
    named = (("from", first), ("until", last))
    said = [
        f"{word} {reader.day(day, weekday='short', month='short', year=True)}" for word, day in named if day
    ]
    return " ".join(said) or None


def share_text(calendar: Any, link: Any, address: str, now: datetime) -> str:
    """A message to send the link with: says with whom, how long, that it works once and until when."""
    minutes = link.duration_minutes or calendar.duration_minutes
    greeting = f"Hello {link.for_name.split()[0]}," if link.for_name else "Hello,"
    until = day_words(
        expires_on(link.expires_at, calendar.tz), Reader(calendar.tz, calendar.host.locale), now
    )
    limit = (
        f", until {until} ({zones.label(calendar.tz, link.expires_at - timedelta(seconds=1))})"
        if until
        else ""
    )
    code = f" It first asks for a code, which it sends to {link.for_email}." if link.checks_recipient else ""
    return (
        f"{greeting}\n\nplease choose a time for {calendar.name} with {calendar.host.name} ({length_words(minutes)}):\n"
        f"{address}\n\nTimes are shown in {zones.label(calendar.tz, now)}; you can switch to yours. "
        f"This link is for you alone and works once{limit}.{code}"
    )
