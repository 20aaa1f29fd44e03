"""Amounts of money as people type and read them."""

import pytest

from app import money


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("1250", "EUR", 125_000),
        ("1,250.50", "EUR", 125_050),
        ("1250,5", "EUR", 125_050),
        ("12 500", "EUR", 1_250_000),
        ("0", "EUR", 0),
        ("1250", "JPY", 1_250),
        ("12.5", "JPY", None),
        ("1.250", "EUR", 125_000),
        ("1.250", "JPY", 1_250),
        ("1.234.567,89", "EUR", 123_456_789),
        ("1 250,50 €", "EUR", 125_050),
        ("€1'250", "EUR", 125_000),
        ("usd 50", "USD", 5_000),
        ("usd 50", "EUR", None),
        ("r$ 50", "BRL", 5_000),
        ("€50", "USD", None),
        ("$50", "JPY", None),
        ("1250.555", "EUR", None),
        ("0.500", "EUR", None),
        ("€", "EUR", None),
        ("-5", "EUR", None),
        ("1,25,0", "EUR", None),
        ("", "EUR", None),
        ("a lot", "EUR", None),
        ("9" * 13, "EUR", None),
        ("٣", "EUR", None),
    ],
)
def test_amount_is_read(text: str, currency: str, amount: int | None) -> None:
    assert money.amount_of(text, currency) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "shown", "typed"),
    [
        (125_000, "EUR", "en_GB", "€1,250", "1250"),
        (125_050, "EUR", "en_GB", "€1,250.50", "1250.50"),
        (1_250, "JPY", "en_US", "¥1,250", "1250"),
        (0, "USD", "en_US", "$0", "0"),
    ],
)
def test_amount_is_shown(amount: int, currency: str, locale: str, shown: str, typed: str) -> None:
    assert money.words(amount, currency, locale) == shown
    assert money.typed(amount, currency) == typed
    assert money.amount_of(typed, currency) == amount


def test_every_currency_has_a_name() -> None:
    assert [each for each in money.CURRENCIES if money.currency_words(each) == f"{each}, {each}"] == []


@pytest.mark.parametrize(
    ("locale", "currency"), [("en_GB", "GBP"), ("en_DE", "EUR"), ("en_AQ", "EUR"), ("en", "EUR")]
)
def test_currency_to_begin_with_is_that_of_the_territory(locale: str, currency: str) -> None:
    assert money.currency_of(locale) == currency
