"""How to replace the server's secret key, and what each key still holds up."""

import secrets as random
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from .bookings.models import Booking, BookingStatus
from .db import db
from .links.models import OneTimeLink
from .links.openness import opens_at
from .tokens import LINK, TokenMaker

STEPS = """
To rotate, set these and restart every process:

  SECRET_KEY            {new}
  SECRET_KEY_FALLBACKS  the value SECRET_KEY has now{more}

New links and bookings use the new key; those that exist keep working as long as their key is a fallback.
Drop a fallback once the table shows nothing for it. Nothing has been changed yet."""


def rotation_guide(secrets: Sequence[str], now: datetime) -> str:
    """Text for the operator: each key with its live links and coming bookings, and what to set."""
    more = ", a comma, and the fallbacks of now" if len(secrets) > 1 else ""
    return "\n".join([*table(secrets, now), STEPS.format(new=random.token_hex(32), more=more)])


def table(secrets: Sequence[str], now: datetime) -> list[str]:
    """Lines that name each key, configured or needed, with its live links and coming bookings."""
    links, bookings = _live_links(now), _coming_bookings(now)
    keys = [*_configured(secrets), *missing(secrets, now)]
    rows = [
        _row(key, links.get(key, 0), bookings.get(key, 0), _role(key, _configured(secrets))) for key in keys
    ]
    return [_row("Key", "Live links", "Coming bookings", ""), *rows]


def missing(secrets: Sequence[str], now: datetime) -> list[str]:
    """Keys that live links or coming bookings need and that are not configured."""
    return sorted({*_live_links(now), *_coming_bookings(now)} - {*_configured(secrets)})


def _configured(secrets: Sequence[str]) -> list[str]:
    return [TokenMaker(LINK, [secret]).key_id for secret in secrets]


def _row(key: str, links: object, bookings: object, role: str) -> str:
    return f"{key:10}{links!s:>12}{bookings!s:>18}   {role}".rstrip()


def _role(key: str, configured: Sequence[str]) -> str:
    if key not in configured:
        return "NOT CONFIGURED: these open nothing until their key is a fallback again"
    place = configured.index(key)
    if place == 0:
        return "SECRET_KEY, makes new links"
    return f"fallback {place}; without it the links and bookings of this row cannot be opened"


def _live_links(now: datetime) -> dict[str, int]:
    return _per_key(OneTimeLink.key_id, opens_at(now))


def _coming_bookings(now: datetime) -> dict[str, int]:
    return _per_key(Booking.key_id, Booking.status != BookingStatus.CANCELLED, Booking.ends_at > now)


def _per_key(key: InstrumentedAttribute[str], *which: ColumnElement[bool]) -> dict[str, int]:
    counted = select(key, func.count()).where(*which).group_by(key)
    return dict(db.session.execute(counted).all())
