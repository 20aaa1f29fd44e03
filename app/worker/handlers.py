"""Who reacts to what: the only map from events to functions, and what is done every so often.

A handler gets the event and the present time, in an app context and outside any transaction; it opens its own. It may
be called more than once for one event, so what it makes has a unique key made from the event's id. What it raises is
tried again, later and later, and at last listed under Background work, beside the first sentence of its docstring.
One that returns a time is called again then, with the same event: so work waits for months and holds no thread.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..accounts import forgetting
from ..bookings import requests
from ..contacts import bookings as contacts_of_bookings
from ..contacts import imports
from ..events import Event
from ..messaging import account_mails, delivery, link_mails, mails, reminders
from ..operating import personal
from ..phone import receipts
from ..workflows import adding, runner, timed, triggers
from ..workflows.runs import RESUMED, STARTED
from . import tidying

Handler = Callable[[Event, datetime], datetime | None]


@dataclass(frozen=True)
class Periodic:
    """Work done again and again, by one worker at a time. `run` may be called sooner, later or twice."""

    name: str
    every: timedelta
    run: Callable[[datetime], None]


_OF_FEATURES: dict[str, tuple[Handler, ...]] = {
    "booking_created": (mails.booking_created, contacts_of_bookings.booking_created),
    "booking_rescheduled": (mails.booking_rescheduled,),
    "booking_cancelled": (mails.booking_cancelled,),
    "manage_link_asked": (link_mails.manage_link_asked,),
    "link_send_asked": (link_mails.link_send_asked,),
    "recipient_code_asked": (link_mails.recipient_code_asked,),
    "link_request_created": (link_mails.link_request_created,),
    "booking_confirmed": (mails.booking_confirmed,),
    "booking_declined": (mails.booking_declined,),
    "booking_request_expired": (mails.booking_request_expired,),
    "password_reset_asked": (account_mails.password_reset_asked,),
    "member_invited": (account_mails.member_invited,),
    "email_change_asked": (account_mails.email_change_asked,),
    "message_queued": (delivery.deliver,),
    imports.STARTED: (imports.import_contacts,),
    STARTED: (runner.advance,),
    RESUMED: (runner.advance,),
    adding.ADDED: (adding.contacts_added,),
}

# Workflows look at what they may follow, after all others.
ON_EVENT: dict[str, tuple[Handler, ...]] = _OF_FEATURES | {
    name: (*_OF_FEATURES.get(name, ()), triggers.on_event) for name in triggers.events_followed()
}

# Asked before a job is made: to write one down, begin it and note its end costs more than all that most events need.
CONCERNS: dict[Handler, Callable[[Event], bool]] = {triggers.on_event: triggers.concerns}

PERIODIC: tuple[Periodic, ...] = (
    Periodic("messages that wait", timedelta(minutes=1), delivery.hand_out_waiting),
    Periodic("unanswered requests", timedelta(minutes=1), requests.expire_requests),
    Periodic("codes that are over", timedelta(hours=1), link_mails.forget_codes),
    Periodic("requests of hooks", timedelta(hours=1), receipts.forget_old),
    Periodic("accounts", timedelta(hours=6), forgetting.forget_old),
    Periodic("personal data", timedelta(hours=6), personal.forget_old),
    Periodic("bookings without a contact", timedelta(hours=6), contacts_of_bookings.catch_up),
    Periodic("old imports", timedelta(hours=6), imports.forget_old),
    Periodic("old events", timedelta(days=1), tidying.tidy),
    Periodic("reminders", timedelta(minutes=1), reminders.queue_due),
    Periodic("workflows by the clock", timedelta(minutes=1), timed.start_due),
    Periodic("runs without a job", timedelta(minutes=5), runner.take_up_lost),
)


def name_of(handler: Handler) -> str:
    """What waiting work calls the handler: "messaging.mails.booking_created". Moving a function renames it."""
    return f"{handler.__module__.removeprefix('app.')}.{handler.__qualname__}"


def concerns(handler: Handler, event: Event) -> bool:
    """False when the handler would have nothing to do for the event as things stand."""
    return handler not in CONCERNS or CONCERNS[handler](event)


def handlers_of(event_name: str) -> dict[str, Handler]:
    """The handlers of events of this name, by their own names."""
    return {name_of(handler): handler for handler in ON_EVENT.get(event_name, ())}


def handler_called(name: str) -> Handler | None:
    """The handler of this name; None when it was renamed or taken out since the work was handed on."""
    return next((each for every in ON_EVENT.values() for each in every if name_of(each) == name), None)
