"""Every kind of message there is: its name, and who writes it.

A builder makes the letter, or the words of a text, from the ids of the message's row, when it is sent or shown, never
before. It raises Overtaken when there is nothing to say any more.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from ..calendars.models import Calendar
from ..db import db
from . import account_letters, link_letters, samples, short_texts
from .booking_letters import ContactMail, HostMail
from .letters import Letter
from .occasions import Occasion
from .texts import Text

TEST = "notice_test"


class Kind(NamedTuple):
    """`title` is what the owner reads in a list."""

    title: str
    builder: Callable[[Occasion], Any]  # a Letter; of a text its words
    is_test: bool = False  # written to see how it arrives


def _test(occasion: Occasion) -> Letter:
    """A mail of a calendar as its owner was writing it, with an invented booking."""
    asked = occasion.message.data
    calendar = db.session.get_one(Calendar, occasion.message.calendar_id, populate_existing=True)
    text, builder = Text(asked["subject"], asked["opening"]), KINDS[asked["kind"]].builder
    return samples.as_test(samples.letter(builder, calendar, asked["kind"], text, occasion.now), calendar)


KINDS = {
    "booking_confirmed": Kind("Confirmation", ContactMail("You are booked", live=True, method="REQUEST")),
    "booking_confirmed_host": Kind(
        "New booking, to the host", HostMail("Booked", "You have a new booking", live=True)
    ),
    "booking_moved": Kind("Change", ContactMail("Your booking has a new time", live=True, method="REQUEST")),
    "booking_moved_host": Kind(
        "Change, to the host", HostMail("New time", "A booking has a new time", live=True)
    ),
    "booking_cancelled": Kind(
        "Cancellation", ContactMail("This booking was cancelled", live=False, method="CANCEL")
    ),
    "booking_cancelled_host": Kind(
        "Cancellation, to the host", HostMail("Cancelled", "A booking was cancelled", live=False)
    ),
    "manage_link": Kind("The way to a booking", link_letters.manage_link),
    "booking_link": Kind("One-time link", link_letters.booking_link),
    "recipient_code": Kind("Code of a recipient check", link_letters.recipient_code),
    "link_request_host": Kind("Request for a new link, to the host", link_letters.link_request_host),
    "booking_requested": Kind(
        "Request", ContactMail("Your request is on its way", live=True, method="REQUEST")
    ),
    "booking_requested_host": Kind(
        "Request, to the host",
        HostMail(
            "Please confirm",
            "A request waits for your answer",
            live=True,
            moved=("Please confirm the new time", "A request has a new time and waits for your answer"),
        ),
    ),
    "booking_accepted": Kind(
        "Request confirmed", ContactMail("Your booking is confirmed", live=True, method="REQUEST")
    ),
    "booking_accepted_host": Kind(
        "Request confirmed, to the host", HostMail("Confirmed", "You have confirmed a booking", live=True)
    ),
    "booking_declined": Kind(
        "Request declined", ContactMail("Your request was declined", live=False, method="CANCEL")
    ),
    "booking_request_expired": Kind(
        "Request not answered", ContactMail("Your request was not answered", live=False, method="CANCEL")
    ),
    "booking_request_expired_host": Kind(
        "Request not answered, to the host", HostMail("Not answered", "A request has run out", live=False)
    ),
    "booking_withdrawn": Kind(
        "Request withdrawn", ContactMail("Your request is withdrawn", live=False, method="CANCEL")
    ),
    "booking_withdrawn_host": Kind(
        "Request withdrawn, to the host", HostMail("Request withdrawn", "A request was withdrawn", live=False)
    ),
    "booking_reminder": Kind("Reminder", ContactMail("Your booking is coming up", live=True, may_stop=True)),
    "booking_reminder_host": Kind(
        "Reminder, to the host", HostMail("Reminder", "A booking is coming up", live=True, has_file=False)
    ),
    "booking_follow_up": Kind("Follow-up", ContactMail("Thank you", live=True, may_stop=True)),
    "password_reset": Kind("New password", account_letters.password_reset),
    "invitation": Kind("Invitation", account_letters.invitation),
    "email_confirmation": Kind("Confirmation of an e-mail address", account_letters.email_confirmation),
    "email_notice": Kind("Change of e-mail address, to the old one", account_letters.email_notice),
    TEST: Kind("Test of a mail", _test, is_test=True),
    "sms_stopped": Kind("Answer to STOP", short_texts.stopped),
    "sms_started": Kind("Answer to START", short_texts.started),
    "sms_test": Kind("Test of texts", short_texts.test, is_test=True),
}
# Sent although the number wants no texts.
TO_STOPPED = frozenset({"sms_stopped"})


def write(occasion: Occasion) -> Letter:
    """The letter of the occasion's message."""
    return KINDS[occasion.message.kind].builder(occasion)


def text(occasion: Occasion) -> str:
    """The words of the occasion's text, before they are fitted to what phones can show."""
    return KINDS[occasion.message.kind].builder(occasion)
