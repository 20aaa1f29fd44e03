"""In whose words a contact reads: the zone, the clock and the order of a date. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from .. import zones
from ..locales import negotiate_locale
from ..localtime import Reader

HOUR_CYCLES = ("12", "24")
LONGEST_NAME = 64


class ZoneFrom(Enum):
    """Where the zone of the page comes from."""

    ASKED = "asked"  # ?tz=
    KEPT = "kept"  # the cookie
    HOST = "host"


@dataclass(frozen=True)
class Reading:
    """A reader, what made them one, and what links have to carry so that they stay one without cookies.

    `unknown_zone` is what was asked for and is no zone.
    """

    reader: Reader
    zone_from: ZoneFrom
    unknown_zone: str
    carried: tuple[tuple[str, str], ...]

    @property
    def query(self) -> str:
        """What to append to an address that has a query: "&tz=Asia/Tokyo", or nothing."""
        return "".join(f"&{name}={value.replace('+', '%2B')}" for name, value in self.carried)


def reading_of(
    asked: Mapping[str, str], kept: Mapping[str, str], accept_language: str, host_tz: str, fallback: str
) -> Reading:
    """From the query, the cookies, the browser's languages, the host's zone and the installation's locale."""
    return _reading(
        asked.get("tz", "")[:LONGEST_NAME],
        kept.get("tz", "")[:LONGEST_NAME],
        _hours(asked),
        _hours(kept),
        host_tz,
        _locale(accept_language, fallback),
    )


@lru_cache(maxsize=512)
def _reading(
    wanted: str, kept: str, asked_hours: str | None, kept_hours: str | None, host_tz: str, locale: str
) -> Reading:
    asked_tz, kept_tz = zones.canonical(wanted), zones.canonical(kept)
    tz, zone_from = _first(
        (asked_tz, ZoneFrom.ASKED), (kept_tz, ZoneFrom.KEPT), (zones.canonical(host_tz), ZoneFrom.HOST)
    )
    reader = Reader(tz, locale, asked_hours or kept_hours)
    carried = [("tz", asked_tz), ("hours", asked_hours)]
    return Reading(
        reader=reader,
        zone_from=zone_from,
        unknown_zone=wanted if wanted and not asked_tz else "",
        carried=tuple((name, value) for name, value in carried if value),
    )


def _first(*choices: tuple[str | None, ZoneFrom]) -> tuple[str, ZoneFrom]:
    return next(((tz, source) for tz, source in choices if tz), ("UTC", ZoneFrom.HOST))


def _hours(values: Mapping[str, str]) -> str | None:
    hours = values.get("hours")
    return hours if hours in HOUR_CYCLES else None


@lru_cache(maxsize=512)
def _locale(accept_language: str, fallback: str) -> str:
    return negotiate_locale(accept_language, fallback)
