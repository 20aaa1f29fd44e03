"""The words of mails about bookings, unless the owner has written their own, and which values they may name. Pure."""

from typing import NamedTuple


class Text(NamedTuple):
    """A subject and what stands before the facts."""

    subject: str
    opening: str


# What may stand in double braces, and what each says, as the owner reads it.
VALUES = {
    "contact.first_name": "The contact's first name",
    "contact.name": "The contact's whole name",
    "contact.email": "The contact's e-mail address",
    "contact.phone": "The contact's phone number, if they gave one",
    "host.name": "Who they have booked",
    "calendar.name": "The calendar",
    "booking.start_time": "When, in full, with the zone",
    "booking.short_time": "When, in few words, with the zone",
    "booking.duration": "How long it lasts",
    "booking.place": "Where it takes place",
    "booking.reference": "The reference that both can say on the phone",
    "booking.manage_link": "The contact's own address to change or cancel",
}

_WITH = "{{ calendar.name }} with {{ host.name }}, {{ booking.short_time }}"


def _text(subject: str, sentence: str) -> Text:
    return Text(subject, f"Hello {{{{ contact.first_name }}}},\n\n{sentence}")


# Mails to the contact: kind -> its words.
TEXTS = {
    "booking_confirmed": _text(f"Booked: {_WITH}", "you are booked. {{ host.name }} expects you."),
    "booking_moved": _text(f"New time: {_WITH}", "your booking has a new time."),
    "booking_cancelled": _text(f"Cancelled: {_WITH}", "this booking has been cancelled."),
    "booking_reminder": _text(f"Reminder: {_WITH}", "your booking is coming up."),
    "booking_follow_up": _text(
        "Thank you: {{ calendar.name }} with {{ host.name }}", "thank you for your time."
    ),
    "booking_requested": _text(
        f"Requested: {_WITH}",
        "{{ host.name }} has your request. "
        "The time is kept for you until it is answered or its deadline has passed.",
    ),
    "booking_accepted": _text(f"Confirmed: {_WITH}", "{{ host.name }} has confirmed your booking."),
    "booking_declined": _text(
        f"Declined: {_WITH}", "{{ host.name }} cannot take this booking. The time is not kept for you."
    ),
    "booking_request_expired": _text(
        f"Not confirmed: {_WITH}",
        "your request was not answered in time, so the time is no longer kept for you.",
    ),
    "booking_withdrawn": _text(
        f"Request withdrawn: {_WITH}", "you have withdrawn your request. The time is no longer kept for you."
    ),
}
