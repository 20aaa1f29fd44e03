"""New links for somebody whose booking is over or off, as their old one is used up."""

from collections.abc import Sequence
from datetime import datetime

from ..accounts.sessions import SignedIn
from ..errors import NotFound
from ..links import sending
from ..links.models import OneTimeLink
from .lists import Viewed
from .models import Booking


def manages(signed_in: SignedIn, booking: Booking) -> bool:
    """True for who manages the booking's calendar; a host sees it even when the calendar is somebody else's by now."""
    return signed_in.manages_account or booking.calendar.host_id == signed_in.user.id


def links_after(signed_in: SignedIn, viewed: Viewed) -> Sequence[OneTimeLink]:
    """The links made in place of the one that made the booking, newest first, for who manages them."""
    if viewed.link is None or not manages(signed_in, viewed.booking):
        return ()
    return sending.replacements_of(viewed.link.id)


def send_new_link(signed_in: SignedIn, viewed: Viewed, now: datetime) -> None:
    """Send the contact another link, in the caller's transaction; asked for again while they have it open, they get
    that one again.

    Raises NotFound for a booking by the public link, and for who does not manage its calendar.
    """
    booking, _, link = viewed
    if link is None or not manages(signed_in, booking):
        raise NotFound("There is no one-time link here.")
    sending.send_replacement(booking.calendar, link, booking.name, booking.email, signed_in.user, now)
