"""What a form may ask, and the rules its fields keep. Pure."""

from collections.abc import Sequence
from typing import Any

from ..errors import Invalid
from ..row_edits import ids_for

MOST_FIELDS = 30
KINDS = {
    "name": "Name",
    "email": "E-mail address",
    "phone": "Phone number",
    "text": "Short text",
    "long_text": "Long text",
    "choice": "One of several choices",
    "checkbox": "Checkbox",
    "consent": "Consent",
}
# Of each of these a form has one at most: what is said there is the contact's own name, address and number.
OF_THE_CONTACT = ("name", "email", "phone")
# What is said to these may also be kept in a field of the contact.
KEPT_ON_CONTACT = ("text", "choice")
FIRST_FIELDS: list[dict[str, Any]] = [
    {"id": "name", "label": "Your name", "kind": "name", "required": True, "choices": []},
    {"id": "email", "label": "E-mail", "kind": "email", "required": True, "choices": []},
]
NO_WAY_BACK = (
    "Ask for an e-mail address or a phone number, and require it: that is how a submission becomes a contact."
)


def ids_for_rows(rows: Sequence[dict[str, Any]]) -> list[str]:
    """An id for each row of a form, with "kind" and "key": those of the contact go by their kind."""
    others = iter(ids_for([row["key"] for row in rows if row["kind"] not in OF_THE_CONTACT]))
    return [row["kind"] if row["kind"] in OF_THE_CONTACT else next(others) for row in rows]


def check(fields: Sequence[dict[str, Any]]) -> None:
    """Raise Invalid when a contact could not be told from what these fields ask."""
    kinds = [each["kind"] for each in fields]
    twice = next((kind for kind in OF_THE_CONTACT if kinds.count(kind) > 1), None)
    if twice:
        raise Invalid(
            f"“{KINDS[twice]}” can be asked once. Choose another kind of answer for the second one."
        )
    if not any(each["kind"] in ("email", "phone") and each["required"] for each in fields):
        raise Invalid(NO_WAY_BACK)


def kept_on_contact(fields: Sequence[dict[str, Any]], answers: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What the answers say of fields of the contact, by their keys; of two for one field the first counts."""
    said = {each["id"]: each["answer"] for each in answers}
    into = [(each["into"], said[each["id"]]) for each in fields if each.get("into") and each["id"] in said]
    return dict(reversed(into))
