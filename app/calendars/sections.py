"""The sections of Calendar Settings: which columns each one writes, and whether it is still what somebody saw."""

import json
from hashlib import sha256
from typing import Any

from .models import Calendar

# What a section's form may change, and nothing else.
SECTIONS = {
    "details": ("name", "slug", "description", "host_id", "tz", "duration_minutes"),
    "availability": ("weekly_hours",),
    "booking-rules": (
        "step_minutes",
        "buffer_before_minutes",
        "buffer_after_minutes",
        "minimum_notice_minutes",
        "window_kind",
        "window_days",
        "window_from_on",
        "window_until_on",
        "limit_per_day",
        "limit_per_week",
        "cutoff_minutes",
        "needs_confirmation",
        "answer_minutes",
    ),
    "location": ("location_kind", "location_detail"),
    "questions": ("questions",),
    "expired-page": (
        "expired_shows_host",
        "expired_contact_kind",
        "expired_contact",
        "expired_message",
        "expired_offers_public_link",
        "expired_offers_new_link",
    ),
    "public-link": ("is_public",),
}


def values_of(calendar: Calendar, section: str) -> dict[str, Any]:
    """The section's stored values by column."""
    return {name: getattr(calendar, name) for name in SECTIONS[section]}


def stamp(calendar: Calendar, section: str) -> str:
    """A short mark of the section's values; its form carries it, so that a stale form is told.

    Not the row's version: two people who save different sections do not disturb each other.
    """
    values = json.dumps(values_of(calendar, section), sort_keys=True, default=str)
    return sha256(values.encode()).hexdigest()[:16]
