"""Reasons in the owner's words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..amounts import length_words, plural
from ..bookings.models import Booking
from ..localtime import Reader
from ..scheduling.reasons import Reason
from .models import Calendar, WindowKind

# Why a whole day has no open time.
OF_DAY = {
    Reason.OUTSIDE_HOURS: "No hours",
    Reason.DATE_OVERRIDE: "Unavailable on this date",
    Reason.PAST: "No times left today",
    Reason.NOTICE: "Too soon for the minimum notice",
    Reason.WINDOW: "Outside the booking window",
    Reason.DAY_LIMIT: "Limit of the day reached",
    Reason.WEEK_LIMIT: "Limit of the week reached",
    Reason.BOOKING: "Fully booked",
    Reason.BUFFER: "Fully booked",
}


@dataclass(frozen=True)
class Answer:
    """Why a moment is missing: the title, a sentence, and the bookings in the way, if those are what it is."""

    title: str
    sentence: str
    bookings: Sequence[Booking] = ()
    is_open: bool = False


def why(
    calendar: Calendar, reason: Reason | None, start: int, in_the_way: Sequence[Booking], reader: Reader
) -> Answer:
    """The answer to "why is this time missing?". `reader` reads in the calendar's zone."""
    if reason is None:
        return Answer("This time is open", "It can be booked now, by link or on the public page.", (), True)
    if reason in (Reason.BOOKING, Reason.BUFFER):
        return _taken(calendar, start, in_the_way)
    title, sentence = _rule(calendar, reason, reader)
    return Answer(title, sentence)


def _taken(calendar: Calendar, start: int, in_the_way: Sequence[Booking]) -> Answer:
    begins = datetime.fromtimestamp(start, UTC)
    ends = begins + timedelta(minutes=calendar.duration_minutes)
    meeting = [each for each in in_the_way if each.starts_at < ends and begins < each.ends_at]
    if meeting:
        return Answer("Already booked", f"{calendar.host.name} has another booking then.", meeting)
    return Answer(
        "Inside a buffer",
        "It is too close to another booking: the time kept free around it is in the way.",
        in_the_way,
    )


def _rule(calendar: Calendar, reason: Reason, reader: Reader) -> tuple[str, str]:
    minutes = calendar.duration_minutes
    return {
        Reason.PAST: ("It has passed", "Only times to come can be booked."),
        Reason.OUTSIDE_HOURS: (
            "Outside the hours",
            f"No range of hours holds all {minutes} minutes from this time on.",
        ),
        Reason.DATE_OVERRIDE: (
            "Changed for this date",
            "The weekly hours would hold it, but this date has hours of its own, or none.",
        ),
        Reason.OFF_GRID: (
            "Between two times",
            f"A time is offered every {calendar.step_minutes} minutes, counted from the start of the range of hours.",
        ),
        Reason.NOTICE: (
            "Inside the minimum notice",
            f"Bookings need {length_words(calendar.minimum_notice_minutes)} of notice.",
        ),
        Reason.WINDOW: ("Outside the booking window", _window(calendar, reader)),
        Reason.DAY_LIMIT: (
            "The day's limit is reached",
            f"This calendar takes {_bookings(calendar.limit_per_day)} a day.",
        ),
        Reason.WEEK_LIMIT: (
            "The week's limit is reached",
            f"This calendar takes {_bookings(calendar.limit_per_week)} a week.",
        ),
    }[reason]


def _window(calendar: Calendar, reader: Reader) -> str:
    if calendar.window_kind == WindowKind.DAYS:
        return f"Bookings are taken {plural(calendar.window_days, 'day')} ahead."
    first, last = reader.long_day(calendar.window_from_on), reader.long_day(calendar.window_until_on)
    return f"Bookings are taken for {first} to {last}."


def _bookings(most: int | None) -> str:
    return f"{plural(most or 0, 'booking')} at most"
