"""Instants in a reader's words, and wall times as instants."""

from calendar import Calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from . import zones
from .errors import Invalid
from .locales import Conventions, HourCycle, clock, conventions

Width = Literal["short", "long"]


class NoSuchTime(Invalid):
    """The clocks skip this wall time on this day."""


@dataclass(frozen=True)
class Reader:
    """Who reads: an IANA zone, a locale such as "en_GB", and "12" or "24" if they chose it themselves.

    Everything here takes aware datetimes; naive ones raise ValueError. A time that the clocks show twice on its
    day always carries its offset, "02:30 (UTC+2)".
    """

    tz: str
    locale: str
    hour_cycle: HourCycle | None = None

    def local(self, instant: datetime) -> datetime:
        """The instant on the reader's clocks."""
        if instant.tzinfo is None:
            raise ValueError("an instant needs its zone")
        return instant.astimezone(self._zone)

    def local_date(self, instant: datetime) -> date:
        """The date on the reader's calendar at that instant."""
        return self.local(instant).date()

    def day(
        self, when: date, *, weekday: Width | None = "short", month: Width = "long", year: bool = False
    ) -> str:
        """A date, or the reader's date of an instant: "Wed 9 December", "Wed, December 9" in en_US."""
        day = self.local(when) if isinstance(when, datetime) else when
        words = self._conventions
        month_word = (words.months if month == "long" else words.short_months)[day.month]
        if words.is_month_first:
            parts = [f"{month_word} {day.day}", *([str(day.year)] if year else [])]
            return ", ".join([*self._weekday(day, weekday), *parts])
        parts = [str(day.day), month_word, *([str(day.year)] if year else [])]
        return " ".join([*self._weekday(day, weekday), *parts])

    def long_day(self, when: date) -> str:
        """ "Wednesday 9 December 2026"."""
        return self.day(when, weekday="long", year=True)

    def time(self, instant: datetime) -> str:
        """ "09:00" or "9:00 AM". The page round it has to name the zone."""
        return self._time(self.local(instant))

    def span(self, start: datetime, duration: timedelta) -> str:
        """ "09:00 to 09:30". The page round it has to name the zone."""
        return f"{self.time(start)} to {self.time(start + duration)}"

    def when(self, start: datetime, duration: timedelta) -> str:
        """Everything at once: "Wednesday 9 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)"."""
        until = self.time(start + duration)
        if self.local_date(start) != self.local_date(start + duration):
            until = f"{self.long_day(start + duration)}, {until}"
        return f"{self.long_day(start)}, {self.time(start)} to {until} ({self._zone_of(start, start + duration)})"

    def short(self, instant: datetime, *, year: bool = False) -> str:
        """One line of a list: "Wed 9 Dec 09:00 Berlin"."""
        comma = "," if self._conventions.is_month_first else ""
        return (
            f"{self.day(instant, month='short', year=year)}{comma} {self.time(instant)} {zones.city(self.tz)}"
        )

    def ago(self, instant: datetime, now: datetime) -> str:
        """ "just now", "5 min ago", "2 h ago" within a day; before that and in the future the date, "20 Nov"."""
        minutes = (now - instant) // timedelta(minutes=1)
        if 0 <= minutes < 24 * 60:
            return _ago(minutes)
        is_this_year = self.local_date(instant).year == self.local_date(now).year
        return self.day(instant, weekday=None, month="short", year=not is_this_year)

    def zone_label(self, now: datetime) -> str:
        """ "Berlin time (UTC+1)"."""
        return zones.label(self.tz, now)

    @property
    def zone_name(self) -> str:
        """ "Berlin time"."""
        return zones.time_of(self.tz)

    def zone_options(self, now: datetime, include: Iterable[str] = ()) -> zones.Options:
        """The list of zones with the reader's clock; the reader's own zone is always among them."""
        return zones.options(now, self._clock, {self.tz, *include})

    def month_name(self, year: int, month: int) -> str:
        """ "December 2026"."""
        return f"{self._conventions.months[month]} {year}"

    def weekday_names(self, width: Width = "short") -> list[str]:
        """The seven names, beginning with the reader's first day of the week."""
        words, first = self._conventions, self._conventions.first_weekday
        names = words.weekdays if width == "long" else words.short_weekdays
        return [*names[first:], *names[:first]]

    def month_grid(self, year: int, month: int) -> list[list[date]]:
        """The month as whole weeks of seven dates, so with days of its neighbours. Years 2 to 9998."""
        return Calendar(self._conventions.first_weekday).monthdatescalendar(year, month)

    @property
    def direction(self) -> str:
        """ "ltr" or "rtl", of the locale's script."""
        return self._conventions.direction

    @property
    def clock_hours(self) -> HourCycle:
        """ "12" or "24": what this reader sees, by choice or by territory."""
        return self.hour_cycle or self._conventions.hour_cycle

    @cached_property
    def _zone(self) -> ZoneInfo:
        return zones.zone(self.tz)

    @cached_property
    def _conventions(self) -> Conventions:
        return conventions(self.locale)

    @cached_property
    def _clock(self) -> Callable[[datetime], str]:
        return clock(self.locale, self.clock_hours)

    def _weekday(self, day: date, width: Width | None) -> list[str]:
        if width is None:
            return []
        words = self._conventions
        return [(words.weekdays if width == "long" else words.short_weekdays)[day.weekday()]]

    def _time(self, local: datetime) -> str:
        words = self._clock(local)
        return f"{words} ({zones.offset_of(local)})" if _is_shown_twice(local) else words

    def _zone_of(self, start: datetime, end: datetime) -> str:
        offsets = dict.fromkeys(zones.offset_words(self.tz, instant) for instant in (start, end))
        if not zones.has_place(self.tz):
            return zones.city(self.tz)
        return f"{zones.city(self.tz)} time, {' then '.join(offsets)}"


def wall_to_instant(day: date, minutes: int, tz: str) -> datetime:
    """The UTC instant when clocks in `tz` show `minutes` (0 to 1440) after midnight of `day`.

    A time shown twice, when the clocks go back, means the first. Raises NoSuchTime for one that is skipped.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    instant = wall.replace(tzinfo=zones.zone(tz)).astimezone(UTC)
    if instant.astimezone(zones.zone(tz)).replace(tzinfo=None) != wall:
        # zoneinfo takes skipped times without a word; only the way back shows them.
        raise NoSuchTime(
            f"{wall:%H:%M} does not exist on {wall.day} {wall:%B %Y} in {zones.city(tz)}: "
            "the clocks go forward past it. Choose another time."
        )
    return instant


def _is_shown_twice(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() > local.replace(fold=1).utcoffset()


def _ago(minutes: int) -> str:
    if minutes == 0:
        return "just now"
    return f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h ago"
