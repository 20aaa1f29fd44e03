"""What can be chosen for a one-time link, and the rules for it. Pure: `now` comes in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .. import emails
from ..errors import Invalid
from ..localtime import Reader, wall_to_instant

SHORTEST_MINUTES, LONGEST_MINUTES = 5, 1440
MOST_TIMES = 20
FARTHEST = timedelta(days=5 * 366)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class LinkOptions:
    """Who a link is for and what it offers; all empty for a plain one.

    Dates are the calendar's: the link expires at the end of `expires_on`, and offers days from `offered_from_on`
    until `offered_until_on`, both included. `offered_times` are starts in epoch seconds: instead of the
    calendar's hours, the link offers only these. With `checks_recipient` it shows nothing before a code, sent to
    `for_email`, was entered.
    """

    for_name: str = ""
    for_email: str = ""
    note: str = ""
    checks_recipient: bool = False
    expires_on: date | None = None
    duration_minutes: int | None = None
    offered_from_on: date | None = None
    offered_until_on: date | None = None
    offered_times: tuple[int, ...] = ()


def taken_over(link: Any, for_name: str, for_email: str, note: str) -> LinkOptions:
    """What a link in place of this one begins with, for the same person or another.

    Dates are not taken over: they are likely to have passed.
    """
    return LinkOptions(
        for_name=for_name,
        for_email=for_email,
        note=note,
        checks_recipient=link.checks_recipient,
        duration_minutes=link.duration_minutes,
    )


def check(options: LinkOptions, before: LinkOptions, tz: str, now: datetime) -> None:
    """Raise Invalid, naming the field, when a choice breaks a rule. What stands as in `before` is let be.

    A link may have expired since, or an offered time have passed: its note can still be changed.
    """
    _check_texts(options)
    _check_duration(options.duration_minutes)
    today = Reader(tz, "en_GB").local_date(now)
    if options.expires_on != before.expires_on:
        _check_expiry(options.expires_on, today)
    _check_dates(options, before, today)
    _check_times(options, before, tz, now)


def expires_at(expires_on: date | None, tz: str) -> datetime | None:
    """The instant at which the date is over in the zone, where its clocks skip midnight too."""
    if expires_on is None:
        return None
    for minutes in range(0, 24 * 60, 15):
        try:
            return wall_to_instant(expires_on + ONE_DAY, minutes, tz)
        except Invalid:
            continue
    return expires_at(expires_on + ONE_DAY, tz)  # the zone left a whole day out


def expires_on(instant: datetime | None, tz: str) -> date | None:
    """The last date in the zone on which a link with this end can be used."""
    return Reader(tz, "en_GB").local_date(instant - timedelta(microseconds=1)) if instant else None


def check_email(email: str) -> None:
    """Raise Invalid for a text that is no e-mail address; empty is fine."""
    if email and not emails.is_address(email):
        raise Invalid(emails.UNREADABLE, "for_email")


def _check_texts(options: LinkOptions) -> None:
    for field, most in (("for_name", 120), ("for_email", 254), ("note", 500)):
        if len(getattr(options, field)) > most:
            raise Invalid(f"Use at most {most} characters.", field)
    check_email(options.for_email)
    if options.checks_recipient and not options.for_email:
        raise Invalid("Enter the e-mail address that the code is to be sent to.", "for_email")


def _check_duration(minutes: int | None) -> None:
    if minutes is not None and not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise Invalid(
            f"Enter a duration from {SHORTEST_MINUTES} to {LONGEST_MINUTES} minutes.", "duration_minutes"
        )


def _check_expiry(day: date | None, today: date) -> None:
    if day is None:
        return
    if day < today:
        raise Invalid("Choose an expiry date that is not over yet.", "expires_on")
    if day > today + FARTHEST:
        raise Invalid("Choose an expiry date within five years.", "expires_on")


def _check_dates(options: LinkOptions, before: LinkOptions, today: date) -> None:
    first, last = options.offered_from_on, options.offered_until_on
    if first and last and last < first:
        raise Invalid("The last date is before the first one.", "offered_until_on")
    if last and last < today and last != before.offered_until_on:
        raise Invalid("These dates are over already.", "offered_until_on")
    for field, day in (("offered_from_on", first), ("offered_until_on", last)):
        if day and day > today + FARTHEST:
            raise Invalid("Choose dates within five years.", field)


def _check_times(options: LinkOptions, before: LinkOptions, tz: str, now: datetime) -> None:
    times = options.offered_times
    if len(times) > MOST_TIMES:
        raise Invalid(f"Offer at most {MOST_TIMES} times.", "offered_times")
    for start in sorted(set(times) - set(before.offered_times)):
        _check_time(datetime.fromtimestamp(start, UTC), tz, now)
    if times and not any(_is_within_dates(start, options, tz) for start in times):
        raise Invalid("None of these times lies on the dates that this link offers.", "offered_times")


def _check_time(start: datetime, tz: str, now: datetime) -> None:
    if start <= now:
        raise Invalid(f"{Reader(tz, 'en_GB').short(start)} is over already.", "offered_times")
    if start > now + FARTHEST:
        raise Invalid("Offer times within five years.", "offered_times")


def _is_within_dates(start: int, options: LinkOptions, tz: str) -> bool:
    day = Reader(tz, "en_GB").local_date(datetime.fromtimestamp(start, UTC))
    first, last = options.offered_from_on, options.offered_until_on
    return not ((first and day < first) or (last and day > last))
