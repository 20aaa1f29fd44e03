"""A booking in the owner's words. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from .. import zones
from ..localtime import Reader
from ..scheduling.ical import CalendarEntry, Person
from . import endings
from .choice import Section
from .models import Booking, BookingStatus, Party, RequestEnd
from .places import place_of

STATUS = {
    BookingStatus.CONFIRMED: ("Confirmed", "active"),
    BookingStatus.TENTATIVE: ("To be confirmed", "expired"),
    BookingStatus.CANCELLED: ("Cancelled", "deleted"),
}
ENDED = {
    RequestEnd.DECLINED: ("Declined", "deleted"),
    RequestEnd.EXPIRED: ("Not answered", "deleted"),
    RequestEnd.WITHDRAWN: ("Request withdrawn", "deleted"),
}
NO_SHOW = ("No-show", "expired")
ENDINGS = ("booking_cancelled", "booking_declined")
UNDER_WAY = ("Now", "used")


@dataclass(frozen=True)
class Row:
    """One booking of a list, ready to print. `theirs` is the contact's own time, empty when their clocks agree."""

    booking: Any
    when: str
    minutes: int
    theirs: str
    host: str
    chips: list[tuple[str, str]]
    is_managed: bool


@dataclass(frozen=True)
class Entry:
    """One line of a booking's history."""

    at: datetime
    text: str
    detail: str
    tone: str


def zone_words(tz: str) -> str:
    """ "Times are in Berlin time.": without an offset, as a list may hold summer and winter."""
    return f"Times are in {zones.city(tz)}{' time' if zones.has_place(tz) else ''}."


def row_of(booking: Any, user_id: int, reader: Reader, now: datetime, *, manages_all: bool) -> Row:
    """The words for a row of `lists.page_of`, read by the user `user_id`."""
    is_far = reader.local_date(booking.starts_at).year != reader.local_date(now).year
    return Row(
        booking=booking,
        when=reader.short(booking.starts_at, year=is_far),
        minutes=(booking.ends_at - booking.starts_at) // timedelta(minutes=1),
        theirs=_theirs(booking, reader),
        host=booking.host_name if booking.host_id != user_id else "",
        chips=chips_of(booking, now),
        is_managed=manages_all or booking.calendar_host_id == user_id,
    )


def chips_of(booking: Any, now: datetime) -> list[tuple[str, str]]:
    """(word, tone) of the status, and whether it is under way or nobody came."""
    is_live = booking.status != BookingStatus.CANCELLED
    word, tone = state_of(booking)
    chips = [(word, tone if booking.ends_at > now else "neutral")]
    if is_live and booking.starts_at <= now < booking.ends_at:
        chips.append(UNDER_WAY)
    if is_live and booking.no_show_at:
        chips.append(NO_SHOW)
    return chips


def state_of(booking: Any) -> tuple[str, str]:
    """(word, tone) of its status; of a request that is over how it ended."""
    return ENDED[booking.request_end] if booking.request_end else STATUS[booking.status]


def their_when(booking: Booking, reader: Reader) -> str | None:
    """The whole time on the contact's clocks, in the reader's language; None when they show the same."""
    if not _theirs(booking, reader):
        return None
    return Reader(booking.tz, reader.locale).when(booking.starts_at, booking.ends_at - booking.starts_at)


def section_of(booking: Booking, now: datetime) -> Section:
    """The list in which the booking stands."""
    if booking.status == BookingStatus.CANCELLED:
        return Section.CANCELLED
    return Section.PAST if booking.ends_at <= now else Section.UPCOMING


def ended_by(booking: Booking, events: Iterable[tuple[Any, str | None]]) -> str:
    """How a booking came to be cancelled: "Cancelled by Dana Reyes", "Declined by ...", "Not answered in time",
    "Request withdrawn by Sam Lee"."""
    if booking.request_end == RequestEnd.EXPIRED:
        return "Not answered in time"
    by = next((name for event, name in events if event.name in ENDINGS and name), None)
    who = by or (booking.name if booking.cancelled_by == Party.CONTACT else "the host")
    is_withdrawn = booking.request_end == RequestEnd.WITHDRAWN
    return f"{'Request withdrawn' if is_withdrawn else endings.verb(booking)} by {who}"


