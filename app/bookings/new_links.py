"""A new link for somebody whose booking is over or off, as their old one is used up. In the caller's transaction."""

from datetime import datetime

from ..accounts.sessions import SignedIn
from ..errors import NotFound
from ..links import sending
from .lists import Viewed
from .models import Booking


def manages(signed_in: SignedIn, booking: Booking) -> bool:
    """True for who manages the booking's calendar; a host sees it even when the calendar is somebody else's by now."""
    return signed_in.manages_account or booking.calendar.host_id == signed_in.user.id


def send_new_link(signed_in: SignedIn, viewed: Viewed, now: datetime) -> None:
    """Send the contact another link; asked for again while they have it open, they get that one again.

    Raises NotFound for a booking by the public link, and for who does not manage its calendar.
    """
    booking, _, link = viewed
    if link is None or not manages(signed_in, booking):
        raise NotFound("There is no one-time link here.")
    sending.send_replacement(booking.calendar, link, booking.name, booking.email, signed_in.user, now)
