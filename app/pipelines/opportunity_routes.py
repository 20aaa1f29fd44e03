"""One opportunity: new, its page, moves, changes, delete."""

from typing import Any

from flask import Response, request, url_for

from .. import clock, money, web
from ..contacts import service as contacts
from ..contacts.models import Contact, ContactSource
from ..contacts.words import phone_words
from ..db import in_transaction, transaction
from ..digits import whole_number
from ..errors import Conflict, Invalid
from ..phone.settings import region_of
from . import access, listing, moving
from .access import Viewed
from .blueprint import OPPORTUNITIES, OPPORTUNITY, bp, my_pipeline
from .forms import NewOpportunityForm, OpportunityForm
from .models import Pipeline
from .routes import board_page


@bp.route(f"{OPPORTUNITIES}/new", methods=["GET", "POST"])
def new_opportunity(pipeline_id: int) -> Response:
    """For a contact that the address names, or for one who is found or made by what is typed."""
    pipeline, contact = my_pipeline(pipeline_id), _named_contact()
    form = NewOpportunityForm(
        pipeline.currency,
        region_of(pipeline.account_id),
        data={"stage_id": _wanted_stage(pipeline), "owner_id": web.current().user.id},
    )
    form.stage_id.choices = {each.id: each.name for each in pipeline.stages}
    _offer_owners(form)
    if form.submitted():
        try:
            made = in_transaction(lambda: _create(pipeline, contact, form))
            return web.go_to(".show", pipeline_id=pipeline_id, moved=made, notice="Opportunity added.")
        except Invalid as refusal:
            form.refuse(refusal)
    status = 422 if form.errors else 200
    return web.render(
        "pipelines/new_opportunity.html",
        status=status,
        pipeline=pipeline,
        form=form,
        contact=contact,
        phone_words=phone_words,
    )


@bp.get(OPPORTUNITY)
def opportunity(pipeline_id: int, opportunity_id: int) -> Response:
    """What is known of it, where it stands, and every move it made."""
    return _page(my_opportunity(pipeline_id, opportunity_id))


@bp.post(OPPORTUNITY)
def change(pipeline_id: int, opportunity_id: int) -> Response:
    """Another title, value or owner."""
    viewed = my_opportunity(pipeline_id, opportunity_id)
    form = _form_of(viewed)
    if not form.submitted():
        return _page(viewed, form, status=422)
    with transaction():
        person = web.current().user.id
        moving.change_opportunity(viewed.opportunity, form.values(), actor_id=person, now=clock.now())
    return web.go_to(".opportunity", pipeline_id=pipeline_id, opportunity_id=opportunity_id, notice="Saved")


@bp.post(f"{OPPORTUNITY}/move")
def move(pipeline_id: int, opportunity_id: int) -> Response:
    """To another stage; back to the board, or to its own page if that is where it was moved."""
    viewed = my_opportunity(pipeline_id, opportunity_id)
    stage = access.stage_of(viewed.pipeline, whole_number(request.form.get("stage_id")))
    seen, person = whole_number(request.form.get("seen")), web.current().user.id
    is_from_page = "page" in request.form
    try:
        with transaction():
            is_moved = moving.move(viewed.opportunity, stage, person, clock.now(), seen)
    except Conflict as refusal:
        return _page(viewed, refusal=refusal) if is_from_page else board_page(viewed.pipeline, refusal)
    said = f"{viewed.contact.title} {'moved to' if is_moved else 'is already in'} {stage.name}."
    ids = {"pipeline_id": pipeline_id, "opportunity_id": opportunity_id}
    if is_from_page:
        return web.go_to(".opportunity", **ids, notice=said)
    return web.go_to(".show", pipeline_id=pipeline_id, moved=opportunity_id, notice=said)


@bp.route(f"{OPPORTUNITY}/delete", methods=["GET", "POST"])
def delete_opportunity(pipeline_id: int, opportunity_id: int) -> Response:
    """Asks, and deletes it; its contact stays."""
    viewed = my_opportunity(pipeline_id, opportunity_id)
    if request.method != "POST":  # HEAD too
        return web.render("pipelines/delete_opportunity.html", viewed=viewed, pipeline=viewed.pipeline)
    with transaction():
        moving.delete_opportunity(viewed.opportunity, actor_id=web.current().user.id, now=clock.now())
    return web.go_to(".show", pipeline_id=pipeline_id, notice="Opportunity deleted.")


def my_opportunity(pipeline_id: int, opportunity_id: int) -> Viewed:
    """The opportunity, if the person of this request manages the account. Raises NotAllowed and NotFound."""
    return access.opportunity_for(web.current(), pipeline_id, opportunity_id)


def _named_contact() -> Contact | None:
    named = whole_number(request.args.get("contact"))
    return contacts.contact_of(web.current().account.id, named) if named else None


def _wanted_stage(pipeline: Pipeline) -> int:
    wanted = whole_number(request.args.get("stage"))
    return wanted if wanted in {each.id for each in pipeline.stages} else pipeline.stages[0].id


def _create(pipeline: Pipeline, contact: Contact | None, form: NewOpportunityForm) -> int:
    person, now = web.current(), clock.now()
    if contact is None:
        details = contacts.Details(form.name.data, form.email.data or "", form.phone.data or "")
        contact = contacts.find_or_create(
            person.account.id, details, ContactSource.HAND, now, actor_id=person.user.id
        )
    stage = access.stage_of(pipeline, form.stage_id.data)
    made = moving.create_opportunity(stage, contact, now=now, actor_id=person.user.id, **form.values())
    return made.id


def _form_of(viewed: Viewed) -> OpportunityForm:
    opportunity, currency = viewed.opportunity, viewed.pipeline.currency
    stored = {
        "title": opportunity.title,
        "value": money.typed(opportunity.value, currency),
        "owner_id": opportunity.owner_id or 0,
    }
    return _offer_owners(OpportunityForm(currency, data=stored), viewed)


def _offer_owners(form: Any, viewed: Viewed | None = None) -> Any:
    """The account's people; who has left stays the owner of what was theirs."""
    owners = {0: "Nobody"} | {each.id: each.name for each in access.members_for(web.current())}
    if viewed and viewed.owner:
        owners.setdefault(viewed.owner.id, viewed.owner.name)
    form.owner_id.choices = owners
    return form


def _page(
    viewed: Viewed, form: OpportunityForm | None = None, refusal: Conflict | None = None, status: int = 200
) -> Response:
    pipeline, value = viewed.pipeline, viewed.opportunity.value
    return web.render(
        "pipelines/opportunity.html",
        status=refusal.status if refusal else status,
        viewed=viewed,
        pipeline=pipeline,
        form=form or _form_of(viewed),
        moves=listing.history_of(viewed.opportunity.id),
        phone_words=phone_words,
        worth=None if value is None else money.words(value, pipeline.currency, web.reader().locale),
        refusal=refusal.sentence if refusal else None,
        reader=web.reader(),
        now=clock.now(),
        board=url_for(".show", pipeline_id=pipeline.id),
    )
