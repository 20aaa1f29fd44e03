"""Calendar files: what they say, and that no text in them can say anything else (R24)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from app.scheduling.ical import CalendarEntry, Person, booking_ics, one_line, plain

START = datetime(2026, 12, 9, 8, tzinfo=UTC)
STAMP = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)
ENTRY = CalendarEntry(
    uid="9f3c@book.example.org",
    starts_at=START,
    ends_at=START + timedelta(minutes=30),
    summary="Intro call: Sam Lee and Dana Reyes",
    organizer=Person("Dana Reyes", "dana@example.org"),
    attendee=Person("Sam Lee", "sam@example.org"),
    location="Room 4, Main Street 1",
    description="Bring your questions.",
    manage_url="https://book.example.org/m/token",
)
PIECES = [
    *'\r\n\v\x85\u2028\0\ud800:;,"^\\ \t😀日',
    "\r\n",
    "\\n",
    "^n",
    "e\u0301",
    "BEGIN:VEVENT",
    "END:VCALENDAR",
    "X-A:1",
    "ATTENDEE:mailto:eve@example.org",
]
NASTY = st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join))
ALWAYS = ["SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE", "ORGANIZER", "STATUS", "TRANSP"]


def event_of(ics: bytes):
    calendar = Calendar.from_ical(ics)
    (event,) = calendar.walk("VEVENT")
    return event


def lines_of(ics: bytes) -> list[str]:
    """The unfolded lines, read by the letter of RFC 5545 3.1 and not by the library that wrote them."""
    assert ics.endswith(b"\r\n")
    physical = ics[:-2].split(b"\r\n")
    assert all(len(line) <= 75 for line in physical)
    assert not any(byte in line for line in physical for byte in (b"\r", b"\n", b"\0"))
    for line in physical:
        line.decode("utf-8")
    return ics[:-2].replace(b"\r\n ", b"").decode().split("\r\n")


def names_of(ics: bytes) -> list[str]:
    return [line.replace(";", ":").split(":")[0] for line in lines_of(ics)]


def test_a_file_to_download_says_the_whole_booking():
    calendar = Calendar.from_ical(booking_ics(ENTRY, STAMP))
    event = event_of(booking_ics(ENTRY, STAMP))
    assert (calendar["METHOD"], calendar["VERSION"], calendar["CALSCALE"]) == ("PUBLISH", "2.0", "GREGORIAN")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (ENTRY.uid, 0, "CONFIRMED")
    assert (event["DTSTART"].dt, event["DTEND"].dt, event["DTSTAMP"].dt) == (
        START,
        START + timedelta(minutes=30),
        STAMP,
    )
    assert (event["SUMMARY"], event["LOCATION"], event["URL"]) == (
        ENTRY.summary,
        ENTRY.location,
        ENTRY.manage_url,
    )
    assert (
        event["DESCRIPTION"] == "Bring your questions.\n\nChange or cancel: https://book.example.org/m/token"
    )
    assert (event["ORGANIZER"], event["ORGANIZER"].params["CN"]) == ("mailto:dana@example.org", "Dana Reyes")


def test_instants_are_written_in_utc_whatever_zone_they_come_in():
    plus_two = replace(ENTRY, starts_at=START.astimezone(timezone(timedelta(hours=2))))
    assert "DTSTART:20261209T080000Z" in lines_of(booking_ics(plus_two, STAMP))


def test_naive_instants_are_refused():
    with pytest.raises(ValueError, match="zone"):
        booking_ics(replace(ENTRY, starts_at=datetime(2026, 12, 9, 8)), STAMP)


def test_publish_has_no_attendee():
    assert "ATTENDEE" not in names_of(booking_ics(ENTRY, STAMP))


@pytest.mark.parametrize(
    ("method", "status"), [("REQUEST", "CONFIRMED"), ("REQUEST", "TENTATIVE"), ("CANCEL", "CANCELLED")]
)
def test_a_message_names_the_attendee_who_has_accepted(method, status):
    ics = booking_ics(ENTRY, STAMP, method=method, status=status, sequence=3)
    event = event_of(ics)
    assert f"METHOD:{method}" in lines_of(ics)
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == (status, 3, ENTRY.uid)
    assert event["ATTENDEE"] == "mailto:sam@example.org"
    assert event["ATTENDEE"].params == {
        "CN": "Sam Lee", "CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"
    }  # fmt: skip


def test_what_is_empty_is_left_out():
    bare = replace(ENTRY, location="", description="", manage_url=None)
    assert not {"LOCATION", "DESCRIPTION", "URL"} & set(names_of(booking_ics(bare, STAMP)))


def test_a_person_without_a_name_is_called_by_their_address():
    unnamed = replace(ENTRY, organizer=Person(" ", "dana@example.org"))
    assert event_of(booking_ics(unnamed, STAMP))["ORGANIZER"].params["CN"] == "dana@example.org"


@given(uid=NASTY, summary=NASTY, location=NASTY, description=NASTY, name=NASTY, email=NASTY, url=NASTY)
def test_r24_no_text_becomes_a_line(uid, summary, location, description, name, email, url):
    entry = replace(
        ENTRY, uid=uid, summary=summary, location=location, description=description, manage_url=url
    )
    entry = replace(entry, organizer=Person(name, email), attendee=Person(name, email))
    names = names_of(booking_ics(entry, STAMP, method="REQUEST"))
    assert names[:5] == ["BEGIN", "VERSION", "PRODID", "CALSCALE", "METHOD"]
    assert names.count("BEGIN") == names.count("END") == 2
    optional = {"LOCATION", "DESCRIPTION", "URL"}
    assert sorted(set(names[6:-2]) - optional) == sorted([*ALWAYS, "ATTENDEE"])
    assert len(set(names[6:-2])) == len(names[6:-2])


@given(text=NASTY, name=NASTY)
def test_r24_texts_come_back_as_they_went(text, name):
    entry = replace(ENTRY, summary=text, location=text, description=text, manage_url=None)
    event = event_of(booking_ics(replace(entry, organizer=Person(name, "dana@example.org")), STAMP))
    assert event["SUMMARY"] == one_line(text)
    assert event.get("LOCATION", "") == one_line(text)
    assert event.get("DESCRIPTION", "") == plain(text).strip()
    assert event["ORGANIZER"] == "mailto:dana@example.org"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nb\rc\u2028d", "a b c d"),
        ("nul\0bell\x07", "nulbell"),
        ("lone \ud83d surrogate", "lone surrogate"),
        ("  two   blanks ", "two blanks"),
    ],
)
def test_one_line(text, line):
    assert one_line(text) == line


def test_long_lines_are_folded_between_characters():
    entry = replace(ENTRY, description="日本語😀" * 60)
    assert event_of(booking_ics(entry, STAMP))["DESCRIPTION"].startswith("日本語😀" * 60)
    assert lines_of(booking_ics(entry, STAMP))
