"""Search: kept and typed words follow one rule, on both databases' terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.links.search import kept_words, pasted_token, postgresql_query, sqlite_query, words_of

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
    kept = kept_words(7, [text]).split()
    for word in words_of(text):
        assert f"w{word}" in kept
        for query in (sqlite_query(7, word[:length]), postgresql_query(7, word[:length])):
            assert query is None or f"w{word[:length]}" in query.replace('"', "") or length > len(word)


@given(texts)
def test_queries_hold_nothing_but_words_and_our_operators(text):
    """R24: what is typed is never syntax."""
    for query in (sqlite_query(7, text) or "", postgresql_query(7, text) or ""):
        bare = (
            query.replace(" AND ", " ")
            .replace(" & ", " ")
            .replace(":*", "")
            .replace('"', "")
            .replace("*", "")
        )
        assert all(word.isalnum() for word in bare.split())


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
    assert sqlite_query(4, "c42") == '"c4" AND "wc42"*'
    assert postgresql_query(4, "c42") == "c4 & wc42:*"


def test_nothing_to_look_for_is_no_query():
    assert sqlite_query(1, "...") is None
    assert postgresql_query(1, "") is None


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
