"""A contact's data: exported, merged with another contact's, erased; and the account's own fields."""

from typing import Any

from flask import Response, request, stream_with_context

from .. import clock, web
from ..db import in_transaction, transaction
from ..digits import ID, whole_number
from ..errors import Conflict, Invalid
from . import erasing, export, fields, listing, merging
from .blueprint import CONTACT, bp, my_account_id, my_contact
from .choice import Choice
from .forms import FieldForm
from .models import Contact
from .words import phone_words

MOST_OFFERED = 10


@bp.get("/contacts.csv")
def export_list() -> Response:
    """All contacts that search and tag choose, as CSV."""
    account_id, user, now = my_account_id(), web.current().user, clock.now()
    found = listing.every_contact(account_id, Choice.from_args(request.args))
    body = stream_with_context(export.lines(found, fields.fields_of(account_id), user.tz))
    name = f"contacts-{web.reader().local_date(now)}.csv"
    return _download(body, "text/csv", name)


@bp.get(f"{CONTACT}/export.zip")
def export_one(contact_id: int) -> Response:
    """All that is kept of one contact."""
    contact = my_contact(contact_id)
    return _download(export.archive(contact, clock.now()), "application/zip", f"contact-{contact.id}.zip")


@bp.route(f"{CONTACT}/merge", methods=["GET", "POST"])
def merge(contact_id: int) -> Response:
    """Choose the other contact, see what becomes of both, and make them one."""
    contact = my_contact(contact_id)
    values = request.form if request.method == "POST" else request.args
    other_id = whole_number(values.get("other"))
    other = my_contact(other_id) if other_id and other_id != contact.id else None
    if request.method == "POST":
        if other is None:
            raise Invalid("Choose another contact to merge with.")
        in_transaction(lambda: merging.merge(contact, other, clock.now(), web.current().user.id))
        return web.go_to(".show", contact_id=contact_id, notice="Merged: both are one contact now.")
    return web.render(
        "contacts/merge.html",
        contact=contact,
        other=other,
        phone_words=phone_words,
        **_offered(contact, other),
    )


@bp.route(f"{CONTACT}/erase", methods=["GET", "POST"])
def erase(contact_id: int) -> Response:
    """Says what goes and what stays, and erases."""
    contact = my_contact(contact_id)
    traces = erasing.traces_of(contact)
    if request.method == "POST":
        try:
            in_transaction(lambda: erasing.erase(contact, traces, web.current().user, clock.now()))
            return web.go_to(".index", notice="Contact erased.")
        except Conflict as refused:
            return _erase_page(contact, traces, refused)
    return _erase_page(contact, traces)


@bp.get("/contacts/fields")
def own_fields() -> Response:
    """The fields of the account's own."""
    return _fields_page(my_account_id(), FieldForm(formdata=None))


@bp.post("/contacts/fields")
def add_field() -> Response:
    """One field more."""
    account_id, form = my_account_id(), FieldForm()
    if form.submitted():
        try:
            with transaction():
                fields.create(account_id, form.label.data)
            return web.go_to(".own_fields", notice="Field added.")
        except Invalid as refused:
            form.refuse(refused)
    return _fields_page(account_id, form, status=422)


@bp.route(f"/contacts/fields/<{ID}:field_id>", methods=["GET", "POST"])
def rename_field(field_id: int) -> Response:
    """Another name for a field."""
    account_id = my_account_id()
    field = fields.field_of(account_id, field_id)
    form = FieldForm(data={"label": field.label})
    if form.submitted():
        try:
            with transaction():
                fields.rename(account_id, field_id, form.label.data)
            return web.go_to(".own_fields", notice="Saved")
        except Invalid as refused:
            form.refuse(refused)
    return web.render("contacts/field.html", status=422 if form.errors else 200, field=field, form=form)


@bp.post(f"/contacts/fields/<{ID}:field_id>/remove")
def remove_field(field_id: int) -> Response:
    """Take a field away; what contacts had there stays stored, and shows again under a field of the same key."""
    account_id = my_account_id()
    with transaction():
        fields.remove(account_id, field_id)
    return web.go_to(".own_fields", notice="Field removed.")


def _offered(contact: Contact, other: Contact | None) -> dict[str, Any]:
    """What the search for the other contact finds, or what would be given up by merging with it."""
    if other is not None:
        lost = [*merging.given_up(contact, other), *merging.fields_given_up(contact, other)]
        return {"given_up": lost, "search": "", "found": []}
    search = request.args.get("q", "").strip()
    choice = Choice.from_args({"q": search or contact.name})
    rows = listing.page_of(contact.account_id, choice).rows if choice.search else []
    found = [row for row, _ in rows if row.id != contact.id][:MOST_OFFERED]
    return {"given_up": [], "search": search, "found": found}


def _erase_page(contact: Contact, traces: erasing.Traces, refused: Conflict | None = None) -> Response:
    return web.render(
        "contacts/erase.html",
        status=refused.status if refused else 200,
        contact=contact,
        traces=traces,
        comes=erasing.COMES if erasing.has_booking_to_come(traces, clock.now()) else "",
    )


def _fields_page(account_id: int, form: FieldForm, status: int = 200) -> Response:
    return web.render("contacts/fields.html", status=status, form=form, own=fields.fields_of(account_id))


def _download(body: Any, kind: str, name: str) -> Response:
    return Response(body, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
