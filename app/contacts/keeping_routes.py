"""What is kept beside a contact: tags, notes, and which messages they want."""

from flask import Response, request

from .. import clock, web
from ..db import transaction
from ..digits import ID
from ..errors import Invalid
from ..messaging import opt_outs
from . import editing, tags
from .blueprint import CONTACT, bp, my_contact
from .contact_page import channels_of, contact_page
from .forms import ChangedNoteForm, NoteForm, TagForm


@bp.post(f"{CONTACT}/tags")
def tag(contact_id: int) -> Response:
    """Put a tag on, or take off the one whose button was pressed."""
    contact, actor, form = my_contact(contact_id), web.current().user.id, TagForm()
    if "remove" in request.form:
        with transaction():
            tags.remove(contact, request.form["remove"], clock.now(), actor)
        return web.go_to(".show", contact_id=contact_id, notice="Tag removed.", _anchor="tags")
    if form.submitted():
        try:
            with transaction():
                tags.add(contact, form.tag.data, clock.now(), actor)
            return web.go_to(".show", contact_id=contact_id, notice="Tag added.", _anchor="tags")
        except Invalid as refused:
            form.refuse(refused)
    return contact_page(contact, tag=form, status=422)


@bp.post(f"{CONTACT}/notes")
def note(contact_id: int) -> Response:
    """Write something down."""
    contact, form = my_contact(contact_id), NoteForm()
    if form.submitted():
        try:
            with transaction():
                editing.add_note(contact, form.text.data, web.current().user, clock.now())
            return web.go_to(".show", contact_id=contact_id, notice="Note added.", _anchor="notes")
        except Invalid as refused:
            form.refuse(refused)
    return contact_page(contact, note=form, status=422)


@bp.route(f"{CONTACT}/notes/<{ID}:note_id>", methods=["GET", "POST"])
def change_note(contact_id: int, note_id: int) -> Response:
    """Write a note differently."""
    contact = my_contact(contact_id)
    form = ChangedNoteForm(data={"text": editing.note_of(contact, note_id).text})
    if form.submitted():
        try:
            with transaction():
                editing.change_note(contact, note_id, form.text.data, web.current().user, clock.now())
            return web.go_to(".show", contact_id=contact_id, notice="Saved", _anchor="notes")
        except Invalid as refused:
            form.refuse(refused)
    return web.render("contacts/note.html", status=422 if form.errors else 200, contact=contact, form=form)


@bp.post(f"{CONTACT}/notes/<{ID}:note_id>/remove")
def remove_note(contact_id: int, note_id: int) -> Response:
    """Take a note away."""
    contact = my_contact(contact_id)
    with transaction():
        editing.remove_note(contact, note_id, web.current().user, clock.now())
    return web.go_to(".show", contact_id=contact_id, notice="Note removed.", _anchor="notes")


@bp.post(f"{CONTACT}/channels")
def channel(contact_id: int) -> Response:
    """Close or open one way to reach the contact, as they have asked for it."""
    contact = my_contact(contact_id)
    ways = {key: (word, address) for key, word, address, _ in channels_of(contact)}
    word, address = ways.get(request.form.get("channel", ""), ("", ""))
    is_out = request.form.get("do") == "stop"
    if not address:
        raise Invalid("Choose a way to reach this contact. Nothing was changed.")
    with transaction():
        editing.choose_channel(contact, word, is_out, web.current().user, clock.now())
        _choose(contact.account_id, address, is_out)
    said = f"{word}: no more messages." if is_out else f"{word}: messages go out again."
    return web.go_to(".show", contact_id=contact_id, notice=said, _anchor="channels")


def _choose(account_id: int, address: str, is_out: bool) -> None:
    if is_out:
        opt_outs.stop(account_id, address, clock.now())
    else:
        opt_outs.start(account_id, address)
