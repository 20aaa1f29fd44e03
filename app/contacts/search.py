"""What contacts are found by: words of name, e-mail address and tags, and the beginning of a phone number. Pure.

The words are kept and typed as those of links are (links/search.py), with the account in front.
"""

from collections.abc import Iterable

from .. import phones
from ..links import search

SHORTEST_NUMBER = 4  # digits; what is shorter may well be part of a name
NUMBER_LETTERS = frozenset("0123456789+-/(). ")


def kept_words(account_id: int, name: str, email: str, phone: str, tags: Iterable[str]) -> str:
    """What a contact's row keeps. A number stands there with its country code and without."""
    numbers = (phone.removeprefix("+"), phones.national(phone) if phone else "")
    return search.kept_words(account_id, (name, email, *numbers, *tags))


def typed_words(text: str) -> list[str]:
    """What to look for, as kept. A text that looks like a phone number is one word, however it was grouped."""
    return search.typed_words(_number(text) or text)


def _number(text: str) -> str:
    """+49 (0)30 901820 and 030 901820 are looked for as they are kept: 4930901820 and 30901820."""
    digits = "".join(letter for letter in text if letter.isdigit())
    if not set(text) <= NUMBER_LETTERS or len(digits) < SHORTEST_NUMBER:
        return ""
    if text.strip().startswith("+"):
        return "".join(letter for letter in text.replace("(0)", "") if letter.isdigit())
    return digits.lstrip("0")