def ending_mail(booking: Booking) -> str:
    """The kind of mail that tells a contact how their booking came to be off, or would if it were cancelled now."""
    return {
        RequestEnd.DECLINED: "booking_declined",
        RequestEnd.EXPIRED: "booking_request_expired",
        RequestEnd.WITHDRAWN: "booking_withdrawn",
    }.get(booking.request_end, "booking_cancelled")


def history(booking: Booking, events: Iterable[tuple[Any, str | None]], reader: Reader) -> list[Entry]:
    """What happened to the booking, oldest first, each with who did it."""
    return [_entry(booking, event, actor, reader) for event, actor in events]


def mail_to(booking: Booking) -> str:
    """A mailto: address with a subject that names the time on the contact's clocks."""
    when = Reader(booking.tz, booking.locale).short(booking.starts_at, year=True)
    subject = urlencode({"subject": f"Your booking: {booking.calendar.name}, {when}"}, quote_via=quote)
    return f"mailto:{quote(booking.email, safe='@')}?{subject}"


def calendar_entry(booking: Booking, host: Person) -> CalendarEntry:
    """The booking as the host's calendar shows it. The contact's manage address is their secret, and left out."""
    contact = [booking.name, booking.email, booking.phone]
    answers = [f"{said['label']}: {said['answer']}" for said in booking.answers]
    lines = ["\n".join(filter(None, contact)), *answers, f"Reference: {booking.reference}"]
    return CalendarEntry(
        uid=booking.uid,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary=f"{booking.calendar.name}: {booking.name}",
        organizer=host,
        attendee=Person(booking.name, booking.email),
        location=place_of(booking, host.name),
        description="\n\n".join(lines),
        comment=endings.remark(booking, host.name),
    )


def _theirs(booking: Any, reader: Reader) -> str:
    there = booking.starts_at.astimezone(zones.zone(booking.tz))
    if there.utcoffset() == reader.local(booking.starts_at).utcoffset():
        return ""
    own = Reader(booking.tz, reader.locale)
    return own.short(booking.starts_at)


def _entry(booking: Booking, event: Any, actor: str | None, reader: Reader) -> Entry:
    by = actor or booking.name
    way = "a one-time link" if booking.link_id else "the public page"
    made = "Asked for" if event.data.get("status") == BookingStatus.TENTATIVE else "Booked"
    text, tone = {
        "booking_created": (f"{made} by {booking.name} with {way}", "good"),
        "booking_confirmed": (f"Accepted by {by}", "good"),
        "booking_declined": (f"Declined by {by}", "danger"),
        "booking_request_expired": ("Not answered in time", "danger"),
        "booking_rescheduled": (f"Time changed by {by}", ""),
        "booking_cancelled": (f"{_cancelled(event)} by {by}", "danger"),
        "booking_no_show": (f"Marked as a no-show by {by}", ""),
        "booking_no_show_undone": (f"No-show taken back by {by}", ""),
        "manage_link_asked": (f"{by} asked for the address of this booking", ""),
    }.get(event.name, (event.name.replace("_", " ").capitalize(), ""))
    return Entry(event.at, text, _from_and_to(event, reader) or event.data.get("reason", ""), tone)


def _cancelled(event: Any) -> str:
    return "Request withdrawn" if event.data.get("request_end") == RequestEnd.WITHDRAWN else "Cancelled"


def _from_and_to(event: Any, reader: Reader) -> str:
    """The two times of a move."""
    if event.name != "booking_rescheduled":
        return ""
    was, will_be = (datetime.fromtimestamp(event.data[end], UTC) for end in ("from", "to"))
    return f"{reader.short(was, year=True)} became {reader.short(will_be, year=True)}"
