"""Numbers of things in words. Pure."""

from math import ceil


def plural(count: int, word: str) -> str:
    """ "1 day", "3 days", "0 bookings"."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def wait_words(seconds: float) -> str:
    """How long to wait, never less than it takes: "1 minute", "45 minutes", "3 hours"."""
    minutes = max(1, ceil(seconds / 60))
    return plural(minutes, "minute") if minutes <= 90 else plural(ceil(minutes / 60), "hour")


def length_words(minutes: int) -> str:
    """ "45 minutes", "90 minutes", "1 hour 45 minutes", "4 hours", "24 hours", "2 days".

    A single day counts as 24 hours, for a date is meant by "a day" as well.
    """
    if minutes > 1440 and minutes % 1440 == 0:
        return plural(minutes // 1440, "day")
    hours, rest = divmod(minutes, 60)
    if not hours or (rest and minutes <= 90):
        return plural(minutes, "minute")
    return plural(hours, "hour") + (f" {plural(rest, 'minute')}" if rest else "")
