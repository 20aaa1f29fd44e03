"""Contacts: the list, and one contact with what is known and done."""

from typing import Any

from flask import Response, request, url_for

from .. import clock, web
from ..calendars.access import calendar_for
from ..db import db, in_transaction, transaction
from ..digits import whole_number
from ..errors import Invalid
from ..links.models import OneTimeLink
from . import editing, fields, links, listing, service
from .blueprint import CONTACT, bp, my_account_id, my_contact
from .choice import PAGE_SIZES, Choice
from .contact_page import contact_page, link_form
from .editing import Known
from .forms import DetailsForm, details_form
from .models import Contact
from .words import SOURCE_WORDS, phone_words


@bp.get("/contacts")
def index() -> Response:
    """A page of the account's contacts, newest first."""
    account_id, choice = my_account_id(), Choice.from_args(request.args)
    page = listing.page_of(account_id, choice)
    return web.render(
        "contacts/index.html",
        "contacts",
        choice=choice,
        rows=page.rows,
        total=listing.count(account_id),
        most_counted=listing.MOST_COUNTED,
        tags=listing.tags_in_use(account_id),
        source_words=SOURCE_WORDS,
        phone_words=phone_words,
        reader=web.reader(),
        now=clock.now(),
        **_links_of(choice, page),
    )


@bp.route("/contacts/new", methods=["GET", "POST"])
def new() -> Response:
    """A contact typed in by hand."""
    account_id = my_account_id()
    form = details_form(fields.fields_of(account_id))
    if form.submitted():
        try:
            contact_id = in_transaction(lambda: _create(account_id, form))
            return web.go_to(".show", contact_id=contact_id, notice="Contact added.")
        except (Invalid, Known) as refused:
            return _form_page(form, None, refused)
    return _form_page(form, None)


@bp.get(CONTACT)
def show(contact_id: int) -> Response:
    """Who it is, what is known, and what happened."""
    contact = my_contact(contact_id)
    return contact_page(contact, created=_just_created(contact))


@bp.route(f"{CONTACT}/edit", methods=["GET", "POST"])
def edit(contact_id: int) -> Response:
    """Name, addresses and the account's own fields."""
    contact = my_contact(contact_id)
    form = details_form(fields.fields_of(contact.account_id), contact)
    if form.submitted():
        try:
            in_transaction(lambda: _update(contact, form))
            return web.go_to(".show", contact_id=contact_id, notice="Saved")
        except (Invalid, Known) as refused:
            return _form_page(form, contact, refused)
    return _form_page(form, contact)


@bp.post(f"{CONTACT}/links")
def create_link(contact_id: int) -> Response:
    """A one-time link for the contact, of the calendar that was chosen."""
    contact, form = my_contact(contact_id), link_form()
    if form.submitted():
        calendar = calendar_for(web.current(), form.calendar_id.data)
        try:
            with transaction():
                link = links.create_for(
                    contact, calendar, form.note.data, form.expires_on.data, web.current().user, clock.now()
                )
            return web.go_to(".show", contact_id=contact_id, created=link.id, notice="Link created.")
        except Invalid as refused:
            form.refuse(refused)
    return contact_page(contact, new_link=form, status=422)


def _create(account_id: int, form: DetailsForm) -> int:
    actor, now = web.current().user, clock.now()
    contact = editing.create(account_id, form.details, actor, now)
    fields.set_values(contact, form.values, now, actor.id)
    return contact.id


def _update(contact: Contact, form: DetailsForm) -> None:
    actor, now = web.current().user, clock.now()
    editing.update(contact, form.details, actor, now)
    fields.set_values(contact, form.values, now, actor.id)


def _form_page(
    form: DetailsForm, contact: Contact | None, refused: Invalid | Known | None = None
) -> Response:
    other = None
    if refused is not None:
        form.refuse(refused)
        other = (
            service.contact_of(my_account_id(), refused.contact_id) if isinstance(refused, Known) else None
        )
    return web.render(
        "contacts/edit.html",
        status=422 if form.errors or form.form_errors else 200,
        form=form,
        contact=contact,
        other=other,
    )


def _just_created(contact: Contact) -> OneTimeLink | None:
    """The link that was made a moment ago, whose address the page then shows."""
    created = whole_number(request.args.get("created"))
    found = db.session.get(OneTimeLink, created) if created else None
    return found if found and found.contact_id == contact.id and found.used_at is None else None


def _links_of(choice: Choice, page: listing.Page) -> dict[str, Any]:
    def to(**changes: Any) -> str:
        return url_for(".index", **choice.args(**changes))

    ids = [row.id for row, _ in page.rows]
    return {
        "newest": to(),
        "newer": to(newer_than=ids[0]) if page.has_newer and ids else None,
        "older": to(older_than=ids[-1]) if page.has_older and ids else None,
        "sizes": [(size, to(per_page=size), choice.per_page == size) for size in PAGE_SIZES],
        "everything": url_for(".index", **Choice(per_page=choice.per_page).args()),
    }
