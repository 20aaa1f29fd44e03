"""Starts runs when something happens to a contact, and lets those that wait for it know. A handler of events."""

from datetime import datetime

from sqlalchemy import func, select

from ..contacts.bookings import contact_of_booking
from ..contacts.models import Contact
from ..db import connection, in_transaction
from ..events import Event
from ..links.models import OneTimeLink
from . import kinds, runs, versions
from .models import WAITING, RunState, WorkflowRun, WorkflowRunLink, WorkflowVersion
from .steps import parse

run, run_link, version = WorkflowRun.__table__, WorkflowRunLink.__table__, WorkflowVersion.__table__
contact, link, event_table = Contact.__table__, OneTimeLink.__table__, Event.__table__

# What may end a wait, or change how long it lasts.
WAKING = (
    "booking_created",
    "booking_confirmed",
    "booking_rescheduled",
    "booking_cancelled",
    "booking_declined",
    "booking_request_expired",
    "link_deleted",
)
REPLIED, BOOKED = "sms_received", "booking_created"


def events_followed() -> list[str]:
    """The names of all events that this has to see."""
    return sorted({*kinds.followed(), *WAKING, REPLIED})


def concerns(event: Event) -> bool:
    """False when no workflow follows the event and none can wait for it, as most of the time."""
    return event.name in (*WAKING, REPLIED) or bool(_meant(event))


def on_event(event: Event, now: datetime) -> None:
    """Start the workflows that follow this event, after those that wait for it were told."""
    meant = _meant(event)
    contact_id = in_transaction(lambda: contact_of(event, now))
    in_transaction(lambda: _tell_waiting(event, contact_id, now))
    for followed in meant if contact_id else ():
        in_transaction(lambda each=followed: _start(each, event, now))


def contact_of(event: Event, now: datetime) -> int | None:
    """Whom the event is about: its contact, else who booked, else whom its link was made for. None: nobody known."""
    # As it stands now: the contact may have become one with another since.
    told = connection().execute(select(event_table.c.contact_id).where(event_table.c.id == event.id))
    if found := told.scalar_one_or_none():
        return found
    if event.booking_id and (found := contact_of_booking(event.booking_id, now)):
        return found
    return _contact_of_link(event) if event.link_id else None


def _contact_of_link(event: Event) -> int | None:
    row = (
        connection()
        .execute(select(link.c.contact_id, link.c.for_email).where(link.c.id == event.link_id))
        .one()
    )
    if row.contact_id or not row.for_email:
        return row.contact_id
    named = select(contact.c.id).where(
        contact.c.account_id == event.account_id, contact.c.email == func.lower(row.for_email)
    )
    return connection().execute(named).scalar_one_or_none()


def _meant(event: Event) -> list[versions.Followed]:
    every = versions.following(kinds.following(event.name), event.account_id)
    return [followed for followed in every if _is_meant(event, followed)]


def _is_meant(event: Event, followed: versions.Followed) -> bool:
    """Not what happened before the workflow was on. A link is used only by a booking that came by one; STOP and START
    are no replies."""
    definition = followed.definition
    is_other = (definition.trigger == "link_used" and not event.link_id) or event.data.get("keyword")
    if event.at < followed.on_since or is_other:
        return False
    seen = {**event.data, "calendar_id": event.calendar_id}
    return kinds.matches(definition.trigger, definition.filters, seen)


def _start(followed: versions.Followed, event: Event, now: datetime) -> None:
    if (contact_id := contact_of(event, now)) is None:
        return
    runs.start(followed, contact_id, event.id, now, booking_id=event.booking_id, link_id=event.link_id)


def _tell_waiting(event: Event, contact_id: int | None, now: datetime) -> None:
    if contact_id and event.name in (REPLIED, BOOKED):
        _stop(contact_id, event, now)
    if event.name in WAKING:
        runs.resume(_waiting_for(event), now)


def _stop(contact_id: int, event: Event, now: datetime) -> None:
    """End the contact's runs that are to end by a reply or a booking, unless that is what they began with; those too
    that have failed, or what was left of them would be said if somebody had the step tried again."""
    mine = select(run.c.id, version.c.definition).join(version, version.c.id == run.c.version_id)
    waiting = mine.where(
        run.c.contact_id == contact_id,
        run.c.state.in_((RunState.WAITING, RunState.FAILED)),
        run.c.started_at <= event.at,
    )
    name, why = (
        ("stop_on_reply", "The contact has replied.")
        if event.name == REPLIED
        else ("stop_on_booking", "The contact has booked.")
    )
    for row in connection().execute(waiting.order_by(run.c.id)).all():
        if getattr(parse(row.definition).settings, name):
            runs.end(row.id, RunState.STOPPED, why, now)


def _waiting_for(event: Event) -> set[int]:
    """Runs that look at the event's booking or link. One query for each index: an OR over tables would use none."""
    waiting, found = select(run.c.id).where(WAITING), []
    if event.booking_id:
        found.append(waiting.where(run.c.booking_id == event.booking_id))
    if event.link_id:
        found.append(waiting.where(run.c.link_id == event.link_id))
        found.append(
            waiting.join(run_link, run_link.c.run_id == run.c.id).where(run_link.c.link_id == event.link_id)
        )
    return {run_id for each in found for run_id in connection().execute(each).scalars()}
