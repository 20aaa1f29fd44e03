"""What is proved: one link makes one booking, one slot goes to one booking, whoever asks at the same moment."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from secrets import token_hex

from sqlalchemy import func, select

from .. import clock
from ..accounts.models import Account, Membership, Role, User
from ..bookings.models import Booking, BookingStatus
from ..calendars.models import Calendar
from ..db import db, transaction
from ..links.models import LinkStatus, OneTimeLink
from ..links.options import LinkOptions
from ..links.service import create_link, link_tokens, token_of
from .load import Answer, Request, fire

ALL_DAY = [[[0, 1440]]] * 7
BOOKED, TAKEN, GONE = 303, 409, 410


@dataclass(frozen=True)
class Tally:
    """How many POSTs booked, were refused with a clear answer, or failed in any other way; and what is stored."""

    booked: int
    refused: int
    errors: int
    stored: int
    used_links: int
    statuses: dict[int, int]

    @property
    def holds(self) -> bool:
        """True when exactly one was booked, all others were refused, and the rows say the same."""
        return (self.booked, self.errors, self.stored, self.used_links) == (1, 0, 1, 1)

    def __str__(self) -> str:
        return f"{self.booked} booked, {self.refused} refused, {self.errors} errors"


def make_host(**settings: object) -> Calendar:
    """A host who can be booked at any hour, with a calendar of half an hour; `settings` change the calendar."""
    now = clock.now()
    with transaction():
        account = Account(name="Proof", created_at=now)
        email = f"{token_hex(6)}@example.org"
        user = User(email=email, name="Pat Proof", password_hash="", tz="UTC", locale="en_GB", created_at=now)
        db.session.add_all([account, user])
        db.session.flush()
        db.session.add(Membership(account_id=account.id, user_id=user.id, role=Role.OWNER))
    return make_calendar(user, account.id, **settings)


def make_calendar(host: User, account_id: int, **settings: object) -> Calendar:
    """One more calendar of the host."""
    values = {"duration_minutes": 30, "minimum_notice_minutes": 0, "window_days": 365, **settings}
    with transaction():
        calendar = Calendar(
            account_id=account_id,
            host_id=host.id,
            name="Proof",
            slug=f"proof-{token_hex(6)}",
            tz="UTC",
            created_at=clock.now(),
            weekly_hours=ALL_DAY,
            **values,
        )
        db.session.add(calendar)
    return calendar


def make_tokens(calendar: Calendar, count: int) -> list[str]:
    """The tokens of so many new links."""
    with transaction():
        links = [create_link(calendar, LinkOptions(), actor=None, now=clock.now()) for _ in range(count)]
        return [token_of(link) for link in links]


def nonce_of(token: str) -> bytes | None:
    """What the link's row holds of its token."""
    return link_tokens().nonce(token)


def starts(count: int, minutes: int = 30) -> list[int]:
    """So many slot starts that lie one after another, from the day after tomorrow, in epoch seconds."""
    first = datetime.combine(clock.now().date() + timedelta(days=2), datetime.min.time(), UTC)
    return [int((first + timedelta(minutes=minutes * n)).timestamp()) for n in range(count)]


def one_link(url: str, posts: int, slots: int = 1) -> Tally:
    """Fire `posts` forms of one link at once, each with its own form key, spread over `slots` times."""
    calendar = make_host()
    (token,) = make_tokens(calendar, 1)
    times = starts(slots)
    forms = opened_forms(url, [(token, times[n % slots]) for n in range(posts)])
    return tally(fire(url, forms), calendar)


def one_slot(url: str, links: int) -> Tally:
    """Fire one form of each of `links` links at the same time of the same host."""
    calendar = make_host()
    (start,) = starts(1)
    forms = opened_forms(url, [(token, start) for token in make_tokens(calendar, links)])
    return tally(fire(url, forms), calendar)


def opened_forms(url: str, wanted: Sequence[tuple[str, int]]) -> list[Request]:
    """Open the details page of each (token, start) as a browser does, and fill in what it asks for."""
    pages = []
    for first in range(0, len(wanted), 50):
        batch = wanted[first : first + 50]
        pages += fire(url, [Request(f"/o/{token}/details?s={start}") for token, start in batch])
    return [
        Request(f"/o/{token}/details?s={start}", filled(page.body, number))
        for number, ((token, start), page) in enumerate(zip(wanted, pages, strict=True))
    ]


def tally(answers: Sequence[Answer], calendar: Calendar) -> Tally:
    """Count the answers, and what the calendar's rows say."""
    statuses = Counter(answer.status for answer in answers)
    refused = statuses[TAKEN] + statuses[GONE]
    live = select(func.count()).where(
        Booking.calendar_id == calendar.id, Booking.status != BookingStatus.CANCELLED
    )
    used = select(func.count()).where(
        OneTimeLink.calendar_id == calendar.id, OneTimeLink.status == LinkStatus.USED
    )
    return Tally(
        booked=statuses[BOOKED],
        refused=refused,
        errors=len(answers) - statuses[BOOKED] - refused,
        stored=db.session.scalar(live) or 0,
        used_links=db.session.scalar(used) or 0,
        statuses=dict(statuses),
    )


def filled(page: str, number: int) -> dict[str, str]:
    """What a contact sends from a details page: its hidden fields, a name and an address of their own."""
    hidden = _HiddenFields()
    hidden.feed(page)
    return {**hidden.fields, "name": f"Contact {number}", "email": f"contact{number}@example.org"}


class _HiddenFields(HTMLParser):
    """The hidden inputs of a page's booking form."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._in_booking_form = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form":
            self._in_booking_form = "/details" in (given.get("action") or "/details")
        if tag == "input" and given.get("type") == "hidden" and self._in_booking_form and given.get("name"):
            self.fields[given["name"]] = given.get("value") or ""
