"""R7: a link leaves Active once, whatever asks. Here plain SQL asks, past all services."""

import pytest
from sqlalchemy.exc import DBAPIError

from app.db import connection, db, transaction
from app.errors import Conflict
from app.links import service
from app.links.models import OneTimeLink

from ..factories import NOW, make_booking, make_calendar, make_link, make_user


@pytest.fixture
def calendar():
    return make_calendar(make_user())


@pytest.fixture
def used(calendar):
    link = make_link(calendar)
    make_booking(calendar, link)
    return link


@pytest.fixture
def deleted(calendar):
    link = make_link(calendar)
    with transaction():
        service.delete_link(link, None, NOW)
    return link


def run(sql: str, link: OneTimeLink) -> int:
    with transaction():
        return connection().execute(db.text(sql), {"id": link.id}).rowcount


def row_of(link: OneTimeLink) -> tuple:
    db.session.rollback()
    return tuple(
        db.session.execute(db.text("SELECT * FROM one_time_link WHERE id = :id"), {"id": link.id}).one()
    )


WAYS_BACK = [
    "UPDATE one_time_link SET status = 'active' WHERE id = :id",
    "UPDATE one_time_link SET status = 'active', used_at = NULL, deleted_at = NULL WHERE id = :id",
    "UPDATE one_time_link SET status = 'used', used_at = created_at, deleted_at = NULL WHERE id = :id",
    "UPDATE one_time_link SET status = 'deleted', deleted_at = created_at, used_at = NULL WHERE id = :id",
    "UPDATE one_time_link SET status = 'open' WHERE id = :id",
    "DELETE FROM one_time_link WHERE id = :id",
]


@pytest.mark.parametrize("way", WAYS_BACK)
@pytest.mark.parametrize("ended", ["used", "deleted"])
def test_nothing_leads_out_of_used_or_deleted(ended, way, request):
    """R7: refused, or no change where it says what is so already."""
    link = request.getfixturevalue(ended)
    before = row_of(link)
    if f"status = '{ended}'" in way:
        way = way.replace(f"{ended}_at = created_at", f"{ended}_at = {ended}_at")
        run(way, link)
    else:
        with pytest.raises(DBAPIError):
            run(way, link)
    assert row_of(link) == before


@pytest.mark.parametrize(
    "change",
    [
        "nonce = '12345678'",
        "created_at = used_at",
        "parent_id = id",
        "account_id = account_id + 1",
        "status = 'used'",
        "status = 'deleted'",
        "used_at = created_at",
        "duration_minutes = 0",
        "duration_minutes = 1441",
    ],
)
def test_what_a_link_is_never_changes(calendar, change):
    link = make_link(calendar)
    before = row_of(link)
    with pytest.raises(DBAPIError):
        run(f"UPDATE one_time_link SET {change} WHERE id = :id", link)
    assert row_of(link) == before


def test_a_rolled_back_use_leaves_the_link_active(calendar):
    link = make_link(calendar)
    before = row_of(link)
    with pytest.raises(Conflict), transaction():
        use_and_fail(link)
    assert row_of(link) == before


def use_and_fail(link: OneTimeLink) -> None:
    use = "UPDATE one_time_link SET status = 'used', used_at = created_at WHERE id = :id"
    assert connection().execute(db.text(use), {"id": link.id}).rowcount == 1
    raise Conflict("Something went wrong after it.")


def test_stored_counts_are_what_counting_gives(calendar, used, deleted):
    make_link(calendar)
    db.session.rollback()
    counted = "SELECT status, count(*) FROM one_time_link WHERE calendar_id = :id GROUP BY status"
    kept = "SELECT status, links FROM link_count WHERE calendar_id = :id AND links > 0"
    found = [
        dict(map(tuple, db.session.execute(db.text(sql), {"id": calendar.id}))) for sql in (counted, kept)
    ]
    assert found[0] == found[1] == {"active": 1, "used": 1, "deleted": 1}
