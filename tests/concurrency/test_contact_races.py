"""Many who find or make one contact at once; with the twin (R9), and imports by two workers."""

import threading
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.contacts import csv_lines, fields, imports, service
from app.contacts.import_models import ContactImport, ImportState
from app.contacts.models import Contact, ContactField, ContactSource
from app.contacts.service import Details, find_or_create
from app.db import db, in_transaction, transaction
from app.errors import Invalid
from app.events import Event

from ..factories import NOW, account_of, make_user
from .guards import without_contact_guard
from .races import done, race

SAM = Details("Sam", "sam@example.org", "+493012345678")


def tries(account_id: int) -> list[partial]:
    """By address and number, or by the number alone: all of them are Sam."""
    known = (SAM, Details("Sam Lee", "", SAM.phone)) * 8
    making = (partial(find_or_create, account_id, details, ContactSource.FORM, NOW) for details in known)
    return [partial(in_transaction, each) for each in making]


def count(model: type, *which: object) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*which))


def both_first(read: Callable[..., Any]) -> Callable[..., Any]:
    """The same reading, after which two who do it wait for each other."""
    both_have_read = threading.Barrier(2)

    def reading(*given: Any) -> Any:
        found = read(*given)
        both_have_read.wait(timeout=60)
        return found

    return reading


def test_of_many_at_once_one_makes_the_contact(app: Flask) -> None:
    account_id = account_of(make_user())
    with transaction():
        find_or_create(account_id, Details("", "", SAM.phone), ContactSource.CALL, NOW)
    race(app, tries(account_id))
    assert count(Contact) == 1
    assert count(Event, Event.name == "contact_created") == 1


def test_of_many_with_one_address_one_makes_the_contact(app: Flask) -> None:
    account_id = account_of(make_user())
    race(app, tries(account_id)[::2])
    assert count(Contact) == count(Event, Event.name == "contact_created") == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_r9_without_the_guard_there_are_two(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite lets one write at a time, whatever the indexes. Both have looked before either makes one."""
    account_id = account_of(make_user())
    without_contact_guard()
    monkeypatch.setattr(service, "_find", both_first(service._find))
    race(app, tries(account_id)[:2])
    assert count(Contact) == 2


def test_of_many_fields_of_one_name_one_is_made(app: Flask) -> None:
    account_id = account_of(make_user())
    outcomes = race(app, [partial(in_transaction, partial(fields.create, account_id, "Company"))] * 8)
    assert len(done(outcomes)) == 1
    assert {str(each) for each in outcomes if isinstance(each, Invalid)} == {
        "There is a field of this name already."
    }
    assert count(ContactField) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_r9_without_the_hold_there_is_an_error(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite lets one write at a time. Both have read what fields there are before either makes one."""
    account_id = account_of(make_user())
    monkeypatch.setattr(fields, "fields_of", both_first(fields.fields_of))
    monkeypatch.setattr(fields, "hold_account", lambda _account_id: None)
    with pytest.raises(IntegrityError):
        race(app, [partial(in_transaction, partial(fields.create, account_id, "Company"))] * 2)


def test_two_workers_import_each_line_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "AT_ONCE", 5)
    ada = make_user()
    file = "".join(f"Guest,guest{number % 40}@example.org\n" for number in range(60)).encode()
    lines = csv_lines.lines_of(BytesIO(file))
    import_id = imports.store(account_of(ada), "list", "GB", lines, ada, NOW)
    with transaction():
        given = db.session.get_one(ContactImport, import_id)
        imports.start(given, ["name", "email"], False, "", NOW)
    event = db.session.scalars(select(Event).where(Event.name == imports.STARTED)).one()
    event_id = event.id
    db.session.rollback()

    def work() -> None:
        imports.import_contacts(db.session.get_one(Event, event_id), NOW)

    race(app, [work] * 3)
    done = db.session.get_one(ContactImport, import_id, populate_existing=True)
    assert (done.state, done.read, done.made, done.known) == (ImportState.DONE, 60, 40, 20)
    assert count(Contact) == 40
