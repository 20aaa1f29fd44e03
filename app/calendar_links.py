"""Addresses that open a web calendar with a booking filled in. The person presses; nothing is fetched from here.

They never carry `manage_url`: these addresses end in other companies' logs, and it is a secret.
"""

from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, urlencode

from .scheduling.ical import CalendarEntry, one_line, plain

# Long addresses are refused (Google's limit lies near 8 kB), and one letter may take 12 characters.
_LONGEST_LINE, _LONGEST_TEXT = 100, 400
_OUTLOOK_PATH = {"path": "/calendar/action/compose", "rru": "addevent"}


class CalendarLink(NamedTuple):
    """`name` is the text of the link."""

    name: str
    address: str


def calendar_links(entry: CalendarEntry) -> list[CalendarLink]:
    """One link each for Google, Outlook, Office 365 and Yahoo."""
    return [
        CalendarLink("Google", _google(entry)),
        CalendarLink("Outlook", _outlook("https://outlook.live.com", entry)),
        CalendarLink("Office 365", _outlook("https://outlook.office.com", entry)),
        CalendarLink("Yahoo", _yahoo(entry)),
    ]


def _google(entry: CalendarEntry) -> str:
    return _address(
        "https://calendar.google.com/calendar/render",
        action="TEMPLATE",
        text=_line(entry.summary),
        dates=f"{_compact(entry.starts_at)}/{_compact(entry.ends_at)}",
        details=_text(entry.description),
        location=_line(entry.location),
    )


def _outlook(host: str, entry: CalendarEntry) -> str:
    return _address(
        f"{host}/calendar/action/compose",
        **_OUTLOOK_PATH,
        startdt=_dashed(entry.starts_at),
        enddt=_dashed(entry.ends_at),
        subject=_line(entry.summary),
        body=_text(entry.description),
        location=_line(entry.location),
    )


def _yahoo(entry: CalendarEntry) -> str:
    return _address(
        "https://calendar.yahoo.com/",
        v="60",
        title=_line(entry.summary),
        st=_compact(entry.starts_at),
        et=_compact(entry.ends_at),
        desc=_text(entry.description),
        in_loc=_line(entry.location),
    )


def _address(base: str, **query: str) -> str:
    # Blanks as %20: Outlook shows a plus as a plus.
    return (
        f"{base}?{urlencode({name: text for name, text in query.items() if text}, quote_via=quote, safe='')}"
    )


def _line(text: str) -> str:
    return one_line(text)[:_LONGEST_LINE]


def _text(text: str) -> str:
    return plain(text).strip()[:_LONGEST_TEXT]


def _compact(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _dashed(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
