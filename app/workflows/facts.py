"""What is known of a run when a step looks: its contact, its link, its booking. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class LinkState(StrEnum):
    """Where the run's link stands, as conditions ask for it."""

    UNOPENED = "unopened"
    OPENED = "opened"
    USED = "used"
    EXPIRED = "expired"
    DELETED = "deleted"


class BookingState(StrEnum):
    """Where the run's booking stands, as conditions ask for it."""

    ASKED = "asked"
    COMING = "coming"
    OVER = "over"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


@dataclass(frozen=True)
class Facts:
    """All a condition or a wait may look at. None: there is no such link, or no such booking."""

    name: str = ""
    email: str = ""
    phone: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    link: LinkState | None = None
    link_expires_at: datetime | None = None
    booking: BookingState | None = None
    booking_starts_at: datetime | None = None
    booking_ends_at: datetime | None = None
    tz: str | None = None  # the contact's, where a booking of theirs has told it
