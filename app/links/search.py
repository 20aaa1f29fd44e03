"""How links are searched: one rule for the words that are kept and the words that are typed. Pure.

Words are kept with a letter of their kind in front: `c42` for the calendar, `w...` for a word of name, e-mail or
note. So one index finds "words of this calendar" by itself, and no typed word is ever taken for a calendar.
"""

import re
import unicodedata
from collections.abc import Iterable

MOST_WORDS = 8  # of a query; more would only cost
LONGEST_WORD = 40
ADDRESS = re.compile(r"/o/([A-Za-z0-9_-]{32})(?![A-Za-z0-9_-])")


def words_of(text: str) -> list[str]:
    """The words of a text: case and accents folded, split at whatever is neither letter nor digit."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return [word[:LONGEST_WORD] for word in "".join(_or_blank(letter) for letter in plain).split()]


def kept_words(calendar_id: int, texts: Iterable[str]) -> str:
    """What a row keeps to be found by: its calendar, then each word once."""
    found = dict.fromkeys(f"w{word}" for text in texts for word in words_of(text))
    return " ".join([f"c{calendar_id}", *found])


def sqlite_query(calendar_id: int, text: str) -> str | None:
    """A MATCH expression: every typed word begins a kept one. None when nothing was typed that could match."""
    words = _typed(text)
    return " AND ".join([f'"c{calendar_id}"', *(f'"w{word}"*' for word in words)]) if words else None


def postgresql_query(calendar_id: int, text: str) -> str | None:
    """The same for to_tsquery('simple', ...)."""
    words = _typed(text)
    return " & ".join([f"c{calendar_id}", *(f"w{word}:*" for word in words)]) if words else None


def pasted_token(text: str) -> str | None:
    """The token of a whole address that was pasted into the search, or of a bare token."""
    found = ADDRESS.search(text)
    if found:
        return found[1]
    bare = text.strip()
    return bare if re.fullmatch(r"[A-Za-z0-9_-]{32}", bare) else None


def _typed(text: str) -> list[str]:
    return list(dict.fromkeys(words_of(text)))[:MOST_WORDS]


def _or_blank(letter: str) -> str:
    # Letters and digits only, in every script: what SQLite's unicode61 and PostgreSQL's parser split at differs.
    return letter if unicodedata.category(letter)[0] in "LN" else " "
