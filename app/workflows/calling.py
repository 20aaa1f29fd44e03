"""Calls webhooks of steps: addresses that people give, on the open internet only. Done outside any transaction.

At least once: a worker that dies after the call makes it again, with the same webhook-id. The body holds ids and what
is known of the contact, never a token.
"""

import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from .. import config
from ..contacts import tags
from ..contacts.models import Contact
from ..phone import outbound
from . import looking
from .models import Workflow, WorkflowRun

# How long to wait after each try that failed and may go well later.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
PASSING = (408, 425, 429)  # beside all from 500 on


class Call(NamedTuple):
    """What is asked: POST with this body. `reference` is the same at every try."""

    address: str
    body: bytes
    reference: str


class Answered(NamedTuple):
    """How a call went. Unless it `is_done`, it may go well later where it `may_pass`; `why` is a sentence."""

    is_done: bool
    why: str = ""
    status: int | None = None
    may_pass: bool = False


def call_of(
    address: str, reference: str, run: WorkflowRun, contact: Contact, workflow: Workflow, now: datetime
) -> Call:
    """The call that a step makes for a run."""
    booking, link = looking.booking_of(run), looking.link_of(run)
    said: dict[str, Any] = {
        "id": reference,
        "at": now.isoformat(),
        "workflow": {"id": workflow.id, "name": workflow.name},
        "run": {"id": run.id, "started_by": run.started_by},
        "contact": {
            "id": contact.id,
            "name": contact.name,
            "email": contact.email,
            "phone": contact.phone,
            "fields": contact.fields,
            "tags": tags.tags_of(contact.id),
        },
        "link": {"id": link.id, "status": link.status.value} if link else None,
        "booking": (
            {"id": booking.id, "status": booking.status.value, "starts_at": booking.starts_at.isoformat()}
            if booking
            else None
        ),
    }
    return Call(address, json.dumps(said).encode(), reference)


def make(call: Call) -> Answered:
    """Ask, and tell how it went."""
    headers = {"Content-Type": "application/json", "User-Agent": "Slotkey", "webhook-id": call.reference}
    try:
        answer = outbound.post(call.address, call.body, headers, allowed=config.current().outbound_allow)
    except outbound.Refused as refused:
        return Answered(False, str(refused))
    except (outbound.Unreachable, outbound.NoAnswer) as failed:
        return Answered(False, str(failed), may_pass=True)
    if 200 <= answer.status < 300:
        return Answered(True, status=answer.status)
    may_pass = answer.status >= 500 or answer.status in PASSING
    return Answered(False, f"It answered: {answer.status}.", answer.status, may_pass)
