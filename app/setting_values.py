"""What settings may hold: each function turns the text of one into its value, or raises
ValueError with words for what it must be."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError

SHORTEST_SECRET = 32
SHORTEST_METRICS_TOKEN = 16


def secret(text: str) -> str:
    """A key long enough to sign with."""
    if len(text) < SHORTEST_SECRET:
        raise ValueError(
            f"must be at least {SHORTEST_SECRET} characters, random; `openssl rand -hex 32` makes one"
        )
    return text


def secrets(text: str) -> tuple[str, ...]:
    """Several of them, separated by commas."""
    return tuple(secret(part.strip()) for part in text.split(",") if part.strip())


def origin(text: str) -> str:
    """Scheme and host of an address without a path."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address such as https://book.example.org")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must have no path: Slotkey lives at the root of its host")
    return f"{parts.scheme}://{parts.netloc}"


def folder(text: str) -> Path:
    """An absolute path."""
    return Path(text).expanduser().resolve()


def database_url(text: str) -> str:
    """The address of a database, with the driver that we use."""
    for prefix in ("postgres://", "postgresql://"):
        if text.startswith(prefix):
            return "postgresql+psycopg://" + text.removeprefix(prefix)
    if text.startswith(("postgresql+psycopg://", "sqlite:///")) and text != "sqlite:///:memory:":
        return text
    raise ValueError("must start with postgresql:// or sqlite:/// and name a file")


def whole(least: int, most: int) -> Callable[[str], int]:
    """Takes whole numbers from `least` to `most`."""

    def convert(text: str) -> int:
        if not text.strip().isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return convert


def one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    """Takes one of the words."""

    def convert(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be {' or '.join(words)}")
        return text

    return convert


def metrics_token(text: str) -> str:
    """A token that cannot be guessed, or nothing."""
    if text and len(text) < SHORTEST_METRICS_TOKEN:
        raise ValueError(f"must be at least {SHORTEST_METRICS_TOKEN} characters, random")
    return text


def positive(text: str) -> float:
    """A number above zero."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < 1e9:
        raise ValueError("must be a number above 0")
    return number


def positives(text: str) -> tuple[float, ...]:
    """Several of them, separated by commas."""
    return tuple(positive(part) for part in text.split(","))


def locale(text: str) -> str:
    """A language and territory that Babel knows."""
    try:
        return str(Locale.parse(text.replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        raise ValueError("must be a language and territory such as en_GB or en_US") from None
