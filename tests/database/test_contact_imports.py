"""Imports: every line makes a contact, finds one, or says why not; whatever dies in between, each once."""

from io import BytesIO

import pytest
from sqlalchemy import func, select

from app.accounts.models import User
from app.contacts import csv_lines, fields, import_lists, imports
from app.contacts.import_models import ContactImport, ContactImportPart, ImportState
from app.contacts.models import Contact, ContactSource
from app.contacts.service import Details, find_or_create
from app.contacts.tags import tags_of
from app.db import connection, db, transaction
from app.errors import Conflict, Invalid, NotFound
from app.events import Event
from tests.factories import NOW, account_of, make_user

FILE = """Name;E-Mail;Mobile;Firma;Tags
Sam Lee;SAM@example.org;030 12345678;Lee GmbH;vip, berlin
"Kim; Park";kim@example.org;;;
;nobody at all;;;
Noor;;unknown;;
Ida;ida@example.org;+45 20 12 34 56;;

;sam@example.org;;Other;vip
"""
COLUMNS = ["name", "email", "phone", "field_firma", "tags"]


@pytest.fixture
def ada() -> User:
    return make_user()


def stored(ada: User, text: str | bytes = FILE) -> ContactImport:
    data = text.encode() if isinstance(text, str) else text
    with transaction():
        if not fields.fields_of(account_of(ada)):
            fields.create(account_of(ada), "Firma")
    made = imports.store(account_of(ada), "list.csv", "DE", csv_lines.lines_of(BytesIO(data)), ada, NOW)
    return import_lists.import_of(account_of(ada), made)


def started(ada: User, text: str = FILE, **changes: object) -> Event:
    given = stored(ada, text)
    values = {"columns": COLUMNS, "has_head": True, "tag": "Fair"} | changes
    with transaction():
        imports.start(given, now=NOW, **values)
    return db.session.scalars(select(Event).where(Event.name == imports.STARTED)).one()


def counts(event: Event) -> tuple[object, ...]:
    db.session.expire_all()
    row = db.session.get_one(ContactImport, event.data["import_id"])
    return row.state, row.read, row.made, row.known, row.skipped


def test_each_line_makes_finds_or_says_why_not(ada: User) -> None:
    event = started(ada)
    assert imports.import_contacts(event, NOW) is None
    assert counts(event) == (ImportState.DONE, 7, 3, 1, 2)
    sam = db.session.scalars(select(Contact).where(Contact.email == "sam@example.org")).one()
    assert (sam.name, sam.phone, sam.fields) == ("Sam Lee", "+493012345678", {"firma": "Lee GmbH"})
    assert tags_of(sam.id) == ["berlin", "fair", "vip"]
    skips = import_lists.skips_of(event.data["import_id"])
    assert [(each.line, each.why.split()[0]) for each in skips] == [(4, "Enter"), (5, "“unknown”")]
    assert list(import_lists.every_skip(event.data["import_id"])) == skips
    assert connection().execute(select(func.count()).select_from(ContactImportPart)).scalar() == 0
    told = select(Event.name).where(Event.delivered_at.is_(None))
    assert list(db.session.scalars(told)) == [imports.STARTED]


@pytest.mark.parametrize(
    ("columns", "line", "name"),
    [
        (["first_name", "last_name", "email"], "Ada;Lovelace;ada@example.org", "Ada Lovelace"),
        (["first_name", "last_name", "email"], "Ada;;ada@example.org", "Ada"),
        (["name", "first_name", "email"], "Lovelace;Ada;ada@example.org", "Ada Lovelace"),
        (["name", "first_name", "email"], "Ada;Ada;ada@example.org", "Ada"),
        (["name", "last_name", "email"], "Countess Ada;Lovelace;ada@example.org", "Countess Ada"),
        (["", "last_name", "email"], ";Lovelace;ada@example.org", "Lovelace"),
    ],
)
def test_a_name_in_two_columns_becomes_one(ada: User, columns: list[str], line: str, name: str) -> None:
    event = started(ada, f"a;b;c\n{line}\n", columns=columns)
    imports.import_contacts(event, NOW)
    assert db.session.scalars(select(Contact.name).where(Contact.email == "ada@example.org")).one() == name


def test_a_worker_that_dies_leaves_the_rest_to_the_next(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    monkeypatch.setattr(imports, "PARTS_A_TURN", 1)
    event = started(ada)
    take, taken = imports.import_part.take_all, []

    def die(*given: object) -> bool:
        taken.append(given)
        if len(taken) == 2:
            raise RuntimeError("killed")
        return take(*given)

    assert imports.import_contacts(event, NOW) == NOW
    monkeypatch.setattr(imports.import_part, "take_all", die)
    before = counts(event)
    imports.import_contacts(event, NOW)
    with pytest.raises(RuntimeError):
        imports.import_contacts(event, NOW)
    assert counts(event)[1] == before[1] + 2
    while imports.import_contacts(event, NOW):
        pass
    assert counts(event) == (ImportState.DONE, 7, 3, 1, 2)
    assert imports.import_contacts(event, NOW) is None
    assert db.session.scalar(select(func.count(Contact.id))) == 3


def test_a_list_that_is_stopped_makes_no_more_contacts(ada: User) -> None:
    event = started(ada)
    given = db.session.get_one(ContactImport, event.data["import_id"])
    for _ in range(2):
        with transaction():
            imports.stop(given, NOW)
    imports.import_contacts(event, NOW)
    assert counts(event) == (ImportState.STOPPED, 0, 0, 0, 0)
    with pytest.raises(Conflict), transaction():
        imports.start(given, COLUMNS, True, "", NOW)


def test_what_is_known_is_filled_in_not_overwritten(ada: User) -> None:
    with transaction():
        find_or_create(account_of(ada), Details("Samuel", "sam@example.org"), ContactSource.HAND, NOW)
    imports.import_contacts(
        started(ada, "sam@example.org,Sam,+4930111222\n", columns=["email", "name", "phone"], has_head=False),
        NOW,
    )
    sam = db.session.scalars(select(Contact)).one()
    assert (sam.name, sam.phone, sam.source) == ("Samuel", "+4930111222", ContactSource.HAND)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [(["name", "", ""], "Choose the column"), (["email", "email", ""], "Two columns")],
)
def test_columns_have_to_make_sense(ada: User, columns: list[str], sentence: str) -> None:
    given = stored(ada)
    with pytest.raises(Invalid) as refused, transaction():
        imports.start(given, columns, True, "", NOW)
    assert refused.value.sentence.startswith(sentence)


def test_too_many_lines_and_no_lines_leave_nothing(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MOST_LINES", 3)
    for text in (FILE, "", "\n\n"):
        with pytest.raises(Invalid):
            stored(ada, text)
    assert import_lists.imports_of(account_of(ada)) == []


def test_old_imports_and_those_of_others_are_not_found(ada: User) -> None:
    given = stored(ada)
    with pytest.raises(NotFound):
        import_lists.import_of(account_of(make_user("Cleo Stranger")), given.id)
    imports.forget_old(NOW)
    assert len(import_lists.imports_of(account_of(ada))) == 1
    imports.forget_old(NOW + imports.KEPT * 2)
    assert import_lists.imports_of(account_of(ada)) == []
