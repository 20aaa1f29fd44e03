"""What a link says that books nothing (any more): each variant as plain values for one page. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..bookings.models import Booking, BookingStatus
from ..calendars.models import Calendar, ContactKind
from ..links.lookup import FoundLink
from ..links.models import LinkStatus
from ..links.options import expires_on
from ..localtime import Reader
from .doors import Host


class Variant(StrEnum):
    """Why the page stands there instead of a calendar."""

    OWN = "own"  # used, and this browser did it
    USED = "used"
    DELETED = "deleted"
    EXPIRED = "expired"
    OFF = "off"
    UNKNOWN = "unknown"


STATUS = {Variant.OFF: 200, Variant.UNKNOWN: 404}
LINK_IS_OVER = (Variant.USED, Variant.DELETED, Variant.EXPIRED)
# Whoever booked finds the booking; whoever was sent a link that was deleted, a newer one, if there is one.
CAN_FIND = (Variant.USED, Variant.DELETED)
GONE = 410
NOWHERE = "#main"


@dataclass(frozen=True)
class ExpiredPage:
    """One page's words. `contact` is (what to do, address to open, address to read); empty parts are not shown.

    `ask_path` leads to asking for a new link, `find_path` to finding one's own booking.
    """

    variant: Variant
    title: str
    sentence: str
    contact: tuple[str, str, str] | None = None
    message: str = ""
    standard_path: str = ""
    ask_path: str = ""
    find_path: str = ""

    @property
    def status(self) -> int:
        """The HTTP answer."""
        return STATUS.get(self.variant, GONE)


UNKNOWN = ExpiredPage(
    Variant.UNKNOWN,
    "We cannot find this booking link",
    "Check that the whole address was copied from the message.",
)
OWN = ExpiredPage(Variant.OWN, "You have already booked this", "This link has done its work.")
ASKED = ExpiredPage(
    Variant.OWN,
    "You have already asked for this time",
    "This link has done its work. Your request is waiting to be confirmed.",
)


def own_page(booking: Booking) -> ExpiredPage:
    """What to tell the browser that used the link up."""
    if booking.status == BookingStatus.CANCELLED:
        thing, ended = ("request", "has ended") if booking.request_end else ("booking", "was cancelled")
        sentence = f"This link has done its work: it stays closed, although the {thing} {ended}."
        return ExpiredPage(Variant.OWN, f"Your {thing} {ended}", sentence)
    return ASKED if booking.status == BookingStatus.TENTATIVE else OWN


def booked_without_page(contact: tuple[str, str, str] | None) -> ExpiredPage:
    """What to tell somebody whose booking has no page of its own any more."""
    ask = " To change or cancel it, get in touch." if contact else ""
    sentence = f"Your booking stands. Its own page cannot be shown any more.{ask}"
    return ExpiredPage(Variant.OWN, OWN.title, sentence, contact)


def variant_of(link: FoundLink | None, now: datetime) -> Variant:
    """Why nothing can be booked; OFF for a link that is alive."""
    if link is None:
        return Variant.OFF
    if link.status == LinkStatus.USED:
        return Variant.USED
    if link.status == LinkStatus.DELETED:
        return Variant.DELETED
    return Variant.EXPIRED if link.is_expired(now) else Variant.OFF


def last_day_of(expires_at: datetime | None, tz: str, reader: Reader) -> str:
    """The last day of a link, as the reader writes dates; empty where it has none."""
    last_on = expires_on(expires_at, tz)
    return reader.day(last_on, weekday=None) if last_on else ""


def expired_page(
    calendar: Calendar, host: Host, variant: Variant, *, last_day: str = "", path: str = ""
) -> ExpiredPage:
    """A variant as the calendar's settings word it, for whoever is not the one who booked.

    An owner's preview has no `path`, and leads nowhere.
    """
    name = shown_name(calendar, host)
    title, sentence = _words(variant, name, last_day)
    contact, can_ask = contact_of(calendar, host, name), takes_requests(calendar, variant)
    more = _ask(variant, name, can_ask=can_ask) if contact or can_ask else ""
    return ExpiredPage(
        variant=variant,
        title=title,
        sentence=f"{sentence} {more}".rstrip(),
        contact=contact,
        message=calendar.expired_message,
        standard_path=_standard_path(calendar, variant),
        ask_path=(f"{path}/ask" if path else NOWHERE) if can_ask else "",
        find_path=(f"{path}/find" if path else NOWHERE) if variant in CAN_FIND else "",
    )


def shown_name(calendar: Calendar, host: Host) -> str:
    """What strangers are told of whose calendar it is; empty where the calendar hides it."""
    return host.name if calendar.expired_shows_host else ""


def takes_requests(calendar: Calendar, variant: Variant) -> bool:
    """True when whoever opens such a link may ask for a new one."""
    return calendar.expired_offers_new_link and calendar.is_on and variant in LINK_IS_OVER


def contact_of(calendar: Calendar, host: Host, name: str) -> tuple[str, str, str] | None:
    """How the calendar says its host can be reached: ("Write to Dana", "mailto:...", "dana@...")."""
    # The host's own address would give away the name that the calendar hides.
    written = calendar.expired_contact or (host.email if name else "")
    if calendar.expired_contact_kind == ContactKind.EMAIL and written:
        return (f"Write to {name}" if name else "Write an e-mail", f"mailto:{written}", written)
    if calendar.expired_contact_kind == ContactKind.PHONE and calendar.expired_contact:
        number = calendar.expired_contact
        return (f"Call {name}" if name else "Call us", f"tel:{_digits(number)}", number)
    return None


def _words(variant: Variant, name: str, last_day: str) -> tuple[str, str]:
    if variant == Variant.USED:
        return "This booking link has already been used", "It was made for one booking."
    if variant == Variant.DELETED:
        sentence = f"{name} has withdrawn it." if name else "It has been withdrawn."
        return "This booking link is no longer available", sentence
    if variant == Variant.EXPIRED:
        sentence = f"{name} offered it until that day." if name else "It was open until that day."
        return f"This booking link expired{f' on {last_day}' if last_day else ''}", sentence
    subject = f"{name} is" if name else "We are"
    return f"{subject} not taking bookings at the moment", "Please try again later."


def _ask(variant: Variant, name: str, *, can_ask: bool) -> str:
    if variant == Variant.OFF:
        return f"You can reach {name} here." if name else "You can reach us here."
    way = "ask for a new link" if can_ask else "get in touch"
    return f"If you need a time with {name}, {way}." if name else f"If you need a time, {way}."


def _standard_path(calendar: Calendar, variant: Variant) -> str:
    is_offered = calendar.expired_offers_public_link and calendar.is_public and calendar.is_on
    return f"/c/{calendar.slug}" if is_offered and variant != Variant.OFF else ""


def _digits(number: str) -> str:
    return "".join(letter for letter in number if letter.isdigit() or letter == "+")
