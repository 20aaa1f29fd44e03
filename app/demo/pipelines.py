"""The demo's pipeline, and how far its opportunities have come."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from ..accounts.models import User
from ..contacts.models import Contact, ContactSource
from ..contacts.service import Details, find_or_create
from ..db import db, transaction
from ..pipelines.models import Opportunity, Pipeline, Stage
from ..pipelines.moving import create_opportunity, move
from ..pipelines.service import create_pipeline
from .diary import Entry

ONE_DAY = timedelta(days=1)
# Whose it is, what about, worth how many euros, and how many days ago it reached each of its stages.
OPPORTUNITIES = (
    ("Ana Silva", "ana@example.org", "Extension of the workshop", 18_500, (24, 17, 3)),
    ("Mateo Herrera", "mateo@example.org", "House by the lake", 42_000, (20, 11)),
    ("Nora Lind", "nora@example.org", "Roof of the school hall", 31_000, (11,)),
    ("Tomás Vega", "tomas@example.org", "Two flats out of one house", None, (5,)),
    ("Sam Lee", "sam@example.org", "Second half", 6_400, (1,)),
)


def make_sales(account_id: int, dana: User, began_at: datetime) -> Pipeline:
    """Sales, with the stages New, Qualified, Won and Lost, in the caller's transaction."""
    return create_pipeline(
        account_id=account_id, name="Sales", currency="EUR", actor_id=dana.id, now=began_at
    )


def entries(sales: Pipeline, dana: User, now: datetime) -> Iterator[Entry]:
    """When each opportunity was added, and when it moved on."""
    for name, email, title, euros, days in OPPORTUNITIES:
        value = euros * 100 if euros else None
        first, *later = (now - each * ONE_DAY for each in days)
        yield first, partial(_add, sales.id, dana.id, Details(name, email), title, value)
        for stage, at in enumerate(later, 1):
            yield at, partial(_move_on, sales.id, dana.id, title, stage)


def _add(pipeline_id: int, dana_id: int, who: Details, title: str, value: int | None, now: datetime) -> None:
    with transaction():
        stage = _stages(pipeline_id)[0]
        contact: Contact = find_or_create(
            stage.pipeline.account_id, who, ContactSource.HAND, now, actor_id=dana_id
        )
        create_opportunity(
            stage, contact, now=now, title=title, value=value, owner_id=dana_id, actor_id=dana_id
        )


def _move_on(pipeline_id: int, dana_id: int, title: str, to: int, now: datetime) -> None:
    mine = select(Opportunity).where(Opportunity.pipeline_id == pipeline_id, Opportunity.title == title)
    with transaction():
        move(db.session.scalars(mine).one(), _stages(pipeline_id)[to], dana_id, now)


def _stages(pipeline_id: int) -> list[Stage]:
    return list(db.session.get_one(Pipeline, pipeline_id).stages)
