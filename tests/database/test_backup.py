"""Backups and restoring them: every row, in either direction, all or nothing."""

import sqlite3
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, current_app
from flask_migrate import Migrate, downgrade
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from app import clock, create_app
from app.accounts import sessions
from app.accounts.models import EmailChange, Invitation, Role, User
from app.calendars.models import Calendar
from app.config import Settings
from app.contacts import listing as contacts
from app.contacts.choice import Choice as ContactChoice
from app.contacts.models import ContactSource
from app.contacts.service import Details, find_or_create
from app.contacts.tags import add as add_tag
from app.db import connection, db, transaction
from app.errors import Conflict, Invalid
from app.events import Event
from app.links import listing
from app.links.choice import Choice
from app.links.models import LinkCount, OneTimeLink
from app.links.options import LinkOptions
from app.links.service import create_link
from app.operating import backup, restore, rows
from app.paths import beside_code
from app.worker import beats, service
from tests.factories import NOW, account_of, at, make_booking, make_calendar, make_user, token_of
from tests.services.databases import KINDS, Databases, forget, settings_for

NAME = "Zoë Ærø"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.sqlite3"


@pytest.fixture
def settings(app: Flask) -> Settings:
    return app.extensions["slotkey.settings"]


@pytest.fixture
def booked() -> OneTimeLink:
    """A used link among others; two bookings, one of them without a link."""
    calendar = make_calendar(make_user(NAME), description="Zwei Worte")
    links = [new_link(calendar, for_name=f"Guest {n}", offered_times=(at(9),) if n else ()) for n in range(3)]
    make_booking(calendar, links[0])
    make_booking(calendar, None, at(10))
    with transaction():
        details = Details("Guest", "guest@example.org")
        contact = find_or_create(calendar.account_id, details, ContactSource.HAND, NOW)
        add_tag(contact, "vip", NOW)
        links[0].contact_id = contact.id
    return links[0]


def new_link(calendar, **options) -> OneTimeLink:
    with transaction():
        return create_link(calendar, LinkOptions(**options), None, NOW)


