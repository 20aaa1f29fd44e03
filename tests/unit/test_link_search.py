"""Search: kept and typed words follow one rule, on both databases' terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.links.search import (
    kept_words,
    pasted_token,
    patterns,
    postgresql_query,
    sqlite_query,
    typed_words,
    words_of,
)

texts = st.text(max_size=60)


@given(texts)
def test_words_are_folded_once_and_for_all(text):
    words = words_of(text)
    assert words_of(" ".join(words)) == words


@given(texts)
def test_case_and_accents_make_no_difference(text):
    assert words_of(text.casefold()) == words_of(text)


@given(texts, st.integers(1, 12))
def test_every_kept_word_is_found_by_its_beginning(text, length):
    kept = f"{kept_words(7, [text])} "
    for word in words_of(text):
        [typed] = patterns(typed_words(word[:length]))[:1] or [""]
        assert typed.strip("%") in kept


@given(texts)
def test_a_text_is_found_by_itself(text):
    kept = f"{kept_words(7, [text])} "
    words = typed_words(text)
    assert not words or all(pattern.strip("%") in kept for pattern in patterns(words))


@given(texts)
def test_typed_words_hold_letters_and_digits_only(text):
    """R24: what is typed is never syntax, of MATCH, of to_tsquery or of LIKE."""
    assert all(word.isalnum() for word in typed_words(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("José Núñez", ["jose", "nunez"]),
        ("jose.nunez+demo@example.org", ["jose", "nunez", "demo", "example", "org"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("Øystein", ["øystein"]),
        ("\uff21\uff22\uff23", ["abc"]),
        ("Привет, мир!", ["привет", "мир"]),
        ("!!! ---", []),
    ],
)
def test_words(text, words):
    assert words_of(text) == words


def test_typed_words_are_never_taken_for_a_calendar():
    assert sqlite_query(typed_words("ana c42")) == '"wana" AND "wc42"*'
    assert postgresql_query(typed_words("ana c42")) == "'{}wana' & '{}pc42'"


def test_a_long_word_by_itself_is_looked_for_as_it_is_typed():
    assert sqlite_query(typed_words("maximilian")) == '"wmaximilian"*'
    assert postgresql_query(typed_words("maximilian")) == "'{}wmaximilian':*"


def test_an_e_mail_address_is_one_word_and_its_parts():
    assert kept_words(4, ["ana.s@example.org"]) == "c4 wana ws wexample worg wanasexampleorg"
    assert typed_words("ana.s@exam") == ["wanasexam"]


def test_nothing_to_look_for_is_no_word():
    assert typed_words("... @") == []


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("https://book.example.org/o/" + "a" * 32, "a" * 32),
        ("  https://book.example.org/o/" + "a" * 32 + "?tz=UTC ", "a" * 32),
        ("see https://book.example.org/o/" + "a" * 32 + ", thanks", "a" * 32),
        ("a" * 32, "a" * 32),
        ("https://book.example.org/o/" + "a" * 33, None),
        ("/o/abc", None),
        ("Sam Lee", None),
    ],
)
def test_pasted_addresses_are_recognised(text, token):
    assert pasted_token(text) == token
