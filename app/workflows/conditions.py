"""Whether the condition of an `if` holds. Pure."""

from collections.abc import Mapping
from typing import Any

from .facts import Facts

# What a condition is about -> the words a person chooses it by.
ABOUT = {
    "field": "A field of the contact",
    "tag": "A tag of the contact",
    "link": "The one-time link",
    "booking": "The booking",
}
# How a field is compared; the last two need no value.
COMPARED = {
    "is": "is",
    "is_not": "is not",
    "contains": "contains",
    "is_empty": "is empty",
    "is_filled": "is filled in",
}
WITHOUT_VALUE = ("is_empty", "is_filled")
LINK_STATES = {
    "none": "does not exist",
    "unopened": "was not opened by a person",
    "opened": "was opened, and not used",
    "used": "was used",
    "expired": "has expired",
    "deleted": "was deleted",
}
BOOKING_STATES = {
    "none": "does not exist",
    "asked": "waits for an answer",
    "coming": "is coming up",
    "over": "is over",
    "cancelled": "was cancelled",
    "no_show": "was missed by the contact",
}
OWN_FIELDS = {"name": "Name", "email": "E-mail", "phone": "Phone"}


def holds(options: Mapping[str, Any], facts: Facts) -> bool:
    """True when it does. Texts are compared without case, and without blanks round them."""
    about = options.get("about")
    if about == "tag":
        return _plain(options.get("value")) in {_plain(tag) for tag in facts.tags}
    if about == "link":
        return (facts.link or "none") == options.get("value")
    if about == "booking":
        return (facts.booking or "none") == options.get("value")
    return _compares(
        options.get("is"), _plain(_field(options.get("field"), facts)), _plain(options.get("value"))
    )


def words(options: Mapping[str, Any], field_names: Mapping[str, str]) -> str:
    """ "E-mail is empty", "The contact has the tag vip", "The one-time link was used"."""
    about, value = options.get("about"), options.get("value") or ""
    if about == "tag":
        return f"The contact has the tag {value}"
    if about == "link":
        return f"The one-time link {LINK_STATES.get(value, '?')}"
    if about == "booking":
        return f"The booking {BOOKING_STATES.get(value, '?')}"
    name = {**OWN_FIELDS, **field_names}.get(options.get("field") or "", "?")
    said = f"{name} {COMPARED.get(options.get('is') or '', '?')}"
    return said if options.get("is") in WITHOUT_VALUE else f"{said} {value}"


def _field(key: str | None, facts: Facts) -> str:
    own = {"name": facts.name, "email": facts.email, "phone": facts.phone}
    return own[key] if key in own else str(facts.fields.get(key or "", ""))


def _compares(how: str | None, found: str, wanted: str) -> bool:
    return {
        "is": found == wanted,
        "is_not": found != wanted,
        "contains": wanted in found,
        "is_empty": not found,
        "is_filled": bool(found),
    }.get(how or "", False)


def _plain(text: object) -> str:
    return str(text or "").strip().casefold()
