"""Time zones by name: the list people choose from, aliases, city names and offsets in words.

All of it comes from the pinned tzdata package, never from the machine, so that every machine answers alike.
"""

import zoneinfo
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files
from unicodedata import normalize
from zoneinfo import ZoneInfo

from babel import Locale

# The machine's own copy may be years older than the package.
zoneinfo.reset_tzpath(())
ZoneInfo.clear_cache()

_GROUPS = {
    "America": "Americas",
    "Arctic": "Europe",
    "Atlantic": "Atlantic Ocean",
    "Indian": "Indian Ocean",
    "Pacific": "Pacific Ocean",
}
# tzdata.zi merges places whose clocks agree, so its links would make Iceland "Abidjan". These are the places
# meant; Chromium still reports several of them. UTC is kept short.
_PLACES = {
    "Africa/Asmera": "Africa/Asmara",
    "Africa/Timbuktu": "Africa/Bamako",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Virgin": "America/St_Thomas",
    "Antarctica/South_Pole": "Antarctica/McMurdo",
    "Atlantic/Jan_Mayen": "Arctic/Longyearbyen",
    "Etc/UTC": "UTC",
    "Iceland": "Atlantic/Reykjavik",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
    "Pacific/Yap": "Pacific/Chuuk",
}

Options = list[tuple[str, list[tuple[str, str]]]]


def canonical(name: str) -> str | None:
    """The name this zone goes by here (`Asia/Calcutta` -> `Asia/Kolkata`), or None if there is no such zone."""
    return _canonical_names().get(name)


@cache
def zone(name: str) -> ZoneInfo:
    """The zone itself, kept for good: zoneinfo forgets all but eight and reads the file again.

    Raises `zoneinfo.ZoneInfoNotFoundError` for a name that `canonical` does not know.
    """
    if name not in _canonical_names():
        raise zoneinfo.ZoneInfoNotFoundError(f"No time zone found with key {name!r}")
    return ZoneInfo(name)


@cache
def listed() -> tuple[str, ...]:
    """The zones people choose from: the third column of tzdata's zone.tab, sorted."""
    return tuple(sorted(line.split("\t")[2] for line in _lines("zone.tab") if not line.startswith("#")))


def options(now: datetime, clock: Callable[[datetime], str], include: Iterable[str] = ()) -> Options:
    """What a `<select>` shows: [(group, [(name, "Berlin - 14:05 (UTC+1)")])], groups and cities sorted.

    `clock` words a wall time. Names to `include` that are not listed, such as UTC, come last as "Other".
    """
    other = sorted({canonical(name) or name for name in include} - set(listed()))
    groups = [*_grouped(), *([("Other", other)] if other else [])]
    return [(group, [(name, _option(name, now, clock)) for name in names]) for group, names in groups]


@cache
def city(name: str) -> str:
    """The place a zone is named after: "Berlin", "Buenos Aires"; zones without a place keep "UTC", "UTC-5"."""
    spelt = _spellings().get(name)
    if spelt:
        return spelt
    place = name.rpartition("/")[2]
    if name.startswith("Etc/GMT") and place[3:4] in ("+", "-"):
        # POSIX counts these westwards: Etc/GMT+5 is five hours behind.
        return f"UTC{'-' if place[3] == '+' else '+'}{place[4:]}"
    return place.replace("_", " ")


def offset_words(name: str, instant: datetime) -> str:
    """How far the zone's clocks are from UTC at an aware instant: "UTC+1", "UTC-3:30", "UTC+0"."""
    return offset_of(instant.astimezone(zone(name)))


def offset_of(local: datetime) -> str:
    """The same for an instant that is already in its zone."""
    minutes = int(local.utcoffset().total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02d}' if rest else ''}"


def label(name: str, instant: datetime) -> str:
    """How a sentence names the zone: "Berlin time (UTC+1)", or "UTC" alone where there is no place to name."""
    return f"{time_of(name)} ({offset_words(name, instant)})" if has_place(name) else city(name)


def time_of(name: str) -> str:
    """The same without the offset, for times whose offset stands elsewhere: "Berlin time", "UTC"."""
    return f"{city(name)} time" if has_place(name) else city(name)


def has_place(name: str) -> bool:
    """False for UTC and the zones that are nothing but an offset."""
    return not city(name).startswith(("UTC", "GMT"))


@cache
def _canonical_names() -> dict[str, str]:
    own = set(listed())
    links = {alias: target for kind, target, alias in _zi_rows("L") if alias not in own}
    zones = {fields[1] for fields in _zi_rows("Z")}
    return {name: _followed(name, links) for name in own | zones | set(links)}


def _followed(name: str, links: dict[str, str]) -> str:
    while name not in _PLACES and name in links:
        name = links[name]
    return _PLACES.get(name, name)


def _zi_rows(kind: str) -> list[list[str]]:
    return [line.split()[:3] for line in _lines("tzdata.zi") if line.startswith(f"{kind} ")]


def _lines(resource: str) -> list[str]:
    return files("tzdata.zoneinfo").joinpath(resource).read_text(encoding="utf-8").splitlines()


@cache
def _grouped() -> list[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for name in sorted(listed(), key=_sorting):
        region = name.partition("/")[0]
        groups.setdefault(_GROUPS.get(region, region), []).append(name)
    return sorted(groups.items())


def _sorting(name: str) -> bytes:
    """Without accents, or São Tomé would come after every other S."""
    return normalize("NFKD", city(name)).encode("ascii", "ignore")


def _option(name: str, now: datetime, clock: Callable[[datetime], str]) -> str:
    local = now.astimezone(zone(name))
    return f"{city(name)} - {clock(local)} ({offset_of(local)})"


@cache
def _spellings() -> dict[str, str]:
    """English spellings that the name does not give: "São Tomé", "Ho Chi Minh City", "Center, North Dakota"."""
    known = Locale("en").time_zones.items()
    return {canonical(name) or name: words["city"] for name, words in known if "city" in words}
