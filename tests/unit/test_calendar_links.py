"""Links that open a web calendar with the booking filled in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar_links import calendar_links
from app.scheduling.ical import CalendarEntry, Person

START = datetime(2026, 12, 9, 8, tzinfo=UTC)
ENTRY = CalendarEntry(
    uid="9f3c@book.example.org",
    starts_at=START,
    ends_at=START + timedelta(minutes=30),
    summary="Q&A + tea = 100% #1",
    organizer=Person("Dana Reyes", "dana@example.org"),
    attendee=Person("Sam Lee", "sam@example.org"),
    location="Straße 1",
    description="First line\nsecond line 😀",
    manage_url="https://book.example.org/m/secret-token",
)
OUTLOOK = {
    "path": "/calendar/action/compose",
    "rru": "addevent",
    "startdt": "2026-12-09T08:00:00Z",
    "enddt": "2026-12-09T08:30:00Z",
    "subject": ENTRY.summary,
    "body": ENTRY.description,
    "location": ENTRY.location,
}


def query_of(address: str) -> dict[str, str]:
    return {
        name: values[0] for name, values in parse_qs(urlsplit(address).query, strict_parsing=True).items()
    }


@pytest.mark.parametrize(
    ("name", "page", "query"),
    [
        (
            "Google",
            "https://calendar.google.com/calendar/render",
            {
                "action": "TEMPLATE",
                "text": ENTRY.summary,
                "dates": "20261209T080000Z/20261209T083000Z",
                "details": ENTRY.description,
                "location": ENTRY.location,
            },
        ),
        ("Outlook", "https://outlook.live.com/calendar/action/compose", OUTLOOK),
        ("Office 365", "https://outlook.office.com/calendar/action/compose", OUTLOOK),
        (
            "Yahoo",
            "https://calendar.yahoo.com/",
            {
                "v": "60",
                "title": ENTRY.summary,
                "st": "20261209T080000Z",
                "et": "20261209T083000Z",
                "desc": ENTRY.description,
                "in_loc": ENTRY.location,
            },
        ),
    ],
)
def test_each_calendar_gets_the_booking(name, page, query):
    address = dict(calendar_links(ENTRY))[name]
    assert address.split("?")[0] == page
    assert query_of(address) == query


def test_blanks_are_never_written_as_plus():
    assert all("+" not in address for _, address in calendar_links(ENTRY))


def test_r18_the_manage_token_is_in_none():
    assert all("secret-token" not in address for _, address in calendar_links(ENTRY))


def test_what_is_empty_is_left_out():
    bare = replace(ENTRY, location="", description="")
    assert all(
        not {"location", "in_loc", "details", "body", "desc"} & set(query_of(a))
        for _, a in calendar_links(bare)
    )


@given(st.text(), st.text(), st.text())
def test_r24_no_text_gets_out_of_its_place(summary, location, description):
    ours = replace(ENTRY, summary=summary, location=location, description=description)
    for (_, address), (_, expected) in zip(calendar_links(ours), calendar_links(ENTRY), strict=True):
        assert address.split("?")[0] == expected.split("?")[0]
        assert set(query_of(address)) <= set(query_of(expected))
        assert address.isascii()
        assert address.isprintable()


def test_the_longest_texts_make_an_address_that_is_still_accepted():
    long = replace(ENTRY, summary="😀" * 5000, location="😀" * 5000, description="😀" * 5000)
    assert all(len(address) < 8000 for _, address in calendar_links(long))
