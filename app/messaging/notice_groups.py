"""The mails of a calendar as its settings list them. Pure."""

from typing import NamedTuple

from .booking_letters import ContactMail
from .kinds import KINDS
from .notices import FOLLOW_UP, HOSTS_REMINDER, REMINDER, USUAL, Setting

BEFORE = {minutes: f"{words} before" for minutes, words in (
    (15, "15 minutes"), (30, "30 minutes"), (60, "1 hour"), (120, "2 hours"), (240, "4 hours"),
    (1440, "1 day"), (2880, "2 days"), (4320, "3 days"), (10080, "1 week"),
)}  # fmt: skip
AFTER = {minutes: f"{words} after it ends" for minutes, words in (
    (15, "15 minutes"), (60, "1 hour"), (240, "4 hours"), (1440, "1 day"),
)}  # fmt: skip
TIMES = {REMINDER: BEFORE, HOSTS_REMINDER: BEFORE, FOLLOW_UP: AFTER}
GROUPS = {
    "To the contact": ("booking_confirmed", "booking_moved", "booking_cancelled", REMINDER, FOLLOW_UP),
    "To the host": (
        "booking_confirmed_host",
        "booking_moved_host",
        "booking_cancelled_host",
        HOSTS_REMINDER,
    ),
    "To the contact, of bookings that are confirmed by hand": (
        "booking_requested",
        "booking_accepted",
        "booking_declined",
        "booking_request_expired",
        "booking_withdrawn",
    ),
    "To the host, of bookings that are confirmed by hand": (
        "booking_requested_host",
        "booking_accepted_host",
        "booking_request_expired_host",
        "booking_withdrawn_host",
    ),
}


class Line(NamedTuple):
    """One kind of mail in the list: whether it is sent, when, and whether in the owner's own words."""

    kind: str
    title: str
    is_on: bool
    times: str
    has_own_words: bool


def lines(changed: dict[str, Setting]) -> dict[str, list[Line]]:
    """The list, by group; `changed` as notices.settings_of gives it."""
    return {title: [_line(kind, changed) for kind in kinds] for title, kinds in GROUPS.items()}


def has_words(kind: str) -> bool:
    """True for mails whose words are the owner's to choose: those to the contact."""
    return isinstance(KINDS[kind].builder, ContactMail)


def _line(kind: str, changed: dict[str, Setting]) -> Line:
    setting = changed.get(kind) or USUAL.get(kind, Setting())
    words = TIMES.get(kind, {})
    times = ", ".join(words[each] for each in sorted(setting.minutes, reverse=True) if each in words)
    return Line(kind, KINDS[kind].title, setting.is_on, times, bool(setting.subject or setting.opening))
