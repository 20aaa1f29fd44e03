"""One slot in a contact's words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from .. import zones
from ..errors import DayFull, SlotClosed, SlotTaken
from ..localtime import Reader


class SlotView(NamedTuple):
    """When it is, the day to go back to, and the host's own words for it where their clocks differ."""

    when: str
    day: date
    host_when: str


class Choice(NamedTuple):
    """A slot to press: its start in epoch seconds, "Wed 9 December, 09:30", and all of it."""

    start: int
    text: str
    label: str


@dataclass(frozen=True)
class SlotWords:
    """Words for slots of one length, for one reader and a host in `host_tz`."""

    reader: Reader
    host_tz: str
    duration: timedelta

    def slot(self, start: int) -> SlotView:
        """The slot that starts at `start`, epoch seconds."""
        instant = instant_of(start)
        host = Reader(self.host_tz, self.reader.locale, self.reader.hour_cycle)
        is_same = host.local(instant).utcoffset() == self.reader.local(instant).utcoffset()
        return SlotView(
            self.reader.when(instant, self.duration),
            self.reader.local_date(instant),
            "" if is_same else host.when(instant, self.duration),
        )

    def choice(self, start: int) -> Choice:
        """The same to press."""
        instant = instant_of(start)
        text = f"{self.reader.day(instant)}, {self.reader.time(instant)}"
        label = f"{self.reader.span(instant, self.duration)}, {self.reader.day(instant, weekday='long')}"
        return Choice(start, text, label)

    def refused(self, start: int, why: SlotTaken, kept: str = "Your details are kept") -> str:
        """What to say when a form has been sent; that somebody was quicker only if somebody was."""
        said = "is no longer open" if isinstance(why, SlotClosed | DayFull) else "has just been taken"
        more = " No more bookings are taken for that day." if isinstance(why, DayFull) else ""
        return f"{self._named(start)} {said}.{more} {kept} - choose another time."

    def not_open(self, start: int) -> str:
        """What to say of an address whose slot somebody has taken, or that was never open, in whatever year."""
        return f"{self._named(start, year=True)} is not open. Choose another time."

    def _named(self, start: int, *, year: bool = False) -> str:
        instant, zone = instant_of(start), zones.time_of(self.reader.tz)
        return f"{self.reader.time(instant)} on {self.reader.day(instant, year=year)} ({zone})"


def zone_words(reader: Reader, starts: Sequence[int]) -> str:
    """The zone of times that stand together; on a day the clocks change, both its offsets in their order."""
    return ", then ".join(dict.fromkeys(reader.zone_label(instant_of(start)) for start in starts))


def instant_of(epoch_seconds: int) -> datetime:
    """The instant of a number from an address, which may be any; far ones are brought into datetime's years."""
    return datetime.fromtimestamp(min(max(epoch_seconds, 0), 200_000_000_000), UTC)
