"""Amounts of money, kept as whole numbers of a currency's smallest part. Pure."""

import re
from decimal import Decimal

from babel.numbers import (
    format_currency,
    get_currency_name,
    get_currency_precision,
    get_territory_currencies,
)

CURRENCIES = (
    "EUR", "USD", "GBP", "CHF", "AUD", "BRL", "CAD", "CZK", "DKK", "HUF", "INR", "JPY", "KES", "MXN", "NGN", "NOK",
    "NZD", "PLN", "RON", "SEK", "SGD", "TRY", "UAH", "ZAR",
)  # fmt: skip
MOST = 999_999_999_999
# No currency of these has three digits after the point, so three of them are thousands, whatever stands before them.
_GROUPED = {
    ",": re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]{1,2})?"),
    ".": re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]{1,2})?"),
}
_PLAIN = re.compile(r"[0-9]{1,12}([.,][0-9]{1,2})?")
_BETWEEN = re.compile(r"[\s'\u2019]")  # stands between thousands too
_SIGNS = {
    "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "TRY": "₺", "UAH": "₴", "NGN": "₦", "BRL": "R$",
    **dict.fromkeys(("USD", "AUD", "CAD", "MXN", "NZD", "SGD"), "$"),
}  # fmt: skip


def amount_of(text: str, currency: str) -> int | None:
    """What "1,250.50", "1.250,50 €" or "1250,5" is in the currency's smallest parts; None for what is none of it."""
    plain = _BETWEEN.sub("", text).upper()
    for word in (currency, _SIGNS.get(currency, "")):
        plain = plain.removeprefix(word).removesuffix(word)
    group = next((sign for sign, pattern in _GROUPED.items() if pattern.fullmatch(plain)), "")
    plain = plain.replace(group, "") if group else plain
    if not _PLAIN.fullmatch(plain):
        return None
    smallest = Decimal(plain.replace(",", ".")).scaleb(get_currency_precision(currency))
    return int(smallest) if smallest == int(smallest) and smallest <= MOST else None


def digits_more(was: str, is_now: str) -> int:
    """How many more digits after the point one currency has than another: 2 from JPY to EUR, -2 the other way."""
    return get_currency_precision(is_now) - get_currency_precision(was)


def typed(amount: int | None, currency: str) -> str:
    """The amount as it would be typed: "1250.50", "1250"; nothing for none."""
    if amount is None:
        return ""
    value = _value(amount, currency)
    return str(int(value)) if value == int(value) else str(value)


def words(amount: int, currency: str, locale: str) -> str:
    """ "€1,250.50", "€1,250", as the reader's locale writes it."""
    value = _value(amount, currency)
    is_whole = value == int(value)
    pattern = "¤#,##0" if is_whole else None
    return format_currency(value, currency, pattern, locale=locale, currency_digits=not is_whole)


def currency_of(locale: str) -> str:
    """What people of the locale's territory pay with, if it is one of CURRENCIES."""
    theirs = get_territory_currencies(locale.rpartition("_")[2])
    return next((each for each in theirs if each in CURRENCIES), CURRENCIES[0])


def currency_words(currency: str) -> str:
    """ "EUR, Euro"."""
    return f"{currency}, {get_currency_name(currency, locale='en')}"


def _value(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-get_currency_precision(currency))
