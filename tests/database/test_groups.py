"""Calendar groups in the database: order, one group a calendar, changes at once, no one-time links. On both."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.calendars.models import Calendar
from app.calendars.service import delete_calendar
from app.db import db, transaction
from app.errors import Conflict, Invalid, NotFound
from app.events import Event
from app.groups import service
from app.groups.models import CalendarGroup, GroupPlace
from app.links.models import OneTimeLink
from app.links.options import LinkOptions
from app.links.service import create_link
from tests.factories import NOW, account_of, make_calendar, make_group, make_user


@pytest.fixture
def ada() -> User:
    return make_user()


def names(group: CalendarGroup) -> list[str]:
    """The calendars in their order, as the database has them."""
    placed = db.select(Calendar.name).join(GroupPlace, GroupPlace.calendar_id == Calendar.id)
    return list(
        db.session.scalars(placed.where(GroupPlace.group_id == group.id).order_by(GroupPlace.position))
    )


def three(ada: User) -> tuple[CalendarGroup, list[Calendar]]:
    calendars = [make_calendar(ada, name=name) for name in ("One", "Two", "Three")]
    return make_group(*calendars), calendars


def test_new_groups_of_one_name_get_addresses_of_their_own(ada: User) -> None:
    make_calendar(ada, slug="talks")  # a calendar's address is another path
    with transaction():
        first, second = (
            service.create_group(account_id=account_of(ada), name="Talks", actor_id=ada.id, now=NOW)
            for _ in range(2)
        )
    assert first.slug == "talks"
    assert second.slug.startswith("talks-")
    assert {event.name for event in db.session.scalars(db.select(Event))} == {"group_created"}


@pytest.mark.parametrize(
    ("number", "by", "order"),
    [
        (0, 1, ["Two", "One", "Three"]),
        (2, -1, ["One", "Three", "Two"]),
        (0, -1, ["One", "Two", "Three"]),
        (2, 1, ["One", "Two", "Three"]),
    ],
    ids=["down", "up", "first stays", "last stays"],
)
def test_calendars_change_places(ada: User, number: int, by: int, order: list[str]) -> None:
    group, calendars = three(ada)
    with transaction():
        service.move(group, calendars[number].id, by)
    assert names(group) == order


def test_moves_at_once_lose_no_calendar(app: Flask, ada: User) -> None:
    """Each reads the order that the one before it has left."""
    group, calendars = three(ada)

    def move(turn: int) -> None:
        with app.app_context(), transaction():
            service.move(db.session.get(CalendarGroup, group.id), calendars[turn % 3].id, 1 - turn % 2 * 2)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(move, range(12)))
    assert sorted(names(group)) == ["One", "Three", "Two"]
    positions = db.session.scalars(db.select(GroupPlace.position).order_by(GroupPlace.position)).all()
    assert positions == [1, 2, 3]


def test_new_calendar_comes_last_and_removing_closes_the_gap_for_the_next(ada: User) -> None:
    group, calendars = three(ada)
    with transaction():
        service.remove_calendar(group, calendars[0].id, actor_id=ada.id, now=NOW)
        service.remove_calendar(group, calendars[0].id, actor_id=ada.id, now=NOW)
    with transaction():
        service.add_calendar(group, calendars[0], actor_id=ada.id, now=NOW)
    assert names(group) == ["Two", "Three", "One"]
    happened = db.session.scalars(db.select(Event.name).order_by(Event.name)).all()
    assert happened == ["group_calendar_added", "group_calendar_removed"]


def test_calendar_is_in_one_group_at_most(ada: User) -> None:
    group, calendars = three(ada)
    other = make_group(make_calendar(ada))
    with pytest.raises(Conflict, match="in a group already"), transaction():
        service.add_calendar(other, calendars[0], actor_id=ada.id, now=NOW)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(
            db.insert(GroupPlace).values(calendar_id=calendars[0].id, group_id=other.id, position=9)
        )
    assert len(names(group)) == 3


def test_calendar_of_another_account_is_not_found(ada: User) -> None:
    group, _ = three(ada)
    cleos = make_calendar(make_user("Cleo Stranger"))
    with pytest.raises(NotFound), transaction():
        service.add_calendar(group, cleos, actor_id=ada.id, now=NOW)
    assert len(names(group)) == 3


def test_one_time_link_of_a_group_is_refused_wherever_it_is_asked(ada: User) -> None:
    """Whatever makes links does so by this function."""
    group, _ = three(ada)
    with pytest.raises(Invalid, match="Choose one of its calendars"), transaction():
        create_link(group, LinkOptions(), actor=ada, now=NOW)
    assert db.session.query(OneTimeLink).count() == 0


def test_stale_form_is_told_and_a_taken_address_refused(ada: User) -> None:
    group, _ = three(ada)
    taken = make_group(make_calendar(ada), slug="taken")
    with transaction():
        service.change(
            group, name="New", slug="new", description="", seen=group.version, actor_id=ada.id, now=NOW
        )
    with pytest.raises(Conflict), transaction():
        service.change(group, name="Old", slug="old", description="", seen=1, actor_id=ada.id, now=NOW)
    for slug, sentence in ((taken.slug, "already has this address"), ("No Slug", "small letters")):
        with pytest.raises(Invalid, match=sentence) as refused, transaction():
            service.change(group, name="Old", slug=slug, description="", seen=2, actor_id=ada.id, now=NOW)
        assert refused.value.field == "slug"
    assert db.session.get(CalendarGroup, group.id).name == "New"


def test_switching_is_an_event_once(ada: User) -> None:
    group, _ = three(ada)
    for on in (False, False, True):
        with transaction():
            service.switch(group, on=on, actor_id=ada.id, now=NOW)
    happened = db.session.scalars(db.select(Event.name).order_by(Event.name)).all()
    assert happened == ["group_switched_off", "group_switched_on"]


def test_deleted_group_leaves_its_calendars_and_a_deleted_calendar_its_group(ada: User) -> None:
    group, calendars = three(ada)
    with transaction():
        delete_calendar(calendars[1], actor_id=ada.id, now=NOW)
    assert names(group) == ["One", "Three"]
    with transaction():
        service.delete_group(group, actor_id=ada.id, now=NOW)
    assert db.session.query(GroupPlace).count() == 0
    assert db.session.query(Calendar).count() == 2
    with pytest.raises(NotFound), transaction():
        service.move(group, calendars[0].id, 1)
