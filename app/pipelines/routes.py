"""Pipelines: the list, new, the board, the table, settings, delete."""

from typing import Any

from flask import Response, request, url_for

from .. import clock, money, row_edits, web
from ..db import transaction
from ..errors import Conflict, DomainError, Invalid
from ..workflows.started import Started, started_by_each
from . import access, listing, service
from .blueprint import PIPELINE, bp, my_pipeline
from .choice import PAGE_SIZES, Choice
from .forms import NewPipelineForm, PipelineForm
from .models import Outcome, Pipeline


@bp.get("/pipelines")
def index() -> Response:
    """The account's pipelines, with what is open in them."""
    pipelines = access.pipelines_for(web.current())
    totals = listing.totals([each.id for each in pipelines])
    return web.render("pipelines/index.html", pipelines=pipelines, totals=totals, amount=_amount)


@bp.route("/pipelines/new", methods=["GET", "POST"])
def new() -> Response:
    """A pipeline from a name, with the usual stages."""
    person = web.current()
    form = NewPipelineForm(data={"currency": money.currency_of(person.user.locale)})
    access.require_manager(person)
    if form.submitted():
        with transaction():
            pipeline = service.create_pipeline(
                account_id=person.account.id,
                name=form.name.data,
                currency=form.currency.data,
                actor_id=person.user.id,
                now=clock.now(),
            )
        return web.go_to(".show", pipeline_id=pipeline.id, notice="Pipeline created.")
    return web.render("pipelines/new.html", form=form, status=422 if form.errors else 200)


@bp.get(PIPELINE)
def show(pipeline_id: int) -> Response:
    """The board: a list for each stage."""
    return board_page(my_pipeline(pipeline_id))


@bp.get(f"{PIPELINE}/table")
def table(pipeline_id: int) -> Response:
    """All opportunities, by stage if one is chosen, the last made first."""
    pipeline, choice = my_pipeline(pipeline_id), Choice.from_args(request.args)
    page = listing.page_of(pipeline, choice)
    return web.render(
        "pipelines/table.html",
        "opportunities",
        pipeline=pipeline,
        choice=choice,
        rows=page.rows,
        reader=web.reader(),
        now=clock.now(),
        amount=_amount,
        **_links(pipeline, choice, page),
    )


@bp.route(f"{PIPELINE}/settings", methods=["GET", "POST"])
def settings(pipeline_id: int) -> Response:
    """Name, currency and stages. Buttons other than Save answer with the page as it would be, and store nothing."""
    pipeline = my_pipeline(pipeline_id)
    form, do = PipelineForm(data=_stored(pipeline)), request.form.get("do", "save")
    if do != "save":
        return _edited(pipeline, form, do)
    status = 200 if request.method != "POST" else 422
    if form.submitted():
        refusal = _save(pipeline, form)
        if refusal is None:
            return web.go_to(".settings", pipeline_id=pipeline_id, notice="Saved")
        status = refusal.status
    return _settings_page(pipeline, form, status)


@bp.route(f"{PIPELINE}/delete", methods=["GET", "POST"])
def delete(pipeline_id: int) -> Response:
    """Asks, and deletes a pipeline that holds nothing."""
    pipeline = my_pipeline(pipeline_id)
    if request.method != "POST":  # HEAD too
        holds = bool(listing.totals([pipeline.id]))
        return web.render(
            "pipelines/delete.html", pipeline=pipeline, holds=holds, sentence=service.NOT_DELETED
        )
    with transaction():
        service.delete_pipeline(pipeline, actor_id=web.current().user.id, now=clock.now())
    return web.go_to(".index", notice=f"{pipeline.name} deleted.")


def board_page(pipeline: Pipeline, refusal: DomainError | None = None) -> Response:
    """The board, under what refused a move if something did."""
    moved = request.args.get("moved", type=int)
    return web.render(
        "pipelines/board.html",
        "board",
        status=refusal.status if refusal else 200,
        pipeline=pipeline,
        cards=listing.board_of(pipeline),
        totals=listing.totals([pipeline.id]),
        workflows=_started_in(pipeline),
        nothing=listing.NOTHING,
        amount=_amount,
        refusal=refusal.sentence if refusal else None,
        moved=moved,
    )


def _started_in(pipeline: Pipeline) -> dict[int, list[Started]]:
    """The workflows that reaching a stage starts, by stage."""
    seen = {each.id: {"pipeline_id": pipeline.id, "stage_id": each.id} for each in pipeline.stages}
    return started_by_each("stage_reached", pipeline.account_id, seen)


def _amount(value: int, currency: str) -> str:
    return money.words(value, currency, web.reader().locale)


def _stored(pipeline: Pipeline) -> dict[str, Any]:
    stages = [
        {"key": str(each.id), "name": each.name, "outcome": each.outcome.value} for each in pipeline.stages
    ]
    return {
        "name": pipeline.name,
        "currency": pipeline.currency,
        "stages": stages,
        "seen": str(pipeline.version),
    }


def _edited(pipeline: Pipeline, form: PipelineForm, do: str) -> Response:
    after = row_edits.edited(form.typed(), do, {"outcome": Outcome.OPEN.value}, service.MOST_STAGES)
    data = {name: form[name].data for name in ("name", "currency", "seen")}
    edited = PipelineForm(formdata=None, data={**data, "stages": after})
    return _settings_page(pipeline, edited, **row_edits.said_of(do, len(after), "Stage"))


def _settings_page(pipeline: Pipeline, form: PipelineForm, status: int = 200, **more: Any) -> Response:
    return web.render(
        "pipelines/settings.html", "stages", status=status, pipeline=pipeline, form=form, **more
    )


def _save(pipeline: Pipeline, form: PipelineForm) -> Invalid | Conflict | None:
    """What refused it, if anything did, told by the form."""
    try:
        with transaction():
            service.change_pipeline(
                pipeline,
                **form.values(),
                seen=form.seen_version,
                actor_id=web.current().user.id,
                now=clock.now(),
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        form.seen.data = str(pipeline.version)  # told once: saving again is then meant
        return refusal
    return None


def _links(pipeline: Pipeline, choice: Choice, page: listing.Page) -> dict[str, Any]:
    """Filters and pages as (text, count, address, is it this one)."""

    def to(**changes: Any) -> str:
        return url_for(".table", pipeline_id=pipeline.id, **choice.args(**changes))

    totals, ids = listing.totals([pipeline.id]), [row.id for row in page.rows]
    counts = {each.id: totals.get(each.id, listing.Total()).count for each in pipeline.stages}
    stages = [
        (each.name, counts[each.id], to(stage_id=each.id), choice.stage_id == each.id)
        for each in pipeline.stages
    ]
    return {
        "stages": [("All", sum(counts.values()), to(stage_id=None), not choice.stage_id), *stages],
        "everything": to(stage_id=None),
        "newest": to(),
        "newer": to(newer_than=ids[0]) if page.has_newer and ids else None,
        "older": to(older_than=ids[-1]) if page.has_older and ids else None,
        "sizes": [(size, to(per_page=size), size == choice.per_page) for size in PAGE_SIZES],
    }
