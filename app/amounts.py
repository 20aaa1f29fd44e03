"""Numbers of things in words. Pure."""


def plural(count: int, word: str) -> str:
    """ "1 day", "3 days", "0 bookings"."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def length_words(minutes: int) -> str:
    """ "4 hours", "2 days", "90 minutes"."""
    for name, size in (("day", 1440), ("hour", 60)):
        if minutes and minutes % size == 0:
            return plural(minutes // size, name)
    return plural(minutes, "minute")
