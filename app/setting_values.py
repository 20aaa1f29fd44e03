"""What settings may hold: each function turns the text of one into its value, or raises
ValueError with words for what it must be."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError

from .phone.signing import PREFIX, key_of

SHORTEST_SECRET = 32
SHORTEST_METRICS_TOKEN = 16
SHORTEST_HOOK_KEY = 24


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


def filled(text: str) -> str:
    """Something."""
    if not text.strip():
        raise ValueError("this setting is required and has no default")
    return text.strip()


def web_address(text: str) -> str:
    """A whole address, path included."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("must be an address such as https://sms.example.org/send")
    return text.strip().rstrip("/")


def hook_secret(text: str) -> str:
    """What requests between two programs are signed with."""
    try:
        is_long = text.startswith(PREFIX) and len(key_of(text)) >= SHORTEST_HOOK_KEY
    except ValueError:
        is_long = False
    if not is_long:
        made = f"`echo {PREFIX}$(openssl rand -base64 {SHORTEST_HOOK_KEY})` makes one"
        raise ValueError(f"must be {PREFIX} and at least {SHORTEST_HOOK_KEY} random bytes in base64; {made}")
    return text


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks or single addresses, separated by commas."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("must be networks such as 10.0.0.0/8, 192.168.1.7") from None
