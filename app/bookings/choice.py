"""Which bookings a page shows, as its address says it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from ..digits import whole_number

PAGE_SIZES = (25, 50, 100)
LATEST = 4_102_444_800  # the year 2100, in epoch seconds


class Section(StrEnum):
    """The lists. A cancelled booking is in its own, whenever its time is; a request is among those to come as well."""

    REQUESTS = "requests"
    UPCOMING = "upcoming"
    PAST = "past"
    CANCELLED = "cancelled"

    @property
    def is_soonest_first(self) -> bool:
        """What comes next is read first; of what is over, the latest."""
        return self in (Section.REQUESTS, Section.UPCOMING)


class Place(NamedTuple):
    """A place in a list: that of a booking by its start, then by its id. It stays when the booking goes."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{int(self.at.timestamp())}-{self.id}"


@dataclass(frozen=True)
class Choice:
    """Filters and page. Dates are the reader's, both included; at most one of `after` and `before` is set."""

    section: Section = Section.UPCOMING
    calendar_id: int | None = None
    from_on: date | None = None
    until_on: date | None = None
    per_page: int = PAGE_SIZES[0]
    after: Place | None = None
    before: Place | None = None

    @classmethod
    def from_args(
        cls,
        args: Mapping[str, str],
        calendar_id: int | None = None,
        from_on: date | None = None,
        until_on: date | None = None,
    ) -> "Choice":
        """What the query string asks for; the filters that people type come in checked."""
        after = place_of(args.get("after", ""))
        size = args.get("per", "")
        return cls(
            section=next((each for each in Section if each == args.get("status")), Section.UPCOMING),
            calendar_id=calendar_id,
            from_on=from_on,
            until_on=until_on,
            per_page=next((each for each in PAGE_SIZES if str(each) == size), PAGE_SIZES[0]),
            after=after,
            before=None if after else place_of(args.get("before", "")),
        )

    @property
    def is_narrowed(self) -> bool:
        """True when more than the section decides what is left out."""
        return bool(self.calendar_id or self.from_on or self.until_on)

    def args(self, **changes: Any) -> dict[str, str]:
        """The query of this list with `changes`; without a place of its own it starts at its beginning."""
        wanted = replace(self, **{"after": None, "before": None, **changes})
        said = {
            "status": wanted.section.value if wanted.section != Section.UPCOMING else None,
            "calendar": wanted.calendar_id,
            "from": wanted.from_on,
            "until": wanted.until_on,
            "per": wanted.per_page if wanted.per_page != PAGE_SIZES[0] else None,
            "after": wanted.after,
            "before": wanted.before,
        }
        return {name: str(value) for name, value in said.items() if value}


def place_of(text: str) -> Place | None:
    """The place that "<epoch seconds>-<id>" names; None for any other text."""
    seconds, _, number = text.partition("-")
    at, id_ = whole_number(seconds, LATEST), whole_number(number)
    return None if at is None or id_ is None else Place(datetime.fromtimestamp(at, UTC), id_)
