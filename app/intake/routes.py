"""Forms: the list, new, the builder, switch off and on, delete."""

from flask import Response, request, url_for

from .. import clock, config, row_edits, web
from ..calendars.questions_form import rows_of
from ..contacts.fields import fields_of
from ..db import transaction
from ..workflows.started import started_by
from . import access, service
from .blueprint import FORM, bp, my_form
from .fields import MOST_FIELDS
from .forms import BuilderForm, NewForm
from .models import IntakeForm
from .saving import save

WORDS = ("name", "description", "slug", "thanks")


@bp.get("/forms")
def index() -> Response:
    """The account's forms, each with what was sent with it."""
    forms = access.forms_for(web.current())
    return web.render("intake/index.html", forms=forms, reader=web.reader(), now=clock.now())


@bp.route("/forms/new", methods=["GET", "POST"])
def new() -> Response:
    """A form from a name, that asks for name and e-mail."""
    person, form = web.current(), NewForm()
    person.require_manager(access.MANAGERS_ONLY)
    if form.submitted():
        with transaction():
            made = service.create_form(
                account_id=person.account.id,
                name=form.name.data,
                description=form.description.data,
                actor_id=person.user.id,
                now=clock.now(),
            )
        return web.go_to(".edit", form_id=made.id, notice="Form created. Add what else it asks.")
    return web.render("intake/new.html", form=form, status=422 if form.errors else 200)


@bp.route(FORM, methods=["GET", "POST"])
def edit(form_id: int) -> Response:
    """The builder. Buttons other than Save answer with the page as it would be, and store nothing."""
    intake = my_form(form_id)
    form = BuilderForm(_own_fields(intake), data=_stored(intake))
    do = request.form.get("do", "save")
    if do != "save":
        return _edited(intake, form, do)
    status = 200 if request.method != "POST" else 422
    if form.submitted():
        refusal = save(intake, form)
        if refusal is None:
            return web.go_to(".edit", form_id=form_id, notice="Saved")
        status = refusal.status
    return _page(intake, form, status)


@bp.post(f"{FORM}/switch-off")
def switch_off(form_id: int) -> Response:
    """Nobody can send the form until it is switched on again."""
    return _switch(my_form(form_id), on=False)


@bp.post(f"{FORM}/switch-on")
def switch_on(form_id: int) -> Response:
    """The form again."""
    return _switch(my_form(form_id), on=True)


@bp.route(f"{FORM}/delete", methods=["GET", "POST"])
def delete(form_id: int) -> Response:
    """Asks, and deletes a form that nobody has sent."""
    intake = my_form(form_id)
    if request.method != "POST":  # HEAD too
        return web.render("intake/delete.html", intake=intake, sentence=service.NOT_DELETED)
    with transaction():
        service.delete_form(intake, actor_id=web.current().user.id, now=clock.now())
    return web.go_to(".index", notice=f"{intake.name} deleted.")


def _switch(intake: IntakeForm, *, on: bool) -> Response:
    with transaction():
        service.switch(intake, on=on, actor_id=web.current().user.id, now=clock.now())
    state = "on" if on else "off"
    return web.go_to(".edit", form_id=intake.id, notice=f"{intake.name} is switched {state}.")


def _stored(intake: IntakeForm) -> dict[str, object]:
    words = {name: getattr(intake, name) for name in WORDS}
    rows = [
        {**row, "into": each.get("into", "")}
        for row, each in zip(rows_of(intake.fields), intake.fields, strict=True)
    ]
    return {**words, "fields": rows, "seen": str(intake.version)}


def _own_fields(intake: IntakeForm) -> dict[str, str]:
    """The fields of the account's contacts, and those removed since that the form still names."""
    there = {each.key: each.label for each in fields_of(intake.account_id)}
    named = {each["into"] for each in intake.fields if each.get("into")}
    return {**there, **{key: f"{key} (removed: not kept)" for key in sorted(named - there.keys())}}


def _edited(intake: IntakeForm, form: BuilderForm, do: str) -> Response:
    after = row_edits.edited(form.typed(), do, {"kind": "text"}, MOST_FIELDS)
    data = {name: form[name].data for name in (*WORDS, "seen")}
    edited = BuilderForm(_own_fields(intake), formdata=None, data={**data, "fields": after})
    return _page(intake, edited, **row_edits.said_of(do, len(after), "Field"))


def _page(intake: IntakeForm, form: BuilderForm, status: int = 200, **more: object) -> Response:
    address = config.current().base_url + url_for("public.form", slug=intake.slug)
    return web.render(
        "intake/edit.html",
        "fields",
        status=status,
        intake=intake,
        form=form,
        address=address,
        workflows=started_by("form_submitted", intake.account_id, {"form_id": intake.id}),
        **more,
    )
