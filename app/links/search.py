"""How links are searched: one rule for the words that are kept and the words that are typed. Pure.

Words are kept with a letter of their kind in front: `c42` for the calendar, `w...` for a word of name, e-mail or
note. So one index finds "words of this calendar" by itself, and no typed word is ever taken for a calendar. Contacts
are searched in the same way; in front of their words stands the account.
"""

import re
import unicodedata
from collections.abc import Iterable

MOST_WORDS = 8  # of a query; more would only cost
LONGEST_WORD = 40
LONGEST_KEPT_BEGINNING = 5  # of link_search, letter of the kind included
ADDRESS = re.compile(r"/o/([A-Za-z0-9_-]{32})(?![A-Za-z0-9_-])")


def words_of(text: str) -> list[str]:
    """The words of a text: case and accents folded, split at whatever is neither letter nor digit."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return [word[:LONGEST_WORD] for word in "".join(_or_blank(letter) for letter in plain).split()]


def kept_words(owner_id: int, texts: Iterable[str]) -> str:
    """What a row keeps to be found by: whose it is, then each word once, e-mail addresses also as one word."""
    chunks = [chunk for text in texts for chunk in text.split()]
    words = [word for chunk in chunks for word in (*words_of(chunk), *_address_word(chunk))]
    return " ".join([f"c{owner_id}", *dict.fromkeys(f"w{word}" for word in words)])


def typed_words(text: str) -> list[str]:
    """What to look for, as kept: the last one may be unfinished, those before it are whole.

    An e-mail address is one word: `example` and `org` by themselves are in every other row.
    """
    words = [word for chunk in text.split() for word in (_address_word(chunk) or words_of(chunk))]
    return [f"w{word}" for word in dict.fromkeys(words)][:MOST_WORDS]


def sqlite_query(words: list[str]) -> str:
    """A MATCH expression for typed words; of several it may find a little more than `patterns` do.

    Beginnings as long as the index keeps come out in order. A longer one first collects all words that begin so:
    next to another word, its own beginning narrows enough.
    """
    last = words[-1][:LONGEST_KEPT_BEGINNING] if len(words) > 1 else words[-1]
    return " AND ".join([f'"{word}"' for word in (*words[:-1], last)]) + "*"


def postgresql_query(words: list[str]) -> str:
    """The same as a tsquery, with {} where the block of ids and the calendar belong, in front of each lexeme.

    Beginnings that the index keeps are lexemes of their own, with a p in front.
    """
    last = words[-1][:LONGEST_KEPT_BEGINNING] if len(words) > 1 else words[-1]
    is_kept = len(last) <= LONGEST_KEPT_BEGINNING
    beginning = f"'{{}}p{last[1:]}'" if is_kept else f"'{{}}{last}':*"
    return " & ".join([*(f"'{{}}{word}'" for word in words[:-1]), beginning])


def patterns(words: list[str]) -> list[str]:
    """The same as LIKE patterns, one for each word, for kept words with a blank after them."""
    return [*(f"% {word} %" for word in words[:-1]), f"% {words[-1]}%"]


def pasted_token(text: str) -> str | None:
    """The token of a whole address that was pasted into the search, or of a bare token."""
    found = ADDRESS.search(text)
    if found:
        return found[1]
    bare = text.strip()
    return bare if re.fullmatch(r"[A-Za-z0-9_-]{32}", bare) else None


def _address_word(chunk: str) -> list[str]:
    return ["".join(words_of(chunk))[:LONGEST_WORD]] if "@" in chunk and words_of(chunk) else []


def _or_blank(letter: str) -> str:
    # Letters and digits only, in every script: what SQLite's unicode61 and PostgreSQL's parser split at differs.
    return letter if unicodedata.category(letter)[0] in "LN" else " "
