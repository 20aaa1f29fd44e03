"""What a page needs to let its reader change the zone and the clock."""

from datetime import datetime
from typing import Any

from flask import request

from .reading import Reading


def zone_choice(reading: Reading, now: datetime) -> dict[str, Any]:
    """The address that switches the clock; the list of zones only when it is asked for: it is longer than the page."""
    is_shown = "zones" in request.args
    return {
        "other_hours": other_hours(reading),
        "shows_zones": is_shown,
        "zone_options": reading.reader.zone_options(now) if is_shown else (),
    }


def other_hours(reading: Reading) -> str:
    """The query that asks for the other clock, in the zone of this page."""
    other = "24" if reading.reader.clock_hours == "12" else "12"
    zone = "".join(f"&{name}={value}" for name, value in reading.carried if name == "tz")
    return f"hours={other}{zone}"
