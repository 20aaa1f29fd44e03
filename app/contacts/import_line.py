"""What one line of an import says, and what becomes of it. In the caller's transaction."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .. import phones
from ..errors import Invalid
from . import fields, tags
from .models import ContactSource
from .search import kept_words
from .service import Details, checked, find_or_make, hold

BETWEEN_TAGS = re.compile(r"[,;|]")


@dataclass(frozen=True)
class Said:
    """A line that can make a contact. `fields` are by the keys of the account's own."""

    details: Details
    tags: list[str]
    fields: dict[str, str]

    def adds_to(self, row: Any, there: Sequence[str]) -> bool:
        """True when the contact of the row, which has these tags, would not stay as it is."""
        missing = [value for name, value in vars(self.details).items() if not getattr(row, name) and value]
        unknown = [key for key in self.fields if not row.fields.get(key)]
        return bool(missing or unknown or set(self.tags) - set(there))

    def as_row(self, job: Any, now: datetime) -> dict[str, Any]:
        """A new contact, as it is stored."""
        return {
            **vars(self.details),
            "account_id": job.account_id,
            "tz": "",
            "locale": "",
            "fields": self.fields,
            "source": ContactSource.IMPORT,
            "created_at": now,
            "search_words": kept_words(job.account_id, *vars(self.details).values(), sorted(self.tags)),
        }


def read(job: Any, cells: list[str]) -> Said:
    """What the cells say; `job` is the row of the import. Raises Invalid, which says why the line is skipped."""
    said = {target: cell for target, cell in zip(job.columns, cells, strict=False) if target and cell}
    number = _number(said.get("phone", ""), job.region)
    details = checked(Details(_name(said), said.get("email", ""), number))
    own = {key.removeprefix("field_"): value for key, value in said.items() if key.startswith("field_")}
    return Said(details, _tags(job, said.get("tags", "")), fields.checked_values(own))


def take(job: Any, said: Said, now: datetime) -> bool:
    """True when the line made a contact, False when it is one that is known; what was empty is filled in."""
    actor_id = job.created_by_id
    contact_id, is_new = find_or_make(
        job.account_id, said.details, ContactSource.IMPORT, now, actor_id=actor_id
    )
    row = hold(contact_id)
    for tag in said.tags:
        tags.add(row, tag, now, actor_id)
    fields.fill_in(row, said.fields, now, actor_id)
    return is_new


def _name(said: dict[str, str]) -> str:
    """The name as one; a list that has first names apart may have the last ones under "Name"."""
    whole, first, last = (said.get(part, "") for part in ("name", "first_name", "last_name"))
    if whole and (last or first in whole):
        return whole
    return f"{first} {last or whole}".strip()


def _number(text: str, region: str) -> str:
    if not text:
        return ""
    number = phones.e164(text, region)
    if number is None:
        raise Invalid(f"“{text[:40]}” is no phone number.")
    return number


def _tags(job: Any, text: str) -> list[str]:
    words = [word for word in BETWEEN_TAGS.split(text) if word.strip()]
    found = list(dict.fromkeys([tags.checked(word) for word in words] + [job.tag] * bool(job.tag)))
    if len(found) > tags.MOST:
        raise Invalid(f"A contact has at most {tags.MOST} tags.")
    return found
