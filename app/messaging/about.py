"""What a message is about: where that stands, for whoever may look at it, and what the mail is written from."""

from typing import Any, NamedTuple

from ..accounts.sessions import SignedIn
from ..db import db
from ..links.models import LinkRequest
from .kinds import TEST
from .words import is_test

HIDDEN = "What only its reader may know, such as {secret}, is hidden here (…)."


class About(NamedTuple):
    """A thing by name; `endpoint` and `args` lead to its page."""

    words: str
    endpoint: str
    args: dict[str, Any]


def about(message: Any, signed_in: SignedIn) -> About | None:
    """None for messages about accounts, and where the calendar is somebody else's by now."""
    if message.booking_id:
        return About("The booking", "bookings.show", {"booking_id": message.booking_id})
    if message.kind == TEST:
        notice = {"calendar_id": message.calendar_id, "kind": message.data["kind"]}
        return About("The words of this mail", "calendars.notice", notice)
    manages = signed_in.manages_account or message.calendar_host_id == signed_in.user.id
    if not message.link_id or not manages:
        return _contact(message, signed_in)
    if _waits(message):
        return About(
            "The request for a new link",
            "links.index",
            {"calendar_id": message.calendar_id, "_anchor": "requests-title"},
        )
    link = {"calendar_id": message.calendar_id, "link_id": message.link_id}
    return About("The one-time link", "links.show", link)


def written_from(message: Any) -> str:
    """Two sentences under the mail as it is shown."""
    if message.booking_id:
        thing, secret = "the booking as it then stands", "the contact's own address to change or cancel"
    elif message.kind == TEST:
        return "A test is written from an invented booking."
    elif is_test(message.kind):
        return "A test is written with the data of a contact. It leads to no real link."
    elif message.link_id:
        thing, secret = (
            "the link as it then stands",
            "a code or the address of a link, which the link's own page has",
        )
    else:
        thing, secret = "the account as it then stands", "an address that works once"
    return f"A mail is written when it is sent, from {thing}. {HIDDEN.format(secret=secret)}"


def _contact(message: Any, signed_in: SignedIn) -> About | None:
    """Contacts are the whole account's, and not its members'."""
    is_there = message.contact_id and signed_in.manages_account
    return About("The contact", "contacts.show", {"contact_id": message.contact_id}) if is_there else None


def _waits(message: Any) -> bool:
    request_id = message.data.get("request_id")
    request = db.session.get(LinkRequest, request_id) if request_id else None
    return request is not None and request.is_open
