"""The page of one contact: what it shows, and what a refusal adds to it."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy import select

from .. import clock, web
from ..bookings.models import Booking
from ..bookings.words import state_of, zone_words
from ..calendars.access import calendars_for
from ..calendars.models import Calendar
from ..db import connection, db
from ..links.models import OneTimeLink
from ..links.service import address_of
from ..links.words import chip_of
from ..messaging import opt_outs
from ..pipelines.contact_page import add_form, standing_of
from ..pipelines.forms import AddForm
from . import editing, fields, tags
from .forms import LinkForm, NoteForm, TagForm
from .listing import tags_in_use
from .models import Contact
from .timeline_page import timeline_of
from .words import SOURCE_WORDS, phone_words

MOST_SHOWN = 50

booking, link, calendar = (model.__table__ for model in (Booking, OneTimeLink, Calendar))


def contact_page(
    contact: Contact,
    *,
    tag: TagForm | None = None,
    note: NoteForm | None = None,
    new_link: LinkForm | None = None,
    pipeline: AddForm | None = None,
    created: OneTimeLink | None = None,
    status: int = 200,
) -> Response:
    """The page; with the form that was refused, or the link that was just made."""
    links, bookings = _links_of(contact.id), _bookings_of(contact.id)
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
        bookings=[(each, *state_of(each)) for each in bookings],
        entries=timeline_of(contact, links, bookings),
        tag_form=tag or TagForm(formdata=None),
        note_form=note or NoteForm(formdata=None),
        link_form=new_link or link_form(bound=False),
        opportunities=standing_of(contact.id),
        pipeline_form=pipeline or add_form(bound=False),
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
