"""The words of mails about bookings: what they say unless the owner has written their own, and which values they may
name. Pure."""

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
    "booking.reference": "The reference both can say on the phone",
    "booking.manage_link": "The contact's own address to change or cancel",
}

_WITH = "{{ calendar.name }} with {{ host.name }}, {{ booking.short_time }}"
_HELLO = "Hello {{ contact.first_name }},\n\n"

# Mails to the contact: kind -> its words.
TEXTS = {
    "booking_confirmed": Text(
        f"Booked: {_WITH}", f"{_HELLO}you are booked. {{{{ host.name }}}} expects you."
    ),
    "booking_moved": Text(f"New time: {_WITH}", f"{_HELLO}your booking has a new time."),
    "booking_cancelled": Text(f"Cancelled: {_WITH}", f"{_HELLO}this booking has been cancelled."),
    "booking_requested": Text(
        f"Requested: {_WITH}",
        f"{_HELLO}{{{{ host.name }}}} has your request, and the time is kept for you until it is answered.",
    ),
    "booking_accepted": Text(
        f"Confirmed: {_WITH}", f"{_HELLO}{{{{ host.name }}}} has confirmed your booking."
    ),
    "booking_declined": Text(
        f"Declined: {_WITH}",
        f"{_HELLO}{{{{ host.name }}}} cannot take this booking. The time is not kept for you.",
    ),
    "booking_request_expired": Text(
        f"Not confirmed: {_WITH}",
        f"{_HELLO}your request was not answered in time, so the time is no longer kept for you.",
    ),
    "booking_reminder": Text(f"Reminder: {_WITH}", f"{_HELLO}your booking is coming up."),
    "booking_follow_up": Text(
        "Thank you: {{ calendar.name }} with {{ host.name }}", f"{_HELLO}thank you for your time."
    ),
}
