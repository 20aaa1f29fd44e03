"""Pipelines on both databases: moves, their history and their events, and what the database itself refuses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from app.contacts.models import Contact, ContactSource
from app.contacts.service import Details, find_or_create
from app.db import connection, db, in_transaction, transaction
from app.errors import Conflict, Invalid, NotFound
from app.events import Event
from app.pipelines import contact_data, moving, service
from app.pipelines.choice import Choice
from app.pipelines.listing import ON_BOARD, Total, board_of, history_of, page_of, totals
from app.pipelines.models import Opportunity, OpportunityMove, Pipeline, Stage
from tests.factories import NOW, make_opportunity, make_pipeline, make_user

LATER = NOW + timedelta(hours=1)
Act = Callable[[Opportunity, Stage], object]


@pytest.fixture
def sales(app_context: None) -> Pipeline:
    return make_pipeline(make_user())


def stages(pipeline: Pipeline) -> list[Stage]:
    return list(db.session.get_one(Pipeline, pipeline.id).stages)


def reached() -> list[tuple[str, int]]:
    found = db.session.scalars(
        db.select(Event).where(Event.name == "stage_reached").order_by(Event.at, Event.id)
    )
    return [(event.data["stage"], event.contact_id) for event in found]


def test_move_is_kept_and_told(sales: Pipeline) -> None:
    zoe = make_opportunity(sales)
    with transaction():
        assert moving.move(zoe, stages(sales)[1], None, LATER, seen=zoe.stage_id)
    with transaction():
        assert not moving.move(zoe, stages(sales)[1], None, LATER)
    assert [(row.from_name, row.to_name) for row in history_of(zoe.id)] == [("New", "Qualified"), ("", "New")]
    assert reached() == [("New", zoe.contact_id), ("Qualified", zoe.contact_id)]
    assert db.session.get_one(Opportunity, zoe.id).moved_at == LATER


def test_second_of_two_moves_is_told_of_the_first(sales: Pipeline) -> None:
    zoe = make_opportunity(sales)
    new, qualified, won, _lost = stages(sales)
    with transaction():
        moving.move(zoe, qualified, None, NOW, seen=new.id)
    with pytest.raises(Conflict), transaction():
        moving.move(zoe, won, None, NOW, seen=new.id)
    assert len(history_of(zoe.id)) == 2


@pytest.mark.parametrize(
    "act",
    [
        lambda zoe, stage: moving.move(zoe, stage, None, LATER),
        lambda zoe, stage: moving.create_opportunity(
            stage, db.session.get(Contact, zoe.contact_id), now=LATER
        ),
    ],
    ids=["move", "create"],
)
def test_stage_that_was_taken_away_at_the_same_moment_is_a_conflict(sales: Pipeline, act: Act) -> None:
    zoe, qualified = make_opportunity(sales), stages(sales)[1]
    with transaction():
        connection().execute(delete(Stage.__table__).where(Stage.id == qualified.id))
    with pytest.raises(Conflict), transaction():
        act(zoe, qualified)
    assert len(reached()) == 1


def test_stage_of_another_pipeline_is_refused_by_rule_and_database(sales: Pipeline) -> None:
    zoe = make_opportunity(sales)
    other = stages(make_pipeline(make_user("Cleo Stranger")))[1]
    with pytest.raises(Invalid), transaction():
        moving.move(zoe, other, None, NOW)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Opportunity).where(Opportunity.id == zoe.id).values(stage_id=other.id))
    with pytest.raises(NotFound), transaction():
        moving.create_opportunity(other, db.session.get_one(Contact, zoe.contact_id), now=NOW)


def test_contact_is_placed_once_and_a_settled_one_begins_anew(sales: Pipeline) -> None:
    zoe = make_opportunity(sales)
    contact = db.session.get_one(Contact, zoe.contact_id)
    for minute, stage in enumerate((1, 1, 2, 0)):
        with transaction():
            placed = moving.place_contact(contact, stages(sales)[stage], LATER + timedelta(minutes=minute))
        assert (placed.id == zoe.id) == (minute < 3)
    assert [stage for stage, _ in reached()] == ["New", "Qualified", "Won", "New"]


@pytest.mark.parametrize("is_held", [True, False], ids=["held", "guard taken away"])
def test_many_who_place_one_contact_make_one_opportunity(
    app: Flask, database: object, monkeypatch: pytest.MonkeyPatch, is_held: bool
) -> None:
    """Without holding the contact, PostgreSQL makes several; SQLite lets one write at a time whatever we do."""
    with app.app_context():
        sales = make_pipeline(make_user())
        with transaction():
            who = Details("Zoe Lind", "zoe@example.org")
            zoe = find_or_create(sales.account_id, who, ContactSource.HAND, NOW).id
    if not is_held:
        monkeypatch.setattr(moving, "hold", lambda _contact: None)

    def place(_number: int) -> None:
        with app.app_context():
            in_transaction(
                lambda: moving.place_contact(db.session.get_one(Contact, zoe), stages(sales)[0], NOW)
            )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(place, range(16)))
    with app.app_context():
        made = db.session.scalar(db.select(db.func.count()).select_from(Opportunity))
    assert made == 1 or not (is_held or database.kind == "sqlite")


def test_stages_are_renamed_ordered_added_and_removed(sales: Pipeline) -> None:
    zoe = make_opportunity(sales)
    new, qualified, won, _lost = stages(sales)
    rows = [
        {"id": str(won.id), "name": "Signed", "outcome": "won"},
        {"id": "", "name": "Called", "outcome": "open"},
        {"id": str(new.id), "name": "Fresh", "outcome": "open"},
    ]
    change = {"name": "Deals", "currency": "USD", "actor_id": 1, "now": NOW}
    with transaction():
        service.change_pipeline(sales, **change, stages=rows, seen=1)
    assert [(each.name, each.id) for each in stages(sales)][::2] == [("Signed", won.id), ("Fresh", new.id)]
    assert history_of(zoe.id)[0].to_name == "New"
    with pytest.raises(Conflict), transaction():
        service.change_pipeline(sales, **change, stages=rows, seen=1)
    with pytest.raises(Conflict, match="“Fresh” holds opportunities"), transaction():
        service.change_pipeline(sales, **change, stages=rows[:2], seen=2)
    with pytest.raises(Invalid, match="open"), transaction():
        service.change_pipeline(sales, **change, stages=rows[:1], seen=2)
    twice = [rows[0], {**rows[1], "name": "SIGNED"}, rows[2]]
    with pytest.raises(Invalid, match="Two stages are called “Signed”"), transaction():
        service.change_pipeline(sales, **change, stages=twice, seen=2)
    assert qualified.id not in [each.id for each in stages(sales)]


def test_amounts_stay_as_they_are_in_a_currency_with_other_parts(sales: Pipeline) -> None:
    ids = [make_opportunity(sales, value=value).id for value in (3_100_049, 50, None)]
    rows = [{"id": str(each.id), "name": each.name, "outcome": each.outcome} for each in stages(sales)]
    kept = [("JPY", [31_000, 1, None]), ("USD", [3_100_000, 100, None]), ("EUR", [3_100_000, 100, None])]
    for version, (currency, values) in enumerate(kept, 1):
        with transaction():
            service.change_pipeline(
                sales, name="Sales", currency=currency, stages=rows, seen=version, actor_id=1, now=NOW
            )
        db.session.expire_all()
        assert [db.session.get_one(Opportunity, each).value for each in ids] == values
    assert [each.name for each in stages(sales)] == [each["name"] for each in rows]


def test_pipeline_that_holds_something_stays(sales: Pipeline) -> None:
    zoe = make_opportunity(sales)
    with pytest.raises(Conflict), transaction():
        service.delete_pipeline(sales, actor_id=1, now=NOW)
    with transaction():
        moving.delete_opportunity(zoe, actor_id=1, now=NOW)
    with transaction():
        service.delete_pipeline(sales, actor_id=1, now=NOW)
    for model in (Pipeline, Stage, Opportunity, OpportunityMove):
        assert db.session.scalar(db.select(db.func.count()).select_from(model)) == 0


def test_board_shows_the_newest_and_the_table_all(sales: Pipeline) -> None:
    many = ON_BOARD + 6
    made = [
        make_opportunity(sales, name=f"Guest {n}", value=100, now=NOW + timedelta(minutes=n)).id
        for n in range(many)
    ]
    new, qualified, *_ = stages(sales)
    board = board_of(sales)
    assert [row.id for row in board[new.id]] == made[::-1][:ON_BOARD]
    assert board[qualified.id] == []
    assert totals([sales.id]) == {new.id: Total(many, many * 100)}
    first = page_of(sales, Choice(stage_id=new.id))
    assert [row.id for row in first.rows] == made[::-1][:25]
    older = page_of(sales, Choice(older_than=first.rows[-1].id))
    assert ([row.id for row in older.rows], older.has_older) == (made[:1], False)
    assert page_of(sales, Choice(newer_than=made[0])).rows == first.rows
    assert page_of(sales, Choice(stage_id=qualified.id)).rows == []


def test_whoever_is_erased_takes_their_opportunities_along(sales: Pipeline) -> None:
    zoe = make_opportunity(sales, title="Roof")
    contact = db.session.get_one(Contact, zoe.contact_id)
    assert [(each["stage"], each["about"]) for each in contact_data._export(contact)] == [("New", "Roof")]
    with transaction():
        db.session.execute(db.delete(Contact))
    for model in (Opportunity, OpportunityMove):
        assert db.session.scalar(db.select(db.func.count()).select_from(model)) == 0
