"""The board of a pipeline with five thousand opportunities against that of one with a hundred, whole pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import insert

from app.db import connection, transaction
from app.pipelines.listing import ON_BOARD
from app.pipelines.models import Opportunity, Pipeline
from tests.factories import NOW, make_pipeline, make_user

from .measures import Measure, Measures, Plan, interleaved, pairs
from .owner_page import OwnerPage, signed_in
from .people import add_contacts
from .sites import scratch

FEW, MANY = 100, 5_000
CARD = "data-card"
CARDS = range(4 * ON_BOARD, 4 * ON_BOARD + 1)  # in four stages


def measure(plan: Plan) -> Measures:
    """The ratio of the two sizes."""
    many = plan.of(MANY, least=FEW)
    with _board(FEW) as small, _board(many) as large:
        works = {"few": partial(small.milliseconds, CARDS), "many": partial(large.milliseconds, CARDS)}
        seen = interleaved(works, plan.rounds)
    board = Measure(pairs(seen, "few", "many"), 1.5, 1.3, unit="ms", floor=f"{FEW} opportunities")
    return {f"board of {many:,} opportunities": board}


@contextmanager
def _board(opportunities: int) -> Iterator[OwnerPage]:
    """A pipeline with so many opportunities, as many in each stage, in a database of its own."""
    with scratch() as (app, _settings):
        with app.app_context():
            owner = make_user("Dana Reyes")
            pipeline = make_pipeline(owner)
            _fill(pipeline, owner.id, add_contacts(pipeline.account_id, opportunities))
            client = signed_in(app, owner)
        yield OwnerPage(client, f"/pipelines/{pipeline.id}", CARD)


def _fill(pipeline: Pipeline, owner_id: int, contact_ids: list[int]) -> None:
    stages = [each.id for each in pipeline.stages]
    rows = [
        _opportunity(pipeline, stages[number % len(stages)], contact_id, owner_id, number)
        for number, contact_id in enumerate(contact_ids)
    ]
    with transaction():
        connection().execute(insert(Opportunity.__table__), rows)


def _opportunity(
    pipeline: Pipeline, stage_id: int, contact_id: int, owner_id: int, number: int
) -> dict[str, Any]:
    return {
        "account_id": pipeline.account_id,
        "pipeline_id": pipeline.id,
        "stage_id": stage_id,
        "contact_id": contact_id,
        "title": f"House {number}",
        "value": number * 1_000,
        "owner_id": owner_id,
        "created_at": NOW,
        "moved_at": NOW,
    }
