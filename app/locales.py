"""What a locale settles, read from Babel once: names, date order, clock, first day of the week.

The interface speaks English; all the rest follows the reader's territory, so a reader in Germany gets en_DE.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Literal

from babel import Locale, localedata
from babel.core import get_global

HourCycle = Literal["12", "24"]

# Territories for which CLDR has no English, under the English locale that shares their clock and first weekday.
# A fixed list, because loading their own locales to look would let request headers fill the memory.
_ALIKE = {
    "en_GB": "AD AM AZ BG BY CI CN EE GE HR KZ LI LT LU LV MA MC MN RS RU SN TR UA UZ VN",
    "en_AU": "AR BO CL CR CU EC GR LB TN UY",
    "en_IN": "BD CO DO ET GT HN KH KR MX NI PA PE SA SV TW VE YE",
    "en_KE": "AO BR JP LA MM MZ NP PY TH",
    "en_SD": "BH DZ EG IQ JO KW LY OM QA SY",
}
_ENGLISH_FOR = {
    territory: locale for locale, territories in _ALIKE.items() for territory in territories.split()
}
_TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?(?:-[a-z0-9-]*)?", re.IGNORECASE)
_LONGEST_HEADER = 300


@dataclass(frozen=True)
class Conventions:
    """How one locale writes dates. Months count from 1 (index 0 is empty), weekdays from Monday = 0."""

    months: tuple[str, ...]
    short_months: tuple[str, ...]
    weekdays: tuple[str, ...]
    short_weekdays: tuple[str, ...]
    first_weekday: int
    is_month_first: bool
    hour_cycle: HourCycle
    direction: str


def negotiate_locale(accept_language: str, fallback: str) -> str:
    """The English locale of the reader's territory ("de-AT, en;q=0.5" -> "en_AT"), else that of `fallback`."""
    for tag in [*_tags(accept_language), fallback.replace("_", "-")]:
        found = _english_for(tag)
        if found:
            return found
    return fallback


@cache
def listed() -> tuple[tuple[str, str], ...]:
    """What people choose from: (locale, its territory in English), sorted by territory."""
    names = Locale("en").territories
    known = [(locale, names[locale[3:]]) for locale in _english_locales() if locale[3:].isalpha()]
    return tuple(sorted(known, key=lambda entry: entry[1]))


@cache
def conventions(locale: str) -> Conventions:
    """Raises `babel.UnknownLocaleError` for a locale that CLDR does not have."""
    known = Locale.parse(locale)
    months, days = known.months["format"], known.days["format"]
    return Conventions(
        months=_by_number(months["wide"], range(1, 13), ""),
        short_months=_by_number(months["abbreviated"], range(1, 13), ""),
        weekdays=_by_number(days["wide"], range(7)),
        short_weekdays=_by_number(days["abbreviated"], range(7)),
        first_weekday=known.first_week_day,
        is_month_first=re.match("M", known.date_formats["long"].pattern) is not None,
        hour_cycle="24" if "H" in _time_pattern(known) else "12",
        direction=known.text_direction,
    )


@lru_cache(maxsize=512)
def clock(locale: str, hour_cycle: HourCycle) -> Callable[[datetime], str]:
    """A function that words a wall time: "09:00", "9:00 am", or with the full stop of Denmark and Finland."""
    known = Locale.parse(locale)
    pattern = _time_pattern(known)
    separator = "." if "." in pattern else ":"
    if hour_cycle == "12":
        periods = known.day_periods["format"]["abbreviated"]
        return _twelve_hours(separator, periods["am"], periods["pm"])
    return _twenty_four_hours(separator, is_padded=re.search(r"(?<!H)H(?!H)", pattern) is None)


def _tags(accept_language: str) -> Iterator[str]:
    """The tags of the header, most wanted first; what cannot be read is passed over."""
    ranked = []
    for part in accept_language[:_LONGEST_HEADER].split(","):
        tag, _, quality = part.partition(";")
        weight = _weight(quality)
        if weight > 0:
            ranked.append((weight, tag.strip()))
    return (tag for _, tag in sorted(ranked, key=lambda entry: -entry[0]))


def _weight(quality: str) -> float:
    found = re.fullmatch(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", quality)
    return float(found[1]) if found else float(not quality.strip())


def _english_for(tag: str) -> str | None:
    found = _TAG.fullmatch(tag)
    if not found:
        return None
    territory = _territory(*found.groups())
    return f"en_{territory}" if f"en_{territory}" in _english_locales() else _ENGLISH_FOR.get(territory)


def _territory(language: str, script: str | None, territory: str | None) -> str:
    if territory:
        return get_global("territory_aliases").get(territory.upper(), [territory.upper()])[0]
    likely = get_global("likely_subtags")
    language = language.lower()
    known = likely.get(f"{language}_{script.title()}" if script else language) or likely.get(language, "")
    return known.rpartition("_")[2]


@cache
def _english_locales() -> frozenset[str]:
    return frozenset(
        name for name in localedata.locale_identifiers() if re.fullmatch("en_([A-Z]{2}|[0-9]{3})", name)
    )


def _by_number(names: dict[int, str], numbers: range, *before: str) -> tuple[str, ...]:
    return (*before, *(names[number] for number in numbers))


def _time_pattern(known: Locale) -> str:
    return known.time_formats["short"].pattern


def _twenty_four_hours(separator: str, is_padded: bool) -> Callable[[datetime], str]:
    if is_padded:
        return lambda wall: f"{wall.hour:02d}{separator}{wall.minute:02d}"
    return lambda wall: f"{wall.hour}{separator}{wall.minute:02d}"


def _twelve_hours(separator: str, am: str, pm: str) -> Callable[[datetime], str]:
    # A plain blank, where CLDR has a narrow one that text messages cannot carry.
    return lambda wall: f"{wall.hour % 12 or 12}{separator}{wall.minute:02d} {am if wall.hour < 12 else pm}"
