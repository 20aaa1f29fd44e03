"""One line of an import: what its cells say becomes a contact, or a reason why not. In the caller's transaction."""

import re
from datetime import datetime
from typing import Any

from .. import phones
from ..errors import Invalid
from . import fields, tags
from .models import ContactSource
from .service import Details, find_or_make, hold

BETWEEN_TAGS = re.compile(r"[,;|]")


def take(job: Any, cells: list[str], now: datetime) -> bool:
    """True when the line made a contact, False when it is one that is known; what was empty is filled in.

    `job` is the row of the import. Raises a refusal whose sentence says why the line is skipped.
    """
    said = {target: cell for target, cell in zip(job.columns, cells, strict=False) if target and cell}
    details = Details(said.get("name", ""), said.get("email", ""), _number(said.get("phone", ""), job.region))
    wanted = _tags(job, said.get("tags", ""))
    own = {key.removeprefix("field_"): value for key, value in said.items() if key.startswith("field_")}
    contact_id, is_new = find_or_make(
        job.account_id, details, ContactSource.IMPORT, now, actor_id=job.created_by_id
    )
    row = hold(contact_id)
    for tag in wanted:
        tags.add(row, tag, now, job.created_by_id)
    fields.fill_in(row, own, now, job.created_by_id)
    return is_new


def _number(text: str, region: str) -> str:
    if not text:
        return ""
    number = phones.e164(text, region)
    if number is None:
        raise Invalid(f"“{text[:40]}” is no phone number.")
    return number


def _tags(job: Any, text: str) -> list[str]:
    words = [word for word in BETWEEN_TAGS.split(text) if word.strip()]
    return list(dict.fromkeys([tags.checked(word) for word in words] + [job.tag] * bool(job.tag)))
