"""The two long parts of the picker, a month's grid and a day's times, with what each depends on. Pure."""

from datetime import date, timedelta
from typing import NamedTuple

from ..localtime import Reader
from .openings import Month
from .slot_words import instant_of


class Grid(NamedTuple):
    """What the month grid depends on, and nothing else: the same for all who read it in these words.

    `counts` are the open times of each of its days, from the first.
    """

    locale: str
    month: Month
    counts: tuple[int, ...]
    chosen: date | None
    today: date


class Slots(NamedTuple):
    """What a day's list of times depends on: the reader, the starts in epoch seconds, the duration."""

    reader: Reader
    starts: tuple[int, ...]
    duration: timedelta


class Cell(NamedTuple):
    """A day of the grid; without `label` nothing is open on it. `number` None is a day of another month."""

    number: int | None
    day: date | None = None
    label: str | None = None
    is_today: bool = False


class Time(NamedTuple):
    """A slot: "09:00", its start in epoch seconds, and all of it in words."""

    text: str
    start: int
    label: str


def weeks_of(grid: Grid) -> list[list[Cell]]:
    """The grid's rows, from the reader's first day of the week."""
    reader = Reader("UTC", grid.locale)  # names dates only, and those have no zone
    weeks = reader.month_grid(grid.month.year, grid.month.number)
    return [[_cell(grid, day, reader) for day in week] for week in weeks]


def weekdays_of(grid: Grid) -> list[tuple[str, str]]:
    """The names above its columns, short and long."""
    reader = Reader("UTC", grid.locale)
    return list(zip(reader.weekday_names(), reader.weekday_names("long"), strict=True))


def times_of(slots: Slots) -> list[Time]:
    """The day's slots in words."""
    reader, starts, duration = slots
    if not starts:
        return []
    day = reader.day(instant_of(starts[0]), weekday="long")
    return [_time(reader, start, duration, day) for start in starts]


def _time(reader: Reader, start: int, duration: timedelta, day: str) -> Time:
    at = instant_of(start)
    return Time(reader.time(at), start, f"{reader.span(at, duration)}, {day}")


def _cell(grid: Grid, day: date, reader: Reader) -> Cell:
    if day.month != grid.month.number:
        return Cell(None)
    count, is_today = grid.counts[day.day - 1], day == grid.today
    if not count:
        return Cell(day.day, is_today=is_today)
    label = f"{reader.day(day, weekday=None)}, {count} {'time' if count == 1 else 'times'}"
    return Cell(day.day, day, label, is_today)
