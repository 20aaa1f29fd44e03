"""Which locale a reader gets, and what it settles."""

from datetime import datetime

import pytest
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from app.locales import _ENGLISH_FOR, clock, conventions, negotiate_locale


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("de-DE", "en_DE"),
        ("de", "en_DE"),
        ("de-DE-u-co-phonebk", "en_DE"),
        ("en-US,en;q=0.9", "en_US"),
        ("en", "en_US"),
        ("EN-gb", "en_GB"),
        ("en-UK", "en_GB"),
        ("fr-CH, fr;q=0.9, en;q=0.8", "en_CH"),
        ("en;q=0.1, fi ; q=0.9", "en_FI"),
        ("en-US;q=0, de", "en_DE"),
        ("es-419, de", "en_DE"),
        ("zh-Hant-HK", "en_HK"),
        ("en-001", "en_001"),
        ("pt-BR", "en_KE"),
        ("ja", "en_KE"),
        ("zh-Hant", "en_IN"),
        ("ar-EG", "en_SD"),
        ("tlh-QZ", "en_AU"),
        ("", "en_AU"),
        ("*", "en_AU"),
        (";;q=,,-", "en_AU"),
        ("de;q=high", "en_AU"),
    ],
)
def test_the_territory_decides(header, locale):
    assert negotiate_locale(header, "en_AU") == locale


def test_a_fallback_in_another_language_keeps_its_territory():
    assert negotiate_locale("", "de_AT") == "en_AT"


@given(st.text())
def test_any_header_gives_an_english_locale_that_exists(header):
    assert conventions(negotiate_locale(header, "en_GB")).months[12] == "December"


@pytest.mark.parametrize("territory", _ENGLISH_FOR)
def test_territories_without_english_keep_their_clock_and_first_weekday(territory):
    own = Locale.parse(f"{_language(territory)}_{territory}")
    borrowed = conventions(_ENGLISH_FOR[territory])
    assert borrowed.first_weekday == own.first_week_day
    assert borrowed.hour_cycle == ("24" if "H" in own.time_formats["short"].pattern else "12")


def _language(territory: str) -> str:
    spoken = get_global("territory_languages")[territory]
    languages = sorted(spoken, key=lambda language: -spoken[language]["population_percent"])
    official = [language for language in languages if spoken[language]["official_status"] == "official"]
    return next(language for language in [*official, *languages] if _exists(f"{language}_{territory}"))


def _exists(name: str) -> bool:
    try:
        return Locale.parse(name) is not None
    except (UnknownLocaleError, ValueError):
        return False


@pytest.mark.parametrize(
    ("locale", "cycle", "morning", "midnight"),
    [
        ("en_GB", "24", "09:05", "00:00"),
        ("en_GB", "12", "9:05 am", "12:00 am"),
        ("en_US", "12", "9:05 AM", "12:00 AM"),
        ("en_US", "24", "09:05", "00:00"),
        ("en_FI", "24", "9.05", "0.00"),
        ("en_DK", "24", "09.05", "00.00"),
        ("en_DK", "12", "9.05 am", "12.00 am"),
        ("en_IL", "24", "9:05", "0:00"),
    ],
)
def test_clock(locale, cycle, morning, midnight):
    words = clock(locale, cycle)
    assert words(datetime(2026, 12, 9, 9, 5)) == morning
    assert words(datetime(2026, 12, 9)) == midnight


def test_noon_is_pm():
    assert clock("en_US", "12")(datetime(2026, 12, 9, 12)) == "12:00 PM"


@pytest.mark.parametrize(
    ("locale", "first_weekday", "is_month_first", "hour_cycle"),
    [
        ("en_GB", 0, False, "24"),
        ("en_US", 6, True, "12"),
        ("en_DE", 0, False, "24"),
        ("en_AU", 0, False, "12"),
        ("en_IN", 6, False, "12"),
        ("en_SD", 5, False, "12"),
    ],
)
def test_conventions(locale, first_weekday, is_month_first, hour_cycle):
    found = conventions(locale)
    assert (found.first_weekday, found.is_month_first, found.hour_cycle) == (
        first_weekday,
        is_month_first,
        hour_cycle,
    )
    assert found.direction == "ltr"


def test_direction_follows_the_script():
    assert conventions("ar_EG").direction == "rtl"


def test_an_unknown_locale_is_refused():
    with pytest.raises(UnknownLocaleError):
        conventions("xx_YY")
