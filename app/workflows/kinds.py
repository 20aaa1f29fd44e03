"""What can start a workflow, and what its steps can do: the words they are chosen by, and what each needs. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class TriggerKind(NamedTuple):
    """`events` are the names of what it follows; without one it is found by the clock, or started by somebody.

    `filters` can narrow it down, each to one value. `knows` says what a run that it starts has beside its contact.
    """

    title: str
    group: str
    events: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()
    is_timed: bool = False


class StepKind(NamedTuple):
    """`verb` is what the list of a run says: "Send an e-mail"."""

    title: str
    verb: str


CONTACTS, CALLS, BOOKINGS, LINKS, OTHER = (
    "Contacts",
    "Calls and SMS",
    "Bookings",
    "One-time links",
    "Started from outside",
)

TRIGGERS = {
    "form_submitted": TriggerKind("Form submitted", CONTACTS, ("form_submitted",), ("form_id",)),
    "stage_reached": TriggerKind("Stage reached", CONTACTS, ("stage_reached",), ("pipeline_id", "stage_id")),
    "contact_created": TriggerKind("Contact created", CONTACTS, ("contact_created",), ("source",)),
    "tag_added": TriggerKind("Tag added", CONTACTS, ("tag_added",), ("tag",)),
    "call_missed": TriggerKind("Missed call", CALLS, ("call_missed",)),
    "sms_received": TriggerKind("SMS reply", CALLS, ("sms_received",)),
    "booking_made": TriggerKind(
        "Booking made", BOOKINGS, ("booking_created",), ("calendar_id",), ("booking",)
    ),
    "booking_confirmed": TriggerKind(
        "Booking request confirmed", BOOKINGS, ("booking_confirmed",), ("calendar_id",), ("booking",)
    ),
    "booking_changed": TriggerKind(
        "Booking changed", BOOKINGS, ("booking_rescheduled",), ("calendar_id",), ("booking",)
    ),
    "booking_cancelled": TriggerKind(
        "Booking cancelled",
        BOOKINGS,
        ("booking_cancelled", "booking_declined", "booking_request_expired"),
        ("calendar_id",),
        ("booking",),
    ),
    "booking_no_show": TriggerKind("No-show", BOOKINGS, ("booking_no_show",), ("calendar_id",), ("booking",)),
    "before_booking": TriggerKind(
        "Some time before a booking", BOOKINGS, (), ("calendar_id", "minutes"), ("booking",), is_timed=True
    ),
    "after_booking": TriggerKind(
        "Some time after a booking", BOOKINGS, (), ("calendar_id", "minutes"), ("booking",), is_timed=True
    ),
    "link_made": TriggerKind("Link made", LINKS, ("link_created",), ("calendar_id",), ("link",)),
    "link_sent": TriggerKind(
        "Link sent", LINKS, ("link_send_asked", "link_messaged"), ("calendar_id",), ("link",)
    ),
    "link_not_opened": TriggerKind(
        "Link not opened after some time", LINKS, (), ("calendar_id", "minutes"), ("link",), is_timed=True
    ),
    "link_not_booked": TriggerKind(
        "Link opened, not booked after some time",
        LINKS,
        (),
        ("calendar_id", "minutes"),
        ("link",),
        is_timed=True,
    ),
    "link_used": TriggerKind("Link used", LINKS, ("booking_created",), ("calendar_id",), ("link", "booking")),
    "link_opened_after_use": TriggerKind(
        "Link opened by somebody after it was used", LINKS, (), ("calendar_id",), ("link",), is_timed=True
    ),
    "link_asked_for": TriggerKind(
        "New link asked for", LINKS, ("link_request_created",), ("calendar_id",), ("link",)
    ),
    "link_expired": TriggerKind("Link expired", LINKS, (), ("calendar_id",), ("link",), is_timed=True),
    "by_hand": TriggerKind("Added by hand only", OTHER),
    "hook": TriggerKind("Inbound hook", OTHER),
}
# What starts a workflow by one of these has a link that books no more.
OVER_LINKS = ("link_used", "link_opened_after_use", "link_asked_for", "link_expired")
# A contact that comes by one of these may have no e-mail address.
BY_PHONE = ("call_missed", "sms_received")

STEPS = {
    "create_link": StepKind("Create one-time link", "Create one-time link"),
    "send_email": StepKind("Send e-mail", "Send e-mail"),
    "send_sms": StepKind("Send SMS", "Send SMS"),
    "wait": StepKind("Wait", "Wait"),
    "if": StepKind("If / else", "If"),
    "add_tag": StepKind("Add tag", "Add tag"),
    "remove_tag": StepKind("Remove tag", "Remove tag"),
    "set_field": StepKind("Set field", "Set field"),
    "move_stage": StepKind("Move to stage", "Move to stage"),
    "notify": StepKind("Notify a member", "Notify a member"),
    "webhook": StepKind("Call a webhook", "Call a webhook"),
    "stop": StepKind("Stop", "Stop"),
}
SENDING = ("send_email", "send_sms")
WAITS = {
    "time": "a time",
    "date": "a date",
    "before_booking": "a time before the booking",
    "after_booking": "a time after the booking",
    "link_used": "the link is used, or a time passes",
}
ROUND_BOOKING = ("before_booking", "after_booking")


def following(event_name: str) -> tuple[str, ...]:
    """The kinds of triggers that look at events of this name."""
    return tuple(kind for kind, each in TRIGGERS.items() if event_name in each.events)


def followed() -> frozenset[str]:
    """The names of all events that can start a workflow."""
    return frozenset(name for each in TRIGGERS.values() for name in each.events)


def matches(kind: str, filters: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    """True when what was seen is what the filters ask for; an empty filter asks for nothing. Times are no filters."""
    wanted = ((name, filters.get(name)) for name in TRIGGERS[kind].filters if name != "minutes")
    return all(value in (None, "") or _plain(value) == _plain(seen.get(name)) for name, value in wanted)


def knows(kind: str, what: str) -> bool:
    """True when a run that this starts has a "link" or a "booking" from the beginning."""
    return kind in TRIGGERS and what in TRIGGERS[kind].knows


def _plain(value: Any) -> Any:
    return value.strip().casefold() if isinstance(value, str) else value
