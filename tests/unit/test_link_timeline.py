"""The timeline of a link: what is said, in which order."""

from datetime import timedelta
from types import SimpleNamespace

from app.links.models import SightingKind
from app.links.timeline import timeline

from ..factories import NOW


def event(name, minutes, actor_id=None, **data):
    return SimpleNamespace(name=name, at=NOW + timedelta(minutes=minutes), actor_id=actor_id, data=data)


def seen(kind, first, last=None, times=1):
    last = first if last is None else last
    at = (NOW + timedelta(minutes=first), NOW + timedelta(minutes=last))
    return SimpleNamespace(kind=kind, first_at=at[0], last_at=at[1], times=times)


def said(events=(), sightings=(), is_used=False):
    found = timeline(events, sightings, {1: "Ada"}, is_used)
    return [f"{entry.text}{entry.detail and ': '}{entry.detail}" for entry in found]


def test_events_name_their_person_and_what_they_changed():
    events = [
        event("link_changed", 5, 1, changed=["note", "expires_on"]),
        event("link_created", 0, 1, parent_id=3),
        event("booking_cancelled", 9, reason="ill"),
        event("link_deleted", 7, 99),
    ]
    assert said(events) == [
        "Created by Ada: As a replacement",
        "Changed by Ada: note, expiry date",
        "Deleted",
        "Booking cancelled by the contact: ill",
    ]


def test_a_person_who_opens_and_looks_is_one_visit():
    looked = seen(SightingKind.LOOKED, 1)
    assert said(sightings=[seen(SightingKind.FETCHED, 0), looked]) == ["Opened by a person"]
    assert said(sightings=[seen(SightingKind.FETCHED, -60), looked]) == [
        "Opened, perhaps by a scanner",
        "Opened by a person",
    ]


def test_repeats_are_told_once_with_their_number():
    assert said(sightings=[seen(SightingKind.REFUSED, 0, 90, times=4)], is_used=True) == [
        "Opened after it was used, and refused",
        "Opened after it was used, and refused: 4 times in all",
    ]


def test_a_booking_without_its_code_has_a_line_of_its_own():
    sightings = [seen(SightingKind.FETCHED, 0), seen(SightingKind.BARRED, 1)]
    assert said(sightings=sightings) == [
        "Opened, perhaps by a scanner",
        "A booking was sent without the code, and refused",
    ]


def test_a_request_is_no_booking_yet():
    events = [
        event("booking_created", 0, status="tentative"),
        event("booking_created", 1, status="confirmed"),
    ]
    assert said(events) == ["Asked for", "Booked"]


def test_an_unknown_event_is_still_told():
    assert said([event("booking_moved", 0)]) == ["Booking moved"]
