"""Rules that one setting imposes on another, whoever changes it. Pure: `now` comes in."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from .. import zones
from ..errors import Invalid
from ..scheduling.wallclock import date_at
from . import hours, slugs
from .models import Calendar, WindowKind
from .terms import window_of

A_DAY = timedelta(days=1)


def check(calendar: Calendar, section: str, now: datetime) -> None:
    """Raise Invalid, with the field's name, when the section's values break a rule."""
    for rule in RULES.get(section, ()):
        rule(calendar, now)


def longest_range(calendar: Calendar, now: datetime) -> int | None:
    """Minutes of the longest range of hours, those of single dates to come included; None without any hours."""
    first = today(calendar, now)
    others = [override.ranges for override in calendar.overrides if override.until_on >= first]
    return hours.longest_minutes([*calendar.weekly_hours, *others])


def today(calendar: Calendar, now: datetime) -> date:
    """The date on the calendar's clocks."""
    return date_at(calendar.tz, int(now.timestamp()))


def _zone_exists(calendar: Calendar, _now: datetime) -> None:
    if zones.canonical(calendar.tz) is None:
        raise Invalid("Choose a time zone from the list.", "tz")


def _slug_is_readable(calendar: Calendar, _now: datetime) -> None:
    if not slugs.is_slug(calendar.slug):
        raise Invalid(
            "Use small letters, digits and single hyphens between them, such as intro-call.", "slug"
        )


def _duration_fits(calendar: Calendar, now: datetime) -> None:
    longest = longest_range(calendar, now)
    if longest is not None and calendar.duration_minutes > longest:
        raise Invalid(
            f"No range of hours is long enough: the longest has {longest} minutes. Make a range longer first.",
            "duration_minutes",
        )


def _hours_fit(calendar: Calendar, now: datetime) -> None:
    for ranges in calendar.weekly_hours:
        _ranges_are_sound(ranges)
    longest = longest_range(calendar, now)
    if longest is not None and calendar.duration_minutes > longest:
        raise Invalid(
            f"A booking takes {calendar.duration_minutes} minutes, and no range is that long. "
            "Make a range longer, or the duration shorter under Details.",
            "week",
        )


def _ranges_are_sound(ranges: list[list[int]]) -> None:
    if any(not 0 <= start < until <= hours.A_DAY for start, until in ranges) or hours.first_overlap(ranges):
        raise Invalid("Ranges of hours may neither overlap nor end before they begin.", "week")


def _window_is_open(calendar: Calendar, now: datetime) -> None:
    if calendar.window_kind != WindowKind.RANGE:
        return
    if not calendar.window_from_on:
        raise Invalid("Enter the first date that can be booked.", "window_from_on")
    if not calendar.window_until_on:
        raise Invalid("Enter the last date that can be booked.", "window_until_on")
    if calendar.window_until_on < calendar.window_from_on:
        raise Invalid("The last date lies before the first one.", "window_until_on")
    if calendar.window_until_on < today(calendar, now):
        raise Invalid("This date has passed, so nothing could be booked.", "window_until_on")


def _notice_lies_in_window(calendar: Calendar, now: datetime) -> None:
    notice = timedelta(minutes=calendar.minimum_notice_minutes)
    if calendar.window_kind == WindowKind.DAYS:
        is_beyond = notice > calendar.window_days * A_DAY
    else:
        window = window_of(calendar, now)
        is_beyond = window.earliest >= window.latest
    if is_beyond:
        raise Invalid(
            "The notice is longer than the booking window, so nothing could be booked.", "notice_amount"
        )


def _limits_agree(calendar: Calendar, _now: datetime) -> None:
    day, week = calendar.limit_per_day, calendar.limit_per_week
    if day and week and week < day:
        raise Invalid("A week cannot take fewer than a day.", "limit_per_week")


RULES: dict[str, tuple[Callable[[Calendar, datetime], None], ...]] = {
    "details": (_zone_exists, _slug_is_readable, _duration_fits),
    "availability": (_hours_fit,),
    "booking-rules": (_window_is_open, _notice_lies_in_window, _limits_agree),
}
