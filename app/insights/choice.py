"""Which links the page counts, as its address says it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from ..scheduling.slots import monday_of

USUAL_DAYS = 90
MOST_DAYS = 731
ONE_WEEK = timedelta(days=7)


class By(StrEnum):
    """What the last table tells apart."""

    CALENDAR = "calendar"
    WORKFLOW = "workflow"
    SOURCE = "source"


@dataclass(frozen=True)
class Choice:
    """Links made on these dates of the reader's, both included, of one calendar or of all."""

    from_on: date
    until_on: date
    calendar_id: int | None = None
    by: By = By.CALENDAR

    @classmethod
    def from_args(
        cls,
        args: Mapping[str, str],
        today: date,
        calendar_id: int | None = None,
        from_on: date | None = None,
        until_on: date | None = None,
    ) -> "Choice":
        """What the query string asks for; the filters that people type come in checked. By default the last 90 days."""
        until_on = until_on or max(today, from_on or today)
        from_on = from_on or until_on - timedelta(days=USUAL_DAYS - 1)
        by = next((each for each in By if each == args.get("by")), By.CALENDAR)
        return cls(from_on, until_on, calendar_id, by)

    @property
    def is_too_long(self) -> bool:
        """True for more than two years."""
        return (self.until_on - self.from_on).days >= MOST_DAYS

    @property
    def weeks(self) -> Iterator[date]:
        """The Mondays of the weeks that the dates lie in."""
        monday = monday_of(self.from_on)
        while monday <= self.until_on:
            yield monday
            monday += ONE_WEEK

    def args(self, **changes: Any) -> dict[str, str]:
        """The query of this page with `changes`."""
        wanted = replace(self, **changes)
        said = {
            "calendar": wanted.calendar_id,
            "from": wanted.from_on,
            "until": wanted.until_on,
            "by": wanted.by.value if wanted.by != By.CALENDAR else None,
        }
        return {name: str(value) for name, value in said.items() if value}
