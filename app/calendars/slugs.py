"""Slugs: the readable part of a public address."""

import re
import unicodedata

LONGEST = 60
_SHAPE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_slug(text: str) -> bool:
    """True for "intro-call": small letters, digits and single hyphens between them."""
    return len(text) <= LONGEST and _SHAPE.fullmatch(text) is not None


def slug_from(name: str, otherwise: str = "calendar") -> str:
    """The slug nearest to a name: "Café & Co" -> "cafe-co"; `otherwise` when no letter of it can be kept."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST].strip("-") or otherwise
