"""What a run knows when a step looks: facts read from the rows as they stand. Everything here reads only."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from ..bookings.models import Booking, BookingStatus
from ..contacts import tags
from ..contacts.models import Contact
from ..db import connection, db
from ..links.models import LinkSighting, LinkStatus, OneTimeLink, SightingKind
from .facts import BookingState, Facts, LinkState
from .models import WorkflowRun, WorkflowRunLink, WorkflowStepRun

link, booking, sighting = OneTimeLink.__table__, Booking.__table__, LinkSighting.__table__
run_link, step_run = WorkflowRunLink.__table__, WorkflowStepRun.__table__


def facts_of(run: WorkflowRun, contact: Contact, now: datetime) -> Facts:
    """All of them."""
    its_link, its_booking = link_of(run), booking_of(run)
    return Facts(
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        fields=contact.fields,
        tags=frozenset(tags.tags_of(contact.id)),
        link=_link_state(its_link, now) if its_link else None,
        link_expires_at=its_link.expires_at if its_link else None,
        booking=_booking_state(its_booking, now) if its_booking else None,
        booking_starts_at=its_booking.starts_at if its_booking else None,
        booking_ends_at=its_booking.ends_at if its_booking else None,
        tz=contact.tz or None,
    )


def link_of(run: WorkflowRun) -> Any | None:
    """The latest link that a step of the run made; else the one that the run began with."""
    made = (
        select(link)
        .join(run_link, run_link.c.link_id == link.c.id)
        .join(
            step_run, (step_run.c.run_id == run_link.c.run_id) & (step_run.c.step_key == run_link.c.step_key)
        )
        .where(run_link.c.run_id == run.id)
        .order_by(step_run.c.began_at.desc(), link.c.id.desc())
    )
    found = connection().execute(made.limit(1)).one_or_none()
    if found is None and run.link_id:
        return connection().execute(select(link).where(link.c.id == run.link_id)).one_or_none()
    return found


def booking_of(run: WorkflowRun) -> Booking | None:
    """The booking that the run began with; else the one that its link has made."""
    mine = select(Booking).execution_options(populate_existing=True)
    if run.booking_id:
        return db.session.scalars(mine.where(Booking.id == run.booking_id)).one_or_none()
    its_link = link_of(run)
    return db.session.scalars(mine.where(Booking.link_id == its_link.id)).one_or_none() if its_link else None


def _link_state(row: Any, now: datetime) -> LinkState:
    if row.status != LinkStatus.ACTIVE:
        return LinkState.USED if row.status == LinkStatus.USED else LinkState.DELETED
    if row.expires_at is not None and row.expires_at <= now:
        return LinkState.EXPIRED
    looked = select(sighting.c.times).where(
        sighting.c.link_id == row.id, sighting.c.kind == SightingKind.LOOKED
    )
    return LinkState.OPENED if connection().execute(looked).one_or_none() else LinkState.UNOPENED


def _booking_state(found: Booking, now: datetime) -> BookingState:
    if found.status == BookingStatus.CANCELLED:
        return BookingState.CANCELLED
    if found.no_show_at is not None:
        return BookingState.NO_SHOW
    if found.status == BookingStatus.TENTATIVE:
        return BookingState.ASKED
    return BookingState.OVER if found.ends_at <= now else BookingState.COMING
