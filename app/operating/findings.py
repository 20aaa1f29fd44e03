"""What the doctor says of one thing: a state, what it is about, and what to do when it is not well. Pure."""

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """How one thing stands."""

    OK = "ok"
    WARN = "warn"  # works, and may not be what was meant
    FAIL = "fail"  # does not work


class Finding(NamedTuple):
    """One line of the doctor's. `fix` is a sentence that says what to do."""

    state: State
    about: str
    words: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.state:5} {self.about:12} {self.words} {self.fix}".rstrip()


def ok(about: str, words: str) -> Finding:
    """It is well."""
    return Finding(State.OK, about, words)


def warn(about: str, words: str, fix: str) -> Finding:
    """It works, but."""
    return Finding(State.WARN, about, words, fix)


def fail(about: str, words: str, fix: str) -> Finding:
    """It does not work."""
    return Finding(State.FAIL, about, words, fix)
