"""What happened to a link, in order: events, which are facts, and sightings, which are observations. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .models import SightingKind
from .sightings import BURST

TONES = {
    "link_created": "good",
    "link_deleted": "danger",
    "booking_created": "info",
    "booking_cancelled": "danger",
    "booking_confirmed": "good",
    "booking_declined": "danger",
    "booking_request_expired": "danger",
    "recipient_check_failed": "danger",
    "recipient_check_passed": "good",
    "link_request_created": "info",
    "link_request_answered": "good",
}
SAID = {
    "link_created": "Created",
    "link_changed": "Changed",
    "link_deleted": "Deleted",
    "booking_created": "Booked",
    "booking_rescheduled": "Booking moved to another time",
    "booking_cancelled": "Booking cancelled",
    "booking_confirmed": "Request accepted",
    "booking_declined": "Request declined",
    "booking_request_expired": "Request not answered in time",
    "booking_no_show": "Marked as a no-show",
    "booking_no_show_undone": "No longer marked as a no-show",
    "link_send_asked": "Mail with the link queued",
    "recipient_code_asked": "A code was asked for",
    "recipient_check_failed": "A wrong code was entered",
    "recipient_check_passed": "The recipient entered the code",
    "link_request_created": "A new link was asked for",
    "link_request_answered": "The request was answered with a new link",
    "link_request_ignored": "The request was ignored",
    "manage_link_asked": "The contact asked for the address of the booking",
    "newer_link_refused": "Somebody asked for a newer link, and got nothing",
    "manage_link_refused": "Somebody else asked for the address of the booking, and got nothing",
}
WITHDRAWN = "Request withdrawn"  # what a contact cancels before it was confirmed
BY_EITHER = ("booking_rescheduled", "booking_cancelled")  # the host, who is then named, or the contact
SEEN = {
    SightingKind.FETCHED: "Opened, perhaps by a scanner",
    SightingKind.LOOKED: "Opened by a person",
    SightingKind.REFUSED: "Opened when it was over, and refused",
    SightingKind.BARRED: "A booking was sent without the code, and refused",
}
SEEN_TONES = {
    SightingKind.LOOKED: "info",
    SightingKind.REFUSED: "danger",
    SightingKind.BARRED: "danger",
}
OPTIONS = {
    "for_name": "name",
    "for_email": "e-mail",
    "note": "note",
    "checks_recipient": "recipient check",
    "expires_on": "expiry date",
    "duration_minutes": "duration",
    "offered_from_on": "first date",
    "offered_until_on": "last date",
    "offered_times": "offered times",
}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `tone` colours its dot; `detail` may be empty."""

    at: datetime
    text: str
    detail: str = ""
    tone: str = ""


def timeline(
    events: Iterable[Any],
    sightings: Iterable[Any],
    names: Mapping[int, str],
    is_used: bool,
    askers: Mapping[int, str] | None = None,
) -> list[Entry]:
    """All entries, oldest first. `names` are the people who may have acted, `askers` who asked for a link, by id."""
    found = [_of_event(event, names, askers or {}) for event in events]
    found += openings(sightings, is_used)
    return sorted(found, key=lambda entry: entry.at)


def openings(sightings: Iterable[Any], is_used: bool) -> list[Entry]:
    """By whom one link seems to have been opened, and how often."""
    seen = {sighting.kind: sighting for sighting in sightings}
    looked = seen.get(SightingKind.LOOKED)
    entries = []
    for kind, sighting in seen.items():
        text = (
            "Opened after it was used, and refused"
            if is_used and kind == SightingKind.REFUSED
            else SEEN[kind]
        )
        tone = SEEN_TONES.get(kind, "")
        # A person's first request looks like a scanner's; what they did next tells.
        if not (kind == SightingKind.FETCHED and looked and _is_same_visit(sighting, looked)):
            entries.append(Entry(sighting.first_at, text, "", tone))
        if sighting.times > 1:
            entries.append(Entry(sighting.last_at, text, f"{sighting.times} times in all", tone))
    return entries


def is_withdrawal(event: Any) -> bool:
    """True for the end of a request that was no booking yet."""
    return event.name == "booking_cancelled" and event.data.get("request_end") == "withdrawn"


def _of_event(event: Any, names: Mapping[int, str], askers: Mapping[int, str]) -> Entry:
    text = SAID.get(event.name, event.name.replace("_", " ").capitalize())
    if event.name == "booking_created" and event.data.get("status") == "tentative":
        text = "Asked for"
    if is_withdrawal(event):
        text = WITHDRAWN
    detail = askers.get(event.data.get("request_id"), "") or _detail(event)
    return Entry(event.at, f"{text}{_by(event, names)}", detail, TONES.get(event.name, ""))


def _by(event: Any, names: Mapping[int, str]) -> str:
    if event.actor_id in names:
        return f" by {names[event.actor_id]}"
    return " by the contact" if event.name in BY_EITHER else ""


def _detail(event: Any) -> str:
    if event.name == "link_changed":
        return ", ".join(OPTIONS.get(name, name) for name in event.data.get("changed", ()))
    if event.name == "link_created" and event.data.get("parent_id"):
        return "As a replacement"
    return event.data.get("reason", "")


def _is_same_visit(fetched: Any, looked: Any) -> bool:
    return fetched.first_at <= looked.first_at <= fetched.first_at + BURST
