"""The timeline on the page of a contact: what is read for it, and where its lines lead.

A line leads only to what is still there: runs go with their workflow, and opportunities can be deleted.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import or_, select

from ..accounts.models import User
from ..db import connection, db
from ..events import Event
from ..intake.models import Submission
from ..links.models import LinkSighting, LinkStatus
from ..links.timeline import openings
from ..messaging import words as mail_words
from ..messaging.models import Message
from ..pipelines.models import Opportunity
from ..workflows.models import WorkflowRun
from .models import Contact
from .timeline import UNTOLD, Entry, entry_of, in_order

MOST_MESSAGES = 50
MOST_EVENTS = 200
# What an event may name that can be gone by now, by the number that stands in its data.
MAY_BE_GONE = {"run_id": WorkflowRun, "opportunity_id": Opportunity, "submission_id": Submission}

message = Message.__table__


def timeline_of(contact: Contact, links: Sequence[Any], bookings: Sequence[Any]) -> list[Entry]:
    """All lines, newest first. `links` and `bookings` are the contact's, with the names of their calendars."""
    events = _events(contact.id, [each.id for each in links], [each.id for each in bookings])
    names = _names({event.actor_id for event in events if event.actor_id})
    calendars = {each.calendar_id: each.calendar_name for each in (*links, *bookings)}
    there = {key: _still_there(events, key, model) for key, model in MAY_BE_GONE.items()}
    happened = [entry_of(each, names, calendars, _address(each, there)) for each in events]
    # Messages first: one that was queued at the instant at which its link was made came after that.
    return in_order([*map(_told, _messages_of(contact)), *happened, *_openings(links)])


def _events(contact_id: int, link_ids: list[int], booking_ids: list[int]) -> Sequence[Event]:
    theirs = or_(
        Event.contact_id == contact_id, Event.link_id.in_(link_ids), Event.booking_id.in_(booking_ids)
    )
    told = select(Event).where(theirs, Event.name.not_in(UNTOLD))
    return db.session.scalars(told.order_by(Event.at.desc(), Event.id.desc()).limit(MOST_EVENTS)).all()


def _messages_of(contact: Contact) -> Sequence[Any]:
    """The newest messages to the contact, whatever they are about."""
    addresses = [address for address in (contact.email, contact.phone) if address]
    to_them = (message.c.account_id == contact.account_id) & message.c.to_address.in_(addresses)
    mine = select(message).where(or_(message.c.contact_id == contact.id, to_them))
    return connection().execute(mine.order_by(message.c.id.desc()).limit(MOST_MESSAGES)).all()


def _names(ids: set[int]) -> dict[int, str]:
    named = select(User.id, User.name).where(User.id.in_(ids))
    return {each.id: each.name for each in connection().execute(named)} if ids else {}


def _still_there(events: Sequence[Event], key: str, model: Any) -> set[int]:
    named = {event.data[key] for event in events if key in event.data}
    found = select(model.id).where(model.id.in_(named))
    return set(connection().execute(found).scalars()) if named else set()


def _address(event: Event, there: dict[str, set[int]]) -> str | None:
    if event.booking_id:
        return url_for("bookings.show", booking_id=event.booking_id)
    if event.link_id:
        return url_for("links.show", calendar_id=event.calendar_id, link_id=event.link_id)
    key = next((each for each in there if event.data.get(each) in there[each]), "")
    if key == "run_id":
        return url_for("workflows.run", run_id=event.data[key])
    if key == "opportunity_id":
        ids = {name: event.data[name] for name in ("pipeline_id", "opportunity_id")}
        return url_for("pipelines.opportunity", **ids)
    if key == "submission_id":
        ids = {name: event.data[name] for name in ("form_id", "submission_id")}
        return url_for("intake.submission", **ids)
    return None


def _openings(links: Sequence[Any]) -> Iterator[Entry]:
    """When each link was opened, as its own timeline has it."""
    ids = [link.id for link in links]
    found = db.session.scalars(select(LinkSighting).where(LinkSighting.link_id.in_(ids))).all() if ids else ()
    for link in links:
        address = url_for("links.show", calendar_id=link.calendar_id, link_id=link.id)
        seen = [each for each in found if each.link_id == link.id]
        for each in openings(seen, link.status == LinkStatus.USED):
            text = f"One-time link: {each.text[0].lower()}{each.text[1:]}"
            detail = " · ".join(filter(None, (link.calendar_name, each.detail)))
            yield Entry(each.at, text, detail, each.tone, address)


def _told(row: Any) -> Entry:
    word, tone = mail_words.chip_of(row)
    kind = {"email": "Mail", "sms": "SMS"}[row.channel.value]
    address = url_for("messages.show", message_id=row.id)
    tones = {"danger": "danger"}
    return Entry(
        row.created_at, f"{kind}: {mail_words.title_of(row.kind)}", word, tones.get(tone, "info"), address
    )
