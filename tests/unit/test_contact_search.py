"""Contacts are found by what people type: names, addresses, tags, and numbers however they are grouped."""

import pytest

from app.contacts.search import kept_words, typed_words

KEPT = kept_words(7, "Sam Lee", "sam@example.org", "+493012345678", ["vip guest"]).split()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Lee", ["wlee"]),
        ("sam@Example.org", ["wsamexampleorg"]),
        ("+49 30 12345678", ["w493012345678"]),
        ("+49 (0)30 123", ["w4930123"]),
        ("030/1234", ["w301234"]),
        ("3012345678", ["w3012345678"]),
        ("guest", ["wguest"]),
    ],
)
def test_what_is_typed_begins_a_word_that_is_kept(typed: str, words: list[str]) -> None:
    assert typed_words(typed) == words
    assert any(kept.startswith(words[-1]) for kept in KEPT)


def test_what_is_short_or_mixed_is_no_number() -> None:
    assert typed_words("123") == ["w123"]
    assert typed_words("room 12345") == ["wroom", "w12345"]
    assert KEPT[0] == "c7"
