"""The page of one contact: what it shows, and what a refusal adds to it."""

from collections.abc import Sequence
from typing import Any

from flask import Response, url_for
from sqlalchemy import or_, select

from .. import clock, web
from ..accounts.models import User
from ..bookings.models import Booking
from ..bookings.words import STATUS as BOOKING_WORDS
from ..bookings.words import zone_words
from ..calendars.access import calendars_for
from ..calendars.models import Calendar
from ..db import connection, db
from ..events import Event
from ..links.models import OneTimeLink
from ..links.service import address_of
from ..links.words import chip_of
from ..messaging import opt_outs
from ..messaging import words as mail_words
from ..messaging.models import Message
from . import editing, fields, tags
from .forms import LinkForm, NoteForm, TagForm
from .listing import tags_in_use
from .models import Contact
from .timeline import Entry, entry_of, in_order
from .words import SOURCE_WORDS, phone_words

MOST_SHOWN = 50
MOST_EVENTS = 200

booking, link, message, calendar = (model.__table__ for model in (Booking, OneTimeLink, Message, Calendar))


def contact_page(
    contact: Contact,
    *,
    tag: TagForm | None = None,
    note: NoteForm | None = None,
    new_link: LinkForm | None = None,
    created: OneTimeLink | None = None,
    status: int = 200,
) -> Response:
    """The page; with the form that was refused, or the link that was just made."""
    links, bookings = _links_of(contact.id), _bookings_of(contact.id)
    messages = messages_of(contact)
    return web.render(
        "contacts/show.html",
        status=status,
        contact=contact,
        facts=_facts(contact),
        phone_words=phone_words,
        tags=tags.tags_of(contact.id),
        suggestions=tags_in_use(contact.account_id),
        notes=editing.notes_of(contact.id),
        channels=channels_of(contact),
        links=[(each, chip_of(each, clock.now())) for each in links],
        bookings=[(each, *BOOKING_WORDS[each.status]) for each in bookings],
        entries=_timeline(contact, links, bookings, messages),
        tag_form=tag or TagForm(formdata=None),
        note_form=note or NoteForm(formdata=None),
        link_form=new_link or link_form(bound=False),
        created=created,
        created_address=address_of(created) if created else None,
        reader=web.reader(),
        zone=zone_words(web.reader().tz),
    )


def link_form(*, bound: bool = True) -> LinkForm:
    """The form that makes a link, with the calendars that can be booked."""
    form = LinkForm() if bound else LinkForm(formdata=None)
    mine = calendars_for(web.current()).where(Calendar.switched_off_at.is_(None))
    found = db.session.scalars(mine.order_by(Calendar.name, Calendar.id)).all()
    form.calendar_id.choices = [(each.id, f"{each.name} ({each.host.name})") for each in found]
    if found and not bound:
        form.calendar_id.data = found[0].id
    return form


def channels_of(contact: Contact) -> list[tuple[str, str, str, bool]]:
    """(key, word, address, whether it is closed) of each way to reach the contact."""
    ways = (("email", "E-mail", contact.email), ("sms", "SMS", contact.phone))
    return [
        (key, word, address, opt_outs.has_stopped(contact.account_id, address))
        for key, word, address in ways
        if address
    ]


def messages_of(contact: Contact) -> Sequence[Any]:
    """The newest messages to the contact, whatever they are about."""
    addresses = [address for address in (contact.email, contact.phone) if address]
    to_them = (message.c.account_id == contact.account_id) & message.c.to_address.in_(addresses)
    mine = select(message).where(or_(message.c.contact_id == contact.id, to_them))
    return connection().execute(mine.order_by(message.c.id.desc()).limit(MOST_SHOWN)).all()


def _facts(contact: Contact) -> list[tuple[str, str | None]]:
    own = [(each.label, contact.fields.get(each.key)) for each in fields.fields_of(contact.account_id)]
    return [
        *own,
        ("Time zone", contact.tz or None),
        ("From", SOURCE_WORDS[contact.source]),
        ("Added", web.reader().short(contact.created_at, year=True)),
    ]


def _links_of(contact_id: int) -> Sequence[Any]:
    mine = select(link, calendar.c.name.label("calendar_name")).join(
        calendar, calendar.c.id == link.c.calendar_id
    )
    newest = mine.where(link.c.contact_id == contact_id).order_by(link.c.id.desc())
    return connection().execute(newest.limit(MOST_SHOWN)).all()


def _bookings_of(contact_id: int) -> Sequence[Any]:
    mine = select(booking, calendar.c.name.label("calendar_name")).join(
        calendar, calendar.c.id == booking.c.calendar_id
    )
    newest = mine.where(booking.c.contact_id == contact_id).order_by(booking.c.id.desc())
    return connection().execute(newest.limit(MOST_SHOWN)).all()


def _timeline(
    contact: Contact, links: Sequence[Any], bookings: Sequence[Any], messages: Sequence[Any]
) -> list[Entry]:
    events = _events(contact.id, [each.id for each in links], [each.id for each in bookings])
    names = _names({event.actor_id for event in events if event.actor_id})
    calendars = {each.calendar_id: each.calendar_name for each in (*links, *bookings)}
    told = [_told(each) for each in messages]
    return in_order([*(entry_of(each, names, calendars, _address(each)) for each in events), *told])


def _events(contact_id: int, link_ids: list[int], booking_ids: list[int]) -> Sequence[Event]:
    theirs = or_(
        Event.contact_id == contact_id, Event.link_id.in_(link_ids), Event.booking_id.in_(booking_ids)
    )
    return db.session.scalars(
        select(Event).where(theirs).order_by(Event.at.desc(), Event.id).limit(MOST_EVENTS)
    ).all()


def _names(ids: set[int]) -> dict[int, str]:
    named = select(User.id, User.name).where(User.id.in_(ids))
    return {each.id: each.name for each in connection().execute(named)} if ids else {}


def _address(event: Event) -> str | None:
    if event.booking_id:
        return url_for("bookings.show", booking_id=event.booking_id)
    if event.link_id:
        return url_for("links.show", calendar_id=event.calendar_id, link_id=event.link_id)
    if "run_id" in event.data:
        return url_for("workflows.run", run_id=event.data["run_id"])
    return None


def _told(row: Any) -> Entry:
    word, tone = mail_words.chip_of(row)
    kind = {"email": "Mail", "sms": "SMS"}[row.channel.value]
    address = url_for("messages.show", message_id=row.id)
    tones = {"danger": "danger"}
    return Entry(
        row.created_at, f"{kind}: {mail_words.title_of(row.kind)}", word, tones.get(tone, "info"), address
    )
