"""How often the booking forms may be sent. Failures count by link and address, never by link alone: a stranger's
mistakes must not close the link for the person it was made for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .. import ratelimit
from ..ratelimit import Limit
from ..visitor import address_key


@dataclass(frozen=True)
class PerLink:
    """Limits of what costs a link's owner or recipient something: of each network, and of all networks together."""

    of_network: tuple[Limit, ...]
    of_all: Limit

    def take(self, subject: str, now: datetime) -> None:
        """Count this request. Raises TooMany. By network first: what that refuses takes nothing from the others."""
        for limit in self.of_network:
            ratelimit.take(limit, subject, address_key(), now=now)
        ratelimit.take(self.of_all, subject, now=now)


MISTAKES = Limit(
    "public booking refused",
    30,
    timedelta(minutes=10),
    "This form was sent too often. Your details are kept: send it again in {wait}.",
)
STANDARD_BOOKINGS = Limit(
    "standard link booked",
    10,
    timedelta(hours=1),
    "Too many bookings were made from your network. Your details are kept: please try again in {wait}.",
)
FORM_SENT = Limit(
    "form sent",
    10,
    timedelta(hours=1),
    "This form was sent too often from your network. What you typed is kept: please try again in {wait}.",
)
# The ceiling on what one form can bring about, mails included, from however many networks.
FORM_SENT_BY_ALL = Limit(
    "form sent by all",
    500,
    timedelta(hours=1),
    "Too many people are sending this form just now. What you typed is kept: please try again in {wait}.",
)
LINK_ASKED = Limit(
    "new link asked",
    5,
    timedelta(hours=1),
    "A new link was asked for too often from your network. Your details are kept: please try again in {wait}.",
)
# The ceiling on what the holders of one link can put before its owner, from however many networks.
LINK_ASKED_BY_ALL = Limit(
    "new link asked by all",
    30,
    timedelta(days=1),
    "Too many people have asked for a new link here today. Your details are kept: please try again in {wait}.",
)
BOOKING_SOUGHT = Limit(
    "booking sought",
    5,
    timedelta(hours=1),
    "This was asked too often from your network. Please try again in {wait}.",
)
# As the codes below: whoever sits in one network cannot keep the contact, who sits in another, from asking.
BOOKING_SOUGHT_TODAY = Limit(
    "booking sought today",
    10,
    timedelta(days=1),
    "This was asked too often from your network. Please try again in {wait}.",
)
# The ceiling on what the holders of one link can write into its timeline, from however many networks.
BOOKING_SOUGHT_BY_ALL = Limit(
    "booking sought by all",
    50,
    timedelta(days=1),
    "This was asked too often today. Please try again in {wait}.",
)
CHANGES = Limit(
    "booking changed by its contact",
    20,
    timedelta(hours=1),
    "This booking was changed too often. Nothing was changed this time: please try again in {wait}.",
)
TOO_MANY_CODES = (
    "Too many codes were asked for. A code that has been sent still works for its 15 minutes; you can ask for another "
    "one in {wait}."
)
# links/recipient_check.py says what these add up to.
CODES_AN_HOUR = Limit("codes an hour", 4, timedelta(hours=1), TOO_MANY_CODES, is_fixed=True)
CODES_A_DAY = Limit("codes a day", 8, timedelta(days=1), TOO_MANY_CODES, is_fixed=True)
CODES_FOR_ALL = Limit("codes a day for all", 40, timedelta(days=1), TOO_MANY_CODES, is_fixed=True)
ASKING = PerLink((LINK_ASKED,), LINK_ASKED_BY_ALL)
SEEKING = PerLink((BOOKING_SOUGHT, BOOKING_SOUGHT_TODAY), BOOKING_SOUGHT_BY_ALL)
CODES = PerLink((CODES_AN_HOUR, CODES_A_DAY), CODES_FOR_ALL)
OLDEST_FORM = timedelta(hours=24)
QUICKEST_PERSON = timedelta(seconds=2)
