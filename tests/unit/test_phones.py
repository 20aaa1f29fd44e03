"""Phone numbers as people type them."""

import pytest

from app import phones


@pytest.mark.parametrize(
    "text",
    [
        "+49 30 901820",
        "030 901820",
        "(030) 90-18 20",
        "0049 30 901820",
        "tel:+4930901820",
        "+49 (0)30 901820",
    ],
)
def test_one_number_is_the_same_however_it_is_written(text: str) -> None:
    assert phones.e164(text, "DE") == "+4930901820"


@pytest.mark.parametrize("text", ["", "12", "110", "+49 12", "555", "Sam", "+1 212", "9" * 40])
def test_what_calls_no_person_is_no_number(text: str) -> None:
    assert phones.e164(text, "DE") is None


def test_short_numbers_of_small_countries_are_numbers() -> None:
    assert phones.e164("+683 4002", None) == "+6834002"
