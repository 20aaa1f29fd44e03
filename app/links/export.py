"""Links as CSV, line by line. Pure, but for the addresses, which a server key makes."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from .. import spreadsheets, zones
from .models import LinkStatus
from .service import token_of
from .words import SOURCE_WORDS, chip_of

HEAD = [
    "Number",
    "Status",
    "Address",
    "Name",
    "E-mail",
    "Note",
    "From",
    "Created",
    "Expires",
    "Used",
    "Deleted",
    "Booking starts",
    "Booked by",
    "Opened",
    "Opened by a person",
    "Refused after the end",
    "Time zone",
]


def lines(links: Iterable[Any], base_url: str, tz: str, now: datetime) -> Iterator[str]:
    """The file in pieces: a byte order mark, so that spreadsheets read UTF-8, the head, then a line for each link.

    Times are ISO 8601 in `tz` with their offset. Only Active links have an address: the others open nothing.
    """
    yield spreadsheets.BYTE_ORDER_MARK + spreadsheets.line(HEAD)
    for link in links:
        yield spreadsheets.line(_cells(link, base_url, tz, now))


def _cells(link: Any, base_url: str, tz: str, now: datetime) -> list[object]:
    token = token_of(link) if link.status == LinkStatus.ACTIVE else None
    return [
        link.id,
        chip_of(link, now).word,
        f"{base_url}/o/{token}" if token else "",
        link.for_name,
        link.for_email,
        link.note,
        SOURCE_WORDS[link.source],
        *(_local(at, tz) for at in (link.created_at, link.expires_at, link.used_at, link.deleted_at)),
        _local(link.booked_for, tz),
        link.booked_by,
        link.fetched or 0,
        link.looked or 0,
        link.refused or 0,
        tz,
    ]


def _local(instant: datetime | None, tz: str) -> str:
    return instant.astimezone(zones.zone(tz)).isoformat(timespec="minutes") if instant else ""
