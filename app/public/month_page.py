"""The picker as plain values: a month grid, one day's times, and what to say when there are none."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..amounts import length_words
from ..localtime import Reader
from .month_parts import Grid, Slots
from .openings import Month, Openings, month_of
from .slot_words import instant_of, zone_words

ONE_GONE = "The time this link offers is no longer open."
NO_OTHER = "The link you booked with offered no other time."
NONE_LEFT = "None of the times this link offers is open any more."


@dataclass(frozen=True)
class MonthPage:
    """What the picker shows. Sentences that do not apply are empty.

    `chosen` is the day whose times stand there, `next_open` where the button to the next open time leads.
    """

    name: str
    month: Month
    has_earlier: bool
    has_later: bool
    grid: Grid
    chosen: date | None
    day_name: str
    day_zone: str
    times: Slots
    opening: str
    empty: str
    notice: str
    next_open: date | None
    next_open_name: str


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; nothing of it on a first visit."""

    month: Month | None = None
    day: date | None = None

    @property
    def is_first_visit(self) -> bool:
        """True when neither a month nor a day is asked for."""
        return self.month is None and self.day is None


def wanted_of(month: str, day: str) -> Wanted:
    """From ?month=2026-12 and ?day=2026-12-09; what is no month or day counts as not asked for."""
    asked_day = _date(day)
    if asked_day:
        return Wanted(month_of(asked_day), asked_day)
    first = _date(f"{month}-01")
    return Wanted(month_of(first) if first else None)


def month_page(openings: Openings, reader: Reader, wanted: Wanted, minutes: int, now: datetime) -> MonthPage:
    """The picker for `wanted`, in the reader's words; slots last `minutes`."""
    return _Builder(openings, reader, minutes, now).page(wanted)


class _Builder:
    def __init__(self, openings: Openings, reader: Reader, minutes: int, now: datetime) -> None:
        self.openings, self.reader, self.now = openings, reader, now
        self.duration = timedelta(minutes=minutes)

    def page(self, wanted: Wanted) -> MonthPage:
        first = self._day_of(self.openings.first_open()) if wanted.is_first_visit else None
        month = self._within(wanted.month or (month_of(first) if first else self.openings.first_month))
        times = self.openings.in_month(month)
        chosen = self._chosen(wanted, first, month, times)
        empty, next_open = self._nothing_open(month, chosen, times)
        starts = tuple(times.get(chosen, ()))
        return MonthPage(
            name=self._name(month),
            month=month,
            has_earlier=self.openings.first_month < month,
            has_later=month < self.openings.last_month,
            grid=self._grid(month, chosen, times),
            chosen=chosen,
            day_name=self.reader.day(chosen, weekday="long") if chosen else "",
            # The zone in force on the day, which is not always the one of today.
            day_zone=zone_words(self.reader, (*starts[:1], *starts[-1:])),
            times=Slots(self.reader, starts, self.duration),
            opening=f"The next open time is {self.reader.day(first)}." if first else "",
            empty=empty,
            notice=self._notice(chosen) if empty else "",
            next_open=next_open,
            next_open_name=self.reader.day(next_open) if next_open else "",
        )

    def _within(self, month: Month) -> Month:
        """Months before and after all that can be booked would be empty for ever."""
        return min(max(month, self.openings.first_month), self.openings.last_month)

    def _chosen(self, wanted: Wanted, first: date | None, month: Month, times: dict) -> date | None:
        if wanted.day and month == wanted.month:
            return wanted.day
        return first or next(iter(times), None)

    def _nothing_open(self, month: Month, chosen: date | None, times: dict) -> tuple[str, date | None]:
        """Why no time stands there, and the day of the next open one."""
        if times.get(chosen):
            return "", None
        found = self.openings.next_after_day(chosen or month.last)
        if found is None and (found := self.openings.first_open()) is None:
            return self._nothing_at_all(), None
        said = f"on {self.reader.day(chosen)}" if chosen else f"in {self._name(month)}"
        return f"No times left {said}.", self._day_of(found)

    def _nothing_at_all(self) -> str:
        offered = self.openings.terms.times
        if offered and self.openings.terms.held:
            return NO_OTHER
        if offered:
            return NONE_LEFT if len(offered) > 1 else ONE_GONE
        if self.openings.end <= self.openings.first:
            return "The days that could be booked are over."
        return f"No open times until {self.reader.day(self.openings.last_day, weekday=None)}."

    def _notice(self, chosen: date | None) -> str:
        minutes = self.openings.kept.calendar.minimum_notice_minutes
        if not minutes or not chosen or not self.openings.hides_by_notice(chosen):
            return ""
        words = length_words(minutes)
        return "Bookings need " + words + ("'" if words.endswith("s") else "'s") + " notice."

    def _grid(self, month: Month, chosen: date | None, times: dict[date, list[int]]) -> Grid:
        days = (date(month.year, month.number, number) for number in range(1, month.last.day + 1))
        counts = tuple(len(times.get(day, ())) for day in days)
        return Grid(self.reader.locale, month, counts, chosen, self.reader.local_date(self.now))

    def _name(self, month: Month) -> str:
        return self.reader.month_name(month.year, month.number)

    def _day_of(self, start: int | None) -> date | None:
        return None if start is None else self.reader.local_date(instant_of(start))


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    # Beyond these years a month has no grid, and nothing can be booked there.
    return found if 1970 <= found.year < 9000 and len(text) == 10 else None
