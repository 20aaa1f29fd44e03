"""Events: what happened, written in the transaction in which it happened.

One row is audit trail, timeline and outbox in one: `delivered_at` stays empty until the row was handed on.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, Id, UtcDateTime, connection, db

UNDELIVERED = text("delivered_at IS NULL")
OF_CONTACT = text("contact_id IS NOT NULL")


class Event(Base):
    """One thing that happened. `name` is subject_verb, as in link_created; ids say to what, tokens never."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_link", "link_id", "at"),
        Index("ix_event_booking", "booking_id", "at"),
        Index("ix_event_contact", "contact_id", "at", postgresql_where=OF_CONTACT, sqlite_where=OF_CONTACT),
        Index("ix_event_undelivered", "at", postgresql_where=UNDELIVERED, sqlite_where=UNDELIVERED),
    )

    # Made by `_new_id`: of events of one instant, the one that was recorded first has the lower id.
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(48))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    calendar_id: Mapped[int | None] = mapped_column(Id)
    link_id: Mapped[int | None] = mapped_column(Id)
    booking_id: Mapped[int | None] = mapped_column(Id)
    contact_id: Mapped[int | None] = mapped_column(Id)
    actor_id: Mapped[int | None] = mapped_column(Id)  # the user who did it; empty when a contact did
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


INSERT_EVENT = insert(Event.__table__)
_numbers = count()
_untold: ContextVar[bool] = ContextVar("untold", default=False)


@contextmanager
def untold() -> Iterator[None]:
    """What is recorded inside stands on timelines, and nobody reacts to it."""
    token = _untold.set(True)
    try:
        yield
    finally:
        _untold.reset(token)


def record(
    name: str,
    *,
    account_id: int,
    at: datetime,
    calendar_id: int | None = None,
    link_id: int | None = None,
    booking_id: int | None = None,
    contact_id: int | None = None,
    actor_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Write one event in the caller's transaction. `data` holds ids and plain values, never a token."""
    connection().execute(
        INSERT_EVENT,
        {
            "id": _new_id(),
            "account_id": account_id,
            "name": name,
            "at": at,
            "calendar_id": calendar_id,
            "link_id": link_id,
            "booking_id": booking_id,
            "contact_id": contact_id,
            "actor_id": actor_id,
            "data": data or {},
            "delivered_at": at if _untold.get() else None,
        },
    )


def record_each(
    name: str,
    contact_ids: Sequence[int],
    *,
    account_id: int,
    at: datetime,
    actor_id: int | None,
    data: dict[str, Any],
) -> None:
    """Write one event for each of the contacts, in the caller's transaction."""
    about = {"account_id": account_id, "name": name, "at": at, "actor_id": actor_id, "data": data}
    nothing = {"calendar_id": None, "link_id": None, "booking_id": None}
    told = {"delivered_at": at if _untold.get() else None}
    rows = [
        {"id": _new_id(), "contact_id": contact_id, **about, **nothing, **told} for contact_id in contact_ids
    ]
    if rows:
        connection().execute(INSERT_EVENT, rows)


def of_link(link_id: int) -> Sequence[Event]:
    """The link's events, oldest first."""
    return db.session.scalars(
        select(Event).where(Event.link_id == link_id).order_by(Event.at, Event.id)
    ).all()


def of_contact(contact_id: int) -> Sequence[Event]:
    """The events that name the contact, oldest first; those of their links and bookings are found by these."""
    return db.session.scalars(
        select(Event).where(Event.contact_id == contact_id).order_by(Event.at, Event.id)
    ).all()


def _new_id() -> str:
    """Counted, as one transaction often records several events at one instant, which timelines show in their order.

    Random beside that, so that a restored backup never reuses an id that finished work is known by.
    """
    return f"{next(_numbers) % 2**32:08x}{secrets.token_hex(12)}"
