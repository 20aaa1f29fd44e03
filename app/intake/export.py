"""Submissions as CSV, line by line. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .. import spreadsheets, zones

HEAD = ("Number", "Sent", "Contact", "Contact's e-mail", "Contact's phone", "Sent from", "Time zone")


def lines(fields: Sequence[dict[str, Any]], submissions: Iterable[Any], tz: str) -> Iterator[str]:
    """The file in pieces: what each person sent, a column for each field of the form, and the answers to fields that
    it has no more in the last one."""
    labels = [each["label"] for each in fields]
    yield spreadsheets.BYTE_ORDER_MARK + spreadsheets.line([*HEAD, *labels, "Other answers"])
    for each in submissions:
        yield spreadsheets.line([*_facts(each, tz), *_answers(fields, each.answers)])


def _facts(submission: Any, tz: str) -> list[object]:
    return [
        submission.id,
        submission.submitted_at.astimezone(zones.zone(tz)).isoformat(timespec="minutes"),
        submission.contact_name,
        submission.contact_email,
        submission.contact_phone,
        submission.origin,
        tz,
    ]


def _answers(fields: Sequence[dict[str, Any]], answers: Sequence[dict[str, Any]]) -> list[str]:
    """An id may have come to another field since: only an answer to the same words stands in its column."""
    said = {(each["id"], each["label"]): each["answer"] for each in answers}
    asked = [(each["id"], each["label"]) for each in fields]
    others = [f"{label}: {answer}" for (id_, label), answer in said.items() if (id_, label) not in asked]
    return [*(said.get(each, "") for each in asked), "\n".join(others)]
