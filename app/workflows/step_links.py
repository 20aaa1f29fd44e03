"""The links that workflows make: one for each run and step, and at most one live link for each contact, calendar and
step, over all runs. Everything here runs in the caller's transaction."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from .. import events
from ..calendars.models import Calendar
from ..contacts.models import Contact
from ..db import connection, db, upsert
from ..errors import Conflict, Invalid
from ..links.models import LinkSource, LinkStatus, OneTimeLink
from ..links.options import LinkOptions
from ..links.service import create_link, delete_link
from ..localtime import Reader
from .models import Workflow, WorkflowLiveLink, WorkflowRun, WorkflowRunLink
from .steps import Definition, Step

run_link, live_link, link_table = WorkflowRunLink.__table__, WorkflowLiveLink.__table__, OneTimeLink.__table__


def link_for(
    run: WorkflowRun, step: Step, contact: Contact, definition: Definition, now: datetime
) -> OneTimeLink:
    """The link of this run and step: the one it has, whatever became of that; else the live one; else a new one.

    Raises Conflict when the calendar is gone or off, Invalid when an option breaks a rule.
    """
    known = select(OneTimeLink).join(run_link, run_link.c.link_id == OneTimeLink.id)
    mine = known.where(run_link.c.run_id == run.id, run_link.c.step_key == step.key)
    found = db.session.scalars(mine.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        found = _live_or_new(run, step, contact, definition, now)
        connection().execute(insert(run_link).values(run_id=run.id, step_key=step.key, link_id=found.id))
    return found


def _live_or_new(
    run: WorkflowRun, step: Step, contact: Contact, definition: Definition, now: datetime
) -> OneTimeLink:
    calendar = _calendar(run, step.options)
    place = _hold_place(run, step, contact, calendar)
    live = _still_live(place, now)
    if live is None:
        if definition.settings.supersede:
            _take_turns(contact)
        live = create_link(
            calendar,
            options_of(step.options, contact, calendar, now),
            None,
            now,
            contact_id=contact.id,
            source=LinkSource.WORKFLOW,
            why=_why(run),
        )
        if definition.settings.supersede:
            _supersede(live, run, now)
        filled = update(live_link).where(*_is(place)).values(link_id=live.id)
        connection().execute(filled)
    return live


def _why(run: WorkflowRun) -> dict[str, Any]:
    """What the link's timeline says of where it comes from."""
    name = db.session.get_one(Workflow, run.workflow_id).name
    return {"reason": f"By the workflow {name}", "workflow_id": run.workflow_id, "run_id": run.id}


def options_of(
    options: Mapping[str, Any], contact: Contact, calendar: Calendar, now: datetime
) -> LinkOptions:
    """What the step chose for its links, for this contact."""
    return LinkOptions(
        for_name=contact.name,
        for_email=contact.email,
        note=options.get("note") or "",
        checks_recipient=bool(options.get("checks_recipient")),
        expires_on=expires_on(options.get("expires_days"), calendar, now),
    )


def _calendar(run: WorkflowRun, options: Mapping[str, Any]) -> Calendar:
    calendar = db.session.get(Calendar, options.get("calendar_id") or 0, populate_existing=True)
    if calendar is None or calendar.account_id != run.account_id:
        raise Conflict("The calendar of this step is no longer there.")
    if not calendar.is_on:
        raise Conflict(f"The calendar {calendar.name} is switched off, so a link would open for nobody.")
    if options.get("checks_recipient") and not db.session.get_one(Contact, run.contact_id).email:
        raise Invalid("The recipient check needs an e-mail address, and the contact has none.")
    return calendar


def _hold_place(run: WorkflowRun, step: Step, contact: Contact, calendar: Calendar) -> Any:
    """The row that stands for the one live link; of all who want it, one has it at a time."""
    of_it = {
        "workflow_id": run.workflow_id,
        "step_key": step.key,
        "contact_id": contact.id,
        "calendar_id": calendar.id,
    }
    connection().execute(upsert(live_link).values(**of_it).on_conflict_do_nothing())
    held = select(live_link).where(*(live_link.c[name] == value for name, value in of_it.items()))
    return connection().execute(held.with_for_update()).one()


def _is(place: Any) -> list[Any]:
    names = ("workflow_id", "step_key", "contact_id", "calendar_id")
    return [live_link.c[name] == getattr(place, name) for name in names]


def _still_live(place: Any, now: datetime) -> OneTimeLink | None:
    """The link that stands in the place, if it can still be booked. One past its date is deleted: it makes room."""
    if place.link_id is None:
        return None
    found = select(OneTimeLink).where(OneTimeLink.id == place.link_id).with_for_update()
    link = db.session.scalars(found.execution_options(populate_existing=True)).one()
    if link.status != LinkStatus.ACTIVE:
        return None
    if link.expires_at is None or link.expires_at > now:
        return link
    delete_link(link, None, now, why={"reason": "It was over, and a new one took its place"})
    return None


def _take_turns(contact: Contact) -> None:
    """Of two workflows that supersede links of one contact at once, have one see the other's link.

    Weaker than the lock of a change: the row that this transaction has written names the contact, and so has the
    other's; each would wait for the other.
    """
    held = select(Contact.id).where(Contact.id == contact.id).with_for_update(key_share=True)
    connection().execute(held)


def _supersede(newer: OneTimeLink, run: WorkflowRun, now: datetime) -> None:
    """Delete the older links that the contact has for the calendar and has not used."""
    older = select(OneTimeLink).where(
        OneTimeLink.contact_id == newer.contact_id,
        OneTimeLink.calendar_id == newer.calendar_id,
        OneTimeLink.status == LinkStatus.ACTIVE,
        OneTimeLink.id != newer.id,
    )
    for link in db.session.scalars(older.order_by(OneTimeLink.id).with_for_update()):
        why = {"superseded_by": newer.id, "workflow_id": run.workflow_id, "run_id": run.id}
        delete_link(link, None, now, why={"reason": "A newer link of a workflow took its place", **why})


def expires_on(days: int | None, calendar: Calendar, now: datetime) -> date | None:
    """The last date of a link that is made now and good for so many days; None: it has none."""
    return Reader(calendar.tz, "en_GB").local_date(now) + timedelta(days=days) if days else None


def note_sent(link: OneTimeLink, run: WorkflowRun, step: Step, now: datetime) -> None:
    """Record that the link goes out in a message of the run."""
    events.record(
        "link_messaged",
        account_id=run.account_id,
        calendar_id=link.calendar_id,
        link_id=link.id,
        contact_id=run.contact_id,
        at=now,
        data={"run_id": run.id, "workflow_id": run.workflow_id, "step": step.key},
    )
