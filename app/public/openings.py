"""What is open in a month, on a day and next, reading the host's bookings no further than the question reaches."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from ..bookings.offering import LinkTerms, offer_of, open_offer
from ..calendars.snapshots import Snapshot
from ..scheduling.slots import Offer, is_offered, nearest, next_open, times_by_day, times_on
from ..scheduling.wallclock import date_at, day_number, segments_of_dates

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Month:
    """A month of the reader's, by year and number."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first date."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last date."""
        return self.next.first - ONE_DAY

    @property
    def next(self) -> "Month":
        """The month after."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        """The month before."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def month_of(day: date) -> Month:
    """The month a date lies in."""
    return Month(day.year, day.month)


class Openings:
    """The open times of one calendar, or one link of it, on the days of a reader in `tz`. Instants in epoch seconds."""

    def __init__(self, kept: Snapshot, terms: LinkTerms, now: datetime, tz: str) -> None:
        self.kept, self.terms, self.now, self.tz = kept, terms, now, tz
        self.first, end = offer_of(kept, terms, now).bounds
        until = terms.until_on
        self.end = min(end, _end_of(kept.calendar.tz, until)) if until else end

    @property
    def first_month(self) -> Month:
        """The month of the earliest instant that may be booked."""
        return month_of(date_at(self.tz, self.first))

    @property
    def last_month(self) -> Month:
        """The month of the latest."""
        return month_of(self.last_day)

    @property
    def last_day(self) -> date:
        """The reader's last day on which anything may be booked, by the window and by the link's own dates."""
        return date_at(self.tz, max(self.end - 1, self.first))

    def in_month(self, month: Month) -> dict[date, list[int]]:
        """The open times of the reader's days of the month."""
        start, end = self._span(month)
        return times_by_day(self._loaded(start, end), month.first, month.last, self.tz)

    def first_open(self) -> int | None:
        """The first open time there is. Reads this month's and the next's bookings, and all only when it must."""
        _, near = self._span(self.first_month.next)
        found = next_open(self._loaded(self.first, near), self.first)
        # Beyond `near` no bookings were read, so what looks open there may not be.
        return found if found is None or found < near else self.next_after(near)

    def next_after(self, instant: int) -> int | None:
        """The first open time at or after an instant."""
        start = max(instant, self.first)
        return next_open(self._loaded(start, self.end), start) if start < self.end else None

    def next_after_day(self, day: date) -> int | None:
        """The first open time after the reader's day."""
        return self.next_after(_end_of(self.tz, day))

    def has(self, instant: int) -> bool:
        """True when a slot that starts at the instant can be booked now."""
        return is_offered(self._loaded(instant, instant + 1), instant)

    def nearest(self, instant: int) -> list[int]:
        """The three open times closest to an instant."""
        return nearest(self._loaded(self.first, self.end), instant)

    def hides_by_notice(self, day: date) -> bool:
        """True when the minimum notice alone has emptied the reader's day."""
        if self.terms.times or day > date_at(self.tz, self.first):
            return False
        start = int(self.now.timestamp())
        offer = open_offer(self.kept, self.terms, self.now, start, _end_of(self.tz, day))
        return bool(times_on(replace(offer, earliest=start), day, self.tz))

    def _span(self, month: Month) -> tuple[int, int]:
        spans = segments_of_dates(self.tz, day_number(month.first), day_number(month.last))
        return max(spans[0].start, self.first), min(spans[-1].end, self.end)

    def _loaded(self, start: int, end: int) -> Offer:
        """The offer with the bookings of [start, end) in it; read once where a wider range was read before."""
        for (low, high), offer in self._ranges.items():
            if low <= start and end <= high:
                return offer
        self._ranges[start, end] = open_offer(self.kept, self.terms, self.now, start, max(start, end))
        return self._ranges[start, end]

    @cached_property
    def _ranges(self) -> dict[tuple[int, int], Offer]:
        return {}


def _end_of(tz: str, day: date) -> int:
    # A zone may have left a date out.
    spans = segments_of_dates(tz, day_number(day), day_number(day))
    return spans[-1].end if spans else _end_of(tz, day + ONE_DAY)
