"""Writes the mails about a link: itself, a request for another one, and the way back to the booking it made."""

from datetime import datetime, timedelta

from ..amounts import length_words
from ..bookings import manage
from ..calendars.models import Calendar
from ..db import db
from ..links import recipient_check
from ..links.models import LinkRequest, OneTimeLink, RecipientChallenge
from ..links.openness import is_open
from ..links.service import token_of
from ..localtime import Reader
from ..scheduling.ical import Person
from . import hosting
from .booking_letters import GONE
from .booking_values import Told, contacts_facts
from .letters import Action, Fact, Letter, Overtaken
from .occasions import Occasion

NO_KEY = "The server key that would open its address was dropped."
OVER = "The link was used, deleted or over before this could be sent."
FOR_ANOTHER = "The link is for another address by now."
CODE_OVER = "The code was over before this could be sent."
SETTLED = "The request was answered before this could be sent."


def manage_link(occasion: Occasion) -> Letter:
    """The address of the booking, whatever has become of it."""
    found = hosting.find(occasion.message.booking_id)
    if found is None:
        raise Overtaken(GONE)
    booking, host = found
    address = occasion.secret_address(*manage.parts_of(booking))
    if address is None:
        raise Overtaken(NO_KEY)
    told = Told(booking, host, booking.starts_at, address, hosting.reader_of(host, booking))
    return Letter(
        subject=f"Your booking: {booking.calendar.name} with {host.name}",
        title="The way to your booking",
        opening="Somebody asked for it on the page of the link that made this booking. If it was not you, there is "
        "nothing to do: it was sent to you alone.",
        facts=contacts_facts(told),
        actions=[Action("See your booking", address)],
        reason=f"You get this because {booking.email} was given for this booking.",
        reply_to=Person(host.name, host.email),
        thread=booking.uid,
    )


def booking_link(occasion: Occasion) -> Letter:
    """A link, while it can be booked and is for whom the message goes to."""
    link, calendar = _link(occasion.message.link_id)
    if occasion.is_sending:
        _require_open(link, occasion)
    address = occasion.secret_address("/o/", token_of(link))
    if address is None:
        raise Overtaken(NO_KEY)
    host = calendar.host
    return Letter(
        subject=f"Choose a time: {calendar.name} with {host.name}",
        title=f"Choose a time with {host.name}",
        opening=f"{_greeting(link)}\n\n{host.name} sends you a link to book {calendar.name}.",
        facts=_offer(link, calendar),
        actions=[Action("Choose a time", address)],
        closing=f"This link is for you alone. It works once: after you book, it closes.{_check(link)}",
        reason=f"You get this because {host.name} made a booking link for {link.for_email}.",
        reply_to=Person(host.name, host.email),
    )


def link_request_host(occasion: Occasion) -> Letter:
    """Who asks, beside whom the old link was for; the answer is given on a page, never by opening an address."""
    request = db.session.get_one(LinkRequest, occasion.message.data["request_id"], populate_existing=True)
    if occasion.is_sending and not request.is_open:
        raise Overtaken(SETTLED)
    link, calendar = _link(request.link_id)
    was_for = ", ".join(filter(None, (link.for_name, link.for_email)))
    page = f"/calendars/{calendar.id}/settings/one-time-links#requests-title"
    return Letter(
        subject=f"{request.name} asks for a new link: {calendar.name}",
        title=f"{request.name} asks for a new link",
        opening="They opened a link that is over. If you make a new one, it goes to the address they gave: look "
        "whether you know it.",
        facts=[
            Fact("Name", request.name),
            Fact("E-mail", request.email),
            *([Fact("Note", request.note)] if request.note else []),
            Fact("Calendar", calendar.name),
            *([Fact("Their link was for", was_for)] if was_for else []),
        ],
        actions=[Action("Answer the request", occasion.address(page))],
        reason=f"You get this because you are booked by the calendar {calendar.name}.",
        reply_to=Person(request.name, request.email),
    )


def recipient_code(occasion: Occasion) -> Letter:
    """The code, which is made now and stored nowhere; dropped when it could not be used any more."""
    challenge = db.session.get(RecipientChallenge, occasion.message.data["challenge_id"])
    if challenge is None or (occasion.is_sending and challenge.expires_at <= occasion.now):
        raise Overtaken(CODE_OVER)
    link, calendar = _link(challenge.link_id)
    if occasion.is_sending and link.for_email != challenge.email:
        raise Overtaken(FOR_ANOTHER)
    code = recipient_check.code_of(challenge)
    if code is None:
        raise Overtaken(NO_KEY)
    return Letter(
        subject="Your code to choose a time",
        title="Your code",
        opening="Enter this code on the page that asked for it.",
        facts=[Fact("Code", occasion.secret(code))],
        closing="It works for 15 minutes, and only in the browser that asked for it. Pass it on to nobody. If it was "
        "not you who asked, there is nothing to do: without the code nobody gets any further.",
        reason=f"You get this because {calendar.host.name} made a booking link for {challenge.email}.",
        reply_to=Person(calendar.host.name, calendar.host.email),
    )


def _link(link_id: int) -> tuple[OneTimeLink, Calendar]:
    link = db.session.get_one(OneTimeLink, link_id, populate_existing=True)
    return link, db.session.get_one(Calendar, link.calendar_id, populate_existing=True)


def _require_open(link: OneTimeLink, occasion: Occasion) -> None:
    if not is_open(link, occasion.now):
        raise Overtaken(OVER)
    if link.for_email != occasion.message.to_address:
        raise Overtaken(FOR_ANOTHER)


def _greeting(link: OneTimeLink) -> str:
    return f"Hello {link.for_name.split()[0]}," if link.for_name else "Hello,"


def _check(link: OneTimeLink) -> str:
    return " Before it shows any time, it sends a code to this address." if link.checks_recipient else ""


def _offer(link: OneTimeLink, calendar: Calendar) -> list[Fact]:
    minutes = link.duration_minutes or calendar.duration_minutes
    facts = [
        Fact("What", calendar.name),
        Fact("With", calendar.host.name),
        Fact("How long", length_words(minutes)),
    ]
    return [*facts, Fact("Open until", _last_moment(link.expires_at, calendar))] if link.expires_at else facts


def _last_moment(expires_at: datetime, calendar: Calendar) -> str:
    reader = Reader(calendar.tz, calendar.host.locale)
    last = expires_at - timedelta(minutes=1)
    return f"the end of {reader.day(last, weekday='long', year=True)}, {reader.zone_label(last)}"
