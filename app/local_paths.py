"""Where to go next, when the browser says so: only to a page of this site. Pure."""

import re
from urllib.parse import urlsplit

# Browsers drop tabs and line ends inside an address and read a backslash as a slash.
UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def local_path(text: str | None, otherwise: str = "/") -> str:
    """`text` when it is a path of this site, query and all; else `otherwise`."""
    if not text or not text.startswith("/") or text.startswith("//") or UNSAFE.search(text):
        return otherwise
    try:
        parts = urlsplit(text)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else text
