"""How to replace the server's secret key, and what each key still holds up."""

import secrets as random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from .bookings.models import Booking, BookingStatus
from .db import db
from .links.models import OneTimeLink
from .links.openness import opens_at
from .phone.models import PhoneSettings
from .tokens import LINK, TokenMaker
from .workflows.models import Workflow

STEPS = """
To rotate, set these and restart every process:

  SECRET_KEY            {new}
  SECRET_KEY_FALLBACKS  the value SECRET_KEY has now{more}

New links, bookings and hooks use the new key; those that exist keep working as long as their key is a fallback.
Hooks change by hand: make those of Calls and SMS anew there, and copy a workflow that a hook starts.
Drop a fallback once the table shows nothing for it. Nothing has been changed yet."""


def rotation_guide(secrets: Sequence[str], now: datetime) -> str:
    """Text for the operator: each key with what it holds up, and what to set."""
    more = ", a comma, and the fallbacks of now" if len(secrets) > 1 else ""
    return "\n".join([*table(secrets, now), STEPS.format(new=random.token_hex(32), more=more)])


def table(secrets: Sequence[str], now: datetime) -> list[str]:
    """Lines that name each key, configured or needed, with what it holds up."""
    counts = _counts(now)
    keys = [*_configured(secrets), *missing(secrets, now)]
    rows = [
        _row(key, [found.get(key, 0) for found in counts.values()], _role(key, _configured(secrets)))
        for key in keys
    ]
    return [_row("Key", list(counts), ""), *rows]


def missing(secrets: Sequence[str], now: datetime) -> list[str]:
    """Keys that something needs and that are not configured."""
    needed = {key for found in _counts(now).values() for key in found}
    return sorted(needed - {*_configured(secrets)})


def _configured(secrets: Sequence[str]) -> list[str]:
    return [TokenMaker(LINK, [secret]).key_id for secret in secrets]


def _row(key: str, counts: Sequence[object], role: str) -> str:
    live, coming, hooks = counts
    return f"{key:10}{live!s:>12}{coming!s:>18}{hooks!s:>8}   {role}".rstrip()


def _role(key: str, configured: Sequence[str]) -> str:
    if key not in configured:
        return "NOT CONFIGURED: these open nothing until their key is a fallback again"
    place = configured.index(key)
    if place == 0:
        return "SECRET_KEY, makes new links"
    return f"fallback {place}; without it the links, bookings and hooks of this row cannot be opened"


def _counts(now: datetime) -> dict[str, dict[str, int]]:
    """What keys hold up, by its heading and by key."""
    is_coming = (Booking.status != BookingStatus.CANCELLED, Booking.ends_at > now)
    of_phone = _per_key(PhoneSettings.key_id, PhoneSettings.hook_nonce.is_not(None))
    of_workflows = _per_key(Workflow.key_id, Workflow.follows == "hook")
    return {
        "Live links": _per_key(OneTimeLink.key_id, opens_at(now)),
        "Coming bookings": _per_key(Booking.key_id, *is_coming),
        "Hooks": Counter(of_phone) + Counter(of_workflows),
    }


def _per_key(key: InstrumentedAttribute[str], *which: ColumnElement[bool]) -> dict[str, int]:
    counted = select(key, func.count()).where(*which).group_by(key)
    return dict(db.session.execute(counted).all())