@pytest.fixture(params=KINDS)
def elsewhere(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """An app on an empty database, of either kind."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    made = databases.new(request.param, folder)
    app = create_app(settings_for(made.url, folder))
    yield app
    forget(app)
    databases.drop(made)


def everything() -> dict[str, list[tuple]]:
    """All rows a backup is about, and the counts that follow from them."""
    db.session.rollback()
    tables = [*rows.kept_tables(), LinkCount.__table__]
    return {
        table.name: db.session.execute(select(table).order_by(*table.primary_key.columns)).all()
        for table in tables
    }


def test_every_row_comes_back_on_either_kind(file: Path, elsewhere: Flask, booked: OneTimeLink) -> None:
    written = backup.write(file)
    there, token = everything(), token_of(booked)
    with elsewhere.app_context():
        assert restore.restore(file, elsewhere.extensions["slotkey.settings"], replace=False) == written
        assert everything() == there
        assert token_of(db.session.get(OneTimeLink, booked.id)) == token
        assert written.faults == ()
        assert (written.bookings, written.used_by_booking, written.undelivered) == (2, 1, len(there["event"]))
        assert_goes_on(booked)
        db.session.remove()


def assert_goes_on(booked: OneTimeLink) -> None:
    """New rows get ids of their own, search finds old ones, and the guards stand."""
    person = db.session.scalars(select(User)).one()
    assert person.name == NAME
    calendar = make_calendar(person)
    assert calendar.id == booked.calendar_id + 1
    make_booking(calendar, new_link(calendar), at(11))
    found = listing.page_of(booked.calendar_id, Choice(search="guest 2"))
    assert [link.for_name for link in found.links] == ["Guest 2"]
    ((contact, tags),) = contacts.page_of(calendar.account_id, ContactChoice(search="guest vi")).rows
    assert (contact.email, tags) == ("guest@example.org", ["vip"])
    with pytest.raises(DBAPIError, match="stays as it is"), transaction():
        connection().execute(text("UPDATE one_time_link SET status = 'active', used_at = NULL"))


def test_a_backup_is_for_its_owner_alone_and_replaces_nothing(file: Path, booked: OneTimeLink) -> None:
    backup.write(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.glob("*backup*")] == [file.name]
    with pytest.raises(Conflict, match="exists already"):
        backup.write(file)
    with pytest.raises(backup.CannotKeep, match="cannot be written to"):
        backup.write(file.parent / "no" / "such" / "folder.sqlite3")


def test_a_file_holds_no_token_and_no_key(file: Path, settings: Settings, booked: OneTimeLink) -> None:
    """R17, R18."""
    backup.write(file)
    content = file.read_bytes()
    assert NAME.encode() in content
    assert token_of(booked).encode() not in content
    assert settings.secrets[0].encode() not in content


def test_a_database_with_data_is_replaced_only_on_purpose(
    file: Path, settings: Settings, booked: OneTimeLink
) -> None:
    backup.write(file)
    there = everything()
    make_booking(db.session.get(Calendar, booked.calendar_id), None, at(14))
    with pytest.raises(Conflict, match=r"not empty\. Links: .* Bookings: 3\. .* --force"):
        restore.restore(file, settings, replace=False)
    assert restore.restore(file, settings, replace=True).bookings == 2
    assert everything() == there
    assert_goes_on(booked)


def test_a_backup_of_an_earlier_revision_is_brought_up_to_date(
    file: Path, elsewhere: Flask, booked: OneTimeLink
) -> None:
    backup.write(file)
    settings = elsewhere.extensions["slotkey.settings"]
    with backup.opened_in(settings, file):
        Migrate(current_app, db, directory=str(beside_code("migrations")))
        downgrade(revision="0005")
    with elsewhere.app_context():
        assert restore.restore(file, settings, replace=False).bookings == 2
        db.session.remove()


def spoil(file: Path, statement: str) -> None:
    with sqlite3.connect(file) as made:
        for (name,) in made.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            made.execute(f'DROP TRIGGER "{name}"')
        made.execute(statement)


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("UPDATE booking SET link_id = NULL", "1 used links have no booking"),
        ("UPDATE one_time_link SET status = 'active', used_at = NULL", "for a link that is not used"),
        ("UPDATE booking SET blocked_until = blocked_until + 7200000000", "1 bookings overlap"),
        ("UPDATE link_count SET links = links + 1", "counts of links are wrong"),
        ("UPDATE booking SET host_id = 99", "point to rows that are not there"),
    ],
)
def test_an_unsound_backup_is_refused(
    file: Path, settings: Settings, booked: OneTimeLink, statement: str, complaint: str
) -> None:
    backup.write(file)
    there = everything()
    spoil(file, statement)
    assert complaint in backup.look_into(file).verdict
    with pytest.raises(Invalid, match=complaint):
        restore.restore(file, settings, replace=True)
    assert everything() == there


def test_restoring_is_all_or_nothing(
    file: Path, settings: Settings, booked: OneTimeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should a row get lost on the way, what was there before stays."""
    backup.write(file)
    there = everything()
    whole = rows.copy

    def lossy(source, target) -> None:
        whole(source, target)
        target.execute(Event.__table__.delete())

    monkeypatch.setattr(rows, "copy", lossy)
    with pytest.raises(Invalid, match="not those of the backup"):
        restore.restore(file, settings, replace=True)
    assert everything() == there


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0" + b"x" * 5_000])
def test_what_is_no_backup_is_refused(file: Path, settings: Settings, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(Invalid, match="is no backup of Slotkey"):
        restore.restore(file, settings, replace=False)


def test_a_backup_of_a_newer_version_is_refused(file: Path, settings: Settings) -> None:
    backup.write(file)
    spoil(file, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Invalid, match="made by a newer Slotkey"):
        restore.restore(file, settings, replace=False)


def test_what_a_worker_may_have_had_in_hand_is_handed_on_again(
    file: Path, settings: Settings, booked: OneTimeLink
) -> None:
    """How it went is known to the engine alone, whose tables are in no backup; long ago it was done."""
    found = list(db.session.scalars(select(Event).order_by(Event.id)))
    with transaction():
        for minutes, event in enumerate(found):
            event.delivered_at = NOW + timedelta(seconds=1) - timedelta(minutes=minutes * 6)
        service.note_failure(found[-1], "mails.x", "Mail", 1, "refused", NOW, NOW + timedelta(hours=1))
        service.note_failure(found[-2], "mails.x", "Mail", 6, "refused", NOW, None)
    assert backup.write(file).undelivered == 0
    assert restore.restore(file, settings, replace=True).undelivered == 3
    waiting = set(db.session.scalars(select(Event.id).where(Event.delivered_at.is_(None))))
    assert waiting == {found[0].id, found[1].id, found[-1].id}


def test_what_happened_before_there_was_a_worker_is_handed_on_to_nobody(
    file: Path, settings: Settings, booked: OneTimeLink
) -> None:
    with transaction():
        db.session.execute(update(Event).values(delivered_at=Event.at))
    backup.write(file)
    assert restore.restore(file, settings, replace=True).undelivered == 0


def test_a_database_that_a_worker_works_on_is_left_alone(
    file: Path, settings: Settings, booked: OneTimeLink
) -> None:
    backup.write(file)
    with transaction():
        beats.join("worker-1", clock.now())
    with pytest.raises(Conflict, match="worker-1 is running"):
        restore.restore(file, settings, replace=True)
    with clock.fixed(clock.now() + beats.LOST_AFTER):
        assert restore.restore(file, settings, replace=True).bookings == 2


def test_invitations_and_new_addresses_that_were_open_are_closed(file: Path, settings: Settings) -> None:
    """They may have been taken back since; those that were used stay as they were."""
    person = make_user()
    sent = {"key_id": "k", "created_at": NOW, "expires_at": NOW + timedelta(days=7)}
    invited = {"account_id": account_of(person), "role": Role.MEMBER, "invited_by_id": person.id, **sent}
    with transaction():
        db.session.add(Invitation(email="ben@example.org", nonce=b"11111111", **invited))
        db.session.add(Invitation(email="cleo@example.org", nonce=b"22222222", accepted_at=NOW, **invited))
        change = {"user_id": person.id, "old_email": person.email, "new_email": "a@example.org"}
        db.session.add(EmailChange(nonce=b"33333333", **change, **sent))
    backup.write(file)
    restore.restore(file, settings, replace=True)
    open_ones = select(Invitation.email).where(Invitation.revoked_at.is_(None))
    assert db.session.scalars(open_ones).all() == ["cleo@example.org"]
    assert db.session.scalars(select(EmailChange.withdrawn_at)).one() is not None


def test_nobody_stays_signed_in(file: Path, elsewhere: Flask, booked: OneTimeLink) -> None:
    """Whoever has signed out since would else be in again."""
    person = db.session.scalars(select(User)).one()
    with transaction():
        secret = sessions.begin(person, account_of(person), clock.now())
    assert sessions.find(secret, clock.now())
    backup.write(file)
    with elsewhere.app_context():
        restore.restore(file, elsewhere.extensions["slotkey.settings"], replace=False)
        assert sessions.find(secret, clock.now()) is None
        db.session.remove()
