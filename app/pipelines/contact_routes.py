"""Adding a contact to a pipeline, from the contact's own page."""

from flask import Response

from .. import clock, web
from ..contacts.access import contact_for
from ..contacts.contact_page import contact_page
from ..db import transaction
from ..digits import ID
from . import moving
from .blueprint import bp
from .contact_page import add_form


@bp.post(f"/pipelines/contacts/<{ID}:contact_id>")
def add_contact(contact_id: int) -> Response:
    """An opportunity of the contact in the stage that was chosen, owned by whoever adds it."""
    person, contact, form = web.current(), contact_for(web.current(), contact_id), add_form()
    if not form.submitted():
        return contact_page(contact, pipeline=form, status=422)
    stage = form.stage
    with transaction():
        moving.create_opportunity(
            stage,
            contact,
            now=clock.now(),
            value=form.amount,
            owner_id=person.user.id,
            actor_id=person.user.id,
        )
    notice = f"Added to {stage.pipeline.name}, {stage.name}."
    return web.go_to("contacts.show", contact_id=contact_id, notice=notice, _anchor="pipelines")
