"""Every kind of mail there is: its name, and who writes it.

A builder makes the letter from the ids of the message's row, when it is sent or shown, never before. It raises
Overtaken when there is nothing to say any more.
"""

from collections.abc import Callable
from typing import NamedTuple

from . import link_letters
from .booking_letters import for_contact, for_host
from .letters import Letter
from .occasions import Occasion


class Kind(NamedTuple):
    """`title` is what the owner reads in a list."""

    title: str
    builder: Callable[[Occasion], Letter]


KINDS = {
    "booking_confirmed": Kind("Confirmation", for_contact("You are booked", live=True, method="REQUEST")),
    "booking_confirmed_host": Kind(
        "New booking, to the host", for_host("New booking by {name}", "Booked", live=True)
    ),
    "booking_cancelled": Kind(
        "Cancellation", for_contact("This booking was cancelled", live=False, method="CANCEL")
    ),
    "booking_cancelled_host": Kind(
        "Cancellation, to the host", for_host("{name}'s booking was cancelled", "Cancelled", live=False)
    ),
    "manage_link": Kind("The way to a booking", link_letters.manage_link),
    "booking_link": Kind("One-time link", link_letters.booking_link),
    "link_request_host": Kind("Request for a new link, to the host", link_letters.link_request_host),
}


def write(occasion: Occasion) -> Letter:
    """The letter of the occasion's message."""
    return KINDS[occasion.message.kind].builder(occasion)
