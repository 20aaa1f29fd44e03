"""The board of a pipeline with five thousand opportunities against that of one with a hundred, whole pages."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert

from app import clock
from app.accounts import sessions
from app.contacts.models import Contact, ContactSource
from app.contacts.search import kept_words
from app.db import connection, transaction
from app.pipelines.listing import ON_BOARD
from app.pipelines.models import Opportunity, Pipeline
from tests.factories import NOW, account_of, make_pipeline, make_user

from .measures import Measure, Measures, Plan, interleaved, pairs, require
from .sites import scratch

FEW, MANY = 100, 5_000
REQUESTS = 20
CARD = "data-card"


def measure(plan: Plan) -> Measures:
    """The ratio of the two sizes."""
    many = plan.of(MANY, least=FEW)
    with _board(FEW) as few_cards, _board(many) as many_cards:
        works = {"few": partial(_milliseconds, *few_cards), "many": partial(_milliseconds, *many_cards)}
        seen = interleaved(works, plan.rounds)
    board = Measure(pairs(seen, "few", "many"), 1.5, 1.3, unit="ms", floor=f"{FEW} opportunities")
    return {f"board of {many:,} opportunities": board}


def _milliseconds(client: FlaskClient, path: str) -> float:
    """How long the board takes, by the median. Raises WrongAnswer when it shows another number of cards."""
    times = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        require(answer.status_code == 200, f"board: {answer.status_code}")
        cards = answer.text.count(CARD)
        require(cards == 4 * ON_BOARD, f"board: {cards} cards")
    return statistics.median(times)


@contextmanager
def _board(opportunities: int) -> Iterator[tuple[FlaskClient, str]]:
    """A pipeline with so many opportunities, as many in each stage, in a database of its own."""
    with scratch() as (app, _settings):
        with app.app_context():
            owner = make_user("Dana Reyes")
            pipeline = make_pipeline(owner)
            _fill(pipeline, owner.id, opportunities)
            with transaction():
                secret = sessions.begin(owner, account_of(owner), clock.now())
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = secret
        yield client, f"/pipelines/{pipeline.id}"


def _fill(pipeline: Pipeline, owner_id: int, opportunities: int) -> None:
    people = [_person(pipeline.account_id, number) for number in range(opportunities)]
    with transaction():
        connection().execute(insert(Contact.__table__), people)
        stages = [each.id for each in pipeline.stages]
        rows = [_opportunity(pipeline, stages, owner_id, number) for number in range(opportunities)]
        connection().execute(insert(Opportunity.__table__), rows)


def _person(account_id: int, number: int) -> dict[str, Any]:
    name, email = f"Guest {number}", f"guest.{number}@example.org"
    return {
        "id": number + 1,
        "account_id": account_id,
        "name": name,
        "email": email,
        "phone": "",
        "tz": "",
        "locale": "",
        "fields": {},
        "source": ContactSource.HAND,
        "created_at": NOW,
        "search_words": kept_words(account_id, name, email, "", ()),
    }


def _opportunity(pipeline: Pipeline, stages: list[int], owner_id: int, number: int) -> dict[str, Any]:
    return {
        "account_id": pipeline.account_id,
        "pipeline_id": pipeline.id,
        "stage_id": stages[number % len(stages)],
        "contact_id": number + 1,
        "title": f"House {number}",
        "value": number * 1_000,
        "owner_id": owner_id,
        "created_at": NOW,
        "moved_at": NOW,
    }
