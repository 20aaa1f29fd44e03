"""Reads that go to the driver as they are: the same values, in the same types, as by SQLAlchemy."""

import pytest
from sqlalchemy import bindparam, column, select, table
from sqlalchemy.exc import DBAPIError

from app.db import connection, in_transaction
from app.links.models import OneTimeLink
from app.prepared import Prepared

from ..factories import NOW, at, make_calendar, make_link, make_user

link = OneTimeLink.__table__
BY_NONCE = Prepared(select(*link.c).where(link.c.nonce == bindparam("nonce")))
MADE_UNTIL = Prepared(select(link.c.id).where(link.c.created_at <= bindparam("instant")))
NOTE = Prepared(select(link.c.note).where(link.c.id == bindparam("id")))
NOWHERE = Prepared(select(column("id")).select_from(table("nowhere")))


@pytest.fixture
def made(app, now):
    return make_link(make_calendar(make_user()), note="Zoë's", expires_at=NOW, offered_times=[at(10), at(11)])


def test_each_type_comes_back_as_by_sqlalchemy(made):
    ordinary = connection().execute(select(link).where(link.c.id == made.id)).one()
    assert list(BY_NONCE.first(nonce=made.nonce)) == list(ordinary)
    assert {type(value).__name__ for value in ordinary} >= {"LinkStatus", "datetime", "bytes", "bool", "list"}


def test_instants_go_in_as_they_are_stored(made):
    assert [list(row) for row in MADE_UNTIL.all(instant=made.created_at)] == [[made.id]]


def test_no_row_is_none(made):
    assert BY_NONCE.first(nonce=b"12345678") is None


def test_a_transaction_reads_what_it_has_written(made):
    def change_and_read() -> list[str]:
        connection().execute(link.update().where(link.c.id == made.id).values(note="changed"))
        return list(NOTE.first(id=made.id))

    assert in_transaction(change_and_read) == ["changed"]


def test_failures_are_those_that_sqlalchemy_raises(app):
    with pytest.raises(DBAPIError, match="nowhere"):
        NOWHERE.all()
