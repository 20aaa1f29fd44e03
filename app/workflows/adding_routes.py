"""Adding contacts to a workflow by hand: from its own page, or many that were chosen on the list of contacts."""

from flask import Response, request
from wtforms import SelectField, StringField
from wtforms.validators import Length

from .. import clock, phones, web
from ..calendars.texts import one_line
from ..contacts.models import Contact, ContactTag
from ..db import db, transaction
from ..digits import whole_number
from ..errors import Conflict, Invalid
from ..phone import settings
from . import access, adding, service
from .blueprint import WORKFLOW, bp, my_workflow
from .models import Workflow

UNDER_WAY = (
    "They come in as soon as the worker gets to it. Those who have been through it already are left out."
)


class WhoForm(web.BaseForm):
    """One contact by their address, or all with a tag."""

    who = StringField("E-mail address or phone number of a contact", [Length(max=254)], filters=[one_line])
    tag = StringField("All contacts with this tag", [Length(max=40)], filters=[one_line])


class WhereForm(web.BaseForm):
    """Which workflow the chosen contacts are added to; the route brings the choices."""

    workflow = SelectField("Workflow", coerce=int)


@bp.route(f"{WORKFLOW}/contacts", methods=["GET", "POST"])
def add_contacts(workflow_id: int) -> Response:
    """One contact, or all with a tag."""
    workflow, form = my_workflow(workflow_id), WhoForm()
    if form.submitted():
        try:
            _add(workflow, _who(workflow.account_id, form))
            return web.go_to(".show", workflow_id=workflow_id, notice=f"Contacts added. {UNDER_WAY}")
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
    return web.render("workflows/add.html", workflow=workflow, form=form, status=422 if form.errors else 200)


@bp.post("/workflows/add")
def add_chosen() -> Response:
    """Those that were chosen on the list of contacts: first asks which workflow, then adds them."""
    person, form = web.current(), WhereForm()
    person.require_manager(access.MANAGERS_ONLY)
    ids = _chosen(person.account.id)
    on = [each for each in service.workflows_of(person.account.id) if each.is_on]
    form.workflow.choices = {each.id: each.name for each in on}
    if ids and "workflow" in request.form and form.submitted():
        workflow = my_workflow(form.workflow.data)
        _add(workflow, {"contact_ids": ids})
        return web.go_to(".show", workflow_id=workflow.id, notice=f"{len(ids)} added. {UNDER_WAY}")
    return web.render("workflows/choose.html", form=form, ids=ids, has_any=bool(on))


def _add(workflow: Workflow, who: dict[str, object]) -> None:
    with transaction():
        adding.ask(workflow, who, web.current().user.id, clock.now())


def _who(account_id: int, form: WhoForm) -> dict[str, object]:
    """Whom the form names. Raises Invalid when that is nobody."""
    if form.tag.data:
        tag = form.tag.data.lower()
        if not db.session.scalar(
            db.select(ContactTag.tag)
            .where(ContactTag.account_id == account_id, ContactTag.tag == tag)
            .limit(1)
        ):
            raise Invalid("No contact has this tag.", "tag")
        return {"tag": tag}
    said = (form.who.data or "").lower()
    if not said:
        raise Invalid("Enter whom to add.", "who")
    number = phones.e164(said, settings.region_of(account_id)) or "-"
    is_them = Contact.email == said if "@" in said else Contact.phone == number
    found = db.session.scalar(db.select(Contact.id).where(Contact.account_id == account_id, is_them))
    if found is None:
        raise Invalid("There is no contact with this address. Add them under Contacts first.", "who")
    return {"contact_ids": [found]}


def _chosen(account_id: int) -> list[int]:
    """The numbers that the list has sent, as far as they are contacts of this account."""
    sent = [whole_number(each) for each in request.form.getlist("contact")][: adding.MOST_CHOSEN]
    mine = db.select(Contact.id).where(
        Contact.account_id == account_id, Contact.id.in_([n for n in sent if n])
    )
    return list(db.session.scalars(mine.order_by(Contact.id)))
