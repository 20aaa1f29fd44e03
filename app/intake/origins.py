"""The sites whose own forms may send to one of ours. Pure."""

from collections.abc import Collection
from urllib.parse import quote, urlsplit

MOST_ORIGINS = 20
LONGEST_ORIGIN = 255
KEPT_AS_TYPED = "/?%:@!$&'()*+,;=~"


def origin_of(address: str) -> str | None:
    """ "https://example.org" of an address of that site, as browsers name it; None when it is no web address."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
        host = host.encode("idna").decode() if not host.isascii() else host
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return None
    is_usual = port in (None, {"http": 80, "https": 443}[parts.scheme])
    host = f"[{host}]" if ":" in host else host
    origin = f"{parts.scheme}://{host}" + ("" if is_usual else f":{port}")
    return origin if len(origin) <= LONGEST_ORIGIN and " " not in origin else None


def origins_in(text: str) -> tuple[list[str], list[str]]:
    """The origins that the lines of a text name, each once, and the lines that name none."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    found = {line: origin_of(line) for line in lines}
    known = [origin for origin in found.values() if origin]
    return list(dict.fromkeys(known)), [line for line, origin in found.items() if not origin]


def return_address(text: str, origins: Collection[str]) -> str | None:
    """The address, if it is on one of these sites; None for any other.

    It is put together anew, so that however it was written no browser reads another site in it.
    """
    origin = origin_of(text)
    if origin is None or origin not in origins:
        return None
    parts = urlsplit(text.strip())
    query = f"?{quote(parts.query, KEPT_AS_TYPED)}" if parts.query else ""
    fragment = f"#{quote(parts.fragment, KEPT_AS_TYPED)}" if parts.fragment else ""
    return f"{origin}{quote(parts.path, KEPT_AS_TYPED) or '/'}{query}{fragment}"
