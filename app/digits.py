"""Whole numbers as addresses and forms carry them. Pure."""

LARGEST_ID = 2**53 - 1  # what every database can look up, and every program can count
ID = f"int(max={LARGEST_ID})"  # the converter of ids in routes


def whole_number(text: str | None, most: int = LARGEST_ID) -> int | None:
    """The number that plain digits spell, 0 to `most`; None for any other text."""
    if not text or not (text.isascii() and text.isdecimal()) or len(text) > len(str(most)):
        return None
    return int(text) if int(text) <= most else None
