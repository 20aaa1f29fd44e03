"""Zone names, their list, and what they are called."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from app import zones

NOON = datetime(2026, 12, 9, 12, tzinfo=UTC)


def clock(wall: datetime) -> str:
    return f"{wall:%H:%M}"


def test_the_list_is_the_whole_zone_tab():
    rows = files("tzdata.zoneinfo").joinpath("zone.tab").read_text().splitlines()
    assert len(zones.listed()) == len(set(zones.listed())) == sum(not row.startswith("#") for row in rows)
    assert len(zones.listed()) >= 418
    assert {"Europe/Oslo", "Europe/Stockholm", "Europe/Amsterdam"} <= set(zones.listed())


def test_only_the_package_is_asked_never_the_machine():
    assert zoneinfo.TZPATH == ()


@pytest.mark.parametrize("name", zones.listed())
def test_every_listed_zone_works(name):
    assert zones.canonical(name) == name
    assert zones.zone(name).key == name
    assert zones.city(name)
    assert "_" not in zones.city(name)
    assert zones.label(name, NOON) == f"{zones.city(name)} time ({zones.offset_words(name, NOON)})"


def test_every_name_that_zoneinfo_knows_is_accepted():
    for name in zoneinfo.available_timezones():
        known = zones.canonical(name)
        assert known is not None, name
        assert zones.canonical(known) == known


def test_aliases_keep_the_clocks_of_what_they_stand_for():
    for name in zoneinfo.available_timezones() - {"Factory"}:
        alias, known = zoneinfo.ZoneInfo(name), zones.zone(zones.canonical(name))
        for month in range(12):
            instant = NOON + timedelta(days=31 * month)
            assert instant.astimezone(alias).utcoffset() == instant.astimezone(known).utcoffset(), name


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
        ("Asia/Katmandu", "Asia/Kathmandu"),
        ("Asia/Rangoon", "Asia/Yangon"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Atlantic/Faeroe", "Atlantic/Faroe"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("America/Indianapolis", "America/Indiana/Indianapolis"),
        ("America/Godthab", "America/Nuuk"),
        ("America/Coral_Harbour", "America/Atikokan"),
        ("Africa/Asmera", "Africa/Asmara"),
        ("Pacific/Truk", "Pacific/Chuuk"),
        ("Pacific/Ponape", "Pacific/Pohnpei"),
        ("Pacific/Enderbury", "Pacific/Kanton"),
        ("Iceland", "Atlantic/Reykjavik"),
        ("US/Eastern", "America/New_York"),
        ("Japan", "Asia/Tokyo"),
        ("Etc/UTC", "UTC"),
        ("Zulu", "UTC"),
        ("UTC", "UTC"),
    ],
)
def test_aliases_that_devices_report(alias, name):
    assert zones.canonical(alias) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Europe",
        "Europe/Atlantis",
        "europe/berlin",
        "../../etc/passwd",
        "zone.tab",
        "UTC\0",
        "Etc/Unknown",
    ],
)
def test_unknown_names_are_refused(name):
    assert zones.canonical(name) is None
    with pytest.raises(zoneinfo.ZoneInfoNotFoundError):
        zones.zone(name)


@pytest.mark.parametrize(
    ("name", "city"),
    [
        ("Europe/Berlin", "Berlin"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("America/New_York", "New York"),
        ("America/North_Dakota/Center", "Center, North Dakota"),
        ("America/Port-au-Prince", "Port-au-Prince"),
        ("Asia/Kolkata", "Kolkata"),
        ("Asia/Ho_Chi_Minh", "Ho Chi Minh City"),
        ("Africa/Sao_Tome", "São Tomé"),
        ("UTC", "UTC"),
        ("Etc/GMT+5", "UTC-5"),
        ("Etc/GMT-14", "UTC+14"),
    ],
)
def test_city(name, city):
    assert zones.city(name) == city


@pytest.mark.parametrize(
    ("name", "month", "words"),
    [
        ("Europe/Berlin", 12, "UTC+1"),
        ("Europe/Berlin", 7, "UTC+2"),
        ("Europe/London", 12, "UTC+0"),
        ("America/St_Johns", 12, "UTC-3:30"),
        ("America/St_Johns", 7, "UTC-2:30"),
        ("Asia/Kolkata", 12, "UTC+5:30"),
        ("Asia/Kathmandu", 12, "UTC+5:45"),
        ("Pacific/Chatham", 12, "UTC+13:45"),
        ("Pacific/Marquesas", 12, "UTC-9:30"),
        ("Australia/Lord_Howe", 7, "UTC+10:30"),
        ("Australia/Eucla", 7, "UTC+8:45"),
        ("Pacific/Kiritimati", 7, "UTC+14"),
        ("Etc/GMT+5", 7, "UTC-5"),
    ],
)
def test_offset_words(name, month, words):
    assert zones.offset_words(name, datetime(2026, month, 9, tzinfo=UTC)) == words


@pytest.mark.parametrize(
    ("name", "label"),
    [("Europe/Berlin", "Berlin time (UTC+1)"), ("UTC", "UTC"), ("Etc/GMT+5", "UTC-5")],
)
def test_label(name, label):
    assert zones.label(name, NOON) == label


def test_options_hold_every_listed_zone_once_under_its_region():
    groups = zones.options(NOON, clock)
    names = [name for _, entries in groups for name, _ in entries]
    assert sorted(names) == list(zones.listed())
    assert [group for group, _ in groups] == sorted(group for group, _ in groups)
    assert ("Europe/Berlin", "Berlin - 13:00 (UTC+1)") in dict(groups)["Europe"]
    assert ("Arctic/Longyearbyen", "Longyearbyen - 13:00 (UTC+1)") in dict(groups)["Europe"]


def test_no_two_options_look_alike():
    words = [words for _, entries in zones.options(NOON, clock) for _, words in entries]
    assert len(words) == len(set(words))


def test_options_are_in_order_of_their_letters_not_of_their_accents():
    americas = [name for name, _ in dict(zones.options(NOON, clock))["Americas"]]
    assert americas.index("America/Merida") < americas.index("America/Mexico_City")


def test_a_zone_that_is_not_listed_can_be_included():
    assert zones.options(NOON, clock, ["Etc/UTC", "Europe/Berlin"])[-1] == (
        "Other",
        [("UTC", "UTC - 12:00 (UTC+0)")],
    )
