"""The sites whose own forms may send to one of ours. Pure."""

from urllib.parse import urlsplit

MOST_ORIGINS = 20
LONGEST_ORIGIN = 255


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
