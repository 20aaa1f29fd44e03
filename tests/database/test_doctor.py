"""What the doctor says of the database and the mail server."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text

from app import clock, config
from app.db import db, transaction
from app.events import Event
from app.mail_server import MailServer, Security, Sender
from app.operating import database_checks, doctor
from app.operating.findings import State
from app.worker import beats, service
from tests.factories import NOW, make_booking, make_calendar, make_user
from tests.services.databases import Database
from tests.services.mail import Post, mail_server
from tests.services.server import free_port


def found() -> dict[str, State]:
    return {finding.about: finding.state for finding in database_checks.of_database(config.current())}


def test_a_database_that_is_well(app: Flask) -> None:
    make_booking(make_calendar(make_user()))
    with clock.fixed(clock.now()) if db.engine.dialect.name == "postgresql" else clock.fixed(NOW):
        said = found()
    assert set(said) == {"database", "migrations", "writing", "clock", "worker"}
    assert {said[about] for about in ("database", "migrations", "writing")} == {State.OK}


def test_pending_migrations() -> None:
    with transaction():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert found() == {"database": State.OK, "migrations": State.FAIL}


def test_a_clock_that_is_slow() -> None:
    make_booking(make_calendar(make_user()))
    with clock.fixed(NOW - timedelta(minutes=5)):
        assert found()["clock"] is State.WARN


def test_workers_and_what_waits_for_them() -> None:
    now = clock.now()
    with clock.fixed(now):
        assert found()["worker"] is State.WARN
        with transaction():
            run = beats.join("worker-1", now)
        assert found()["worker"] is State.OK
    make_booking(make_calendar(make_user()))
    with clock.fixed(NOW + timedelta(minutes=2)):
        assert found()["worker"] is State.FAIL
        with transaction():
            beats.beat("worker-1", run, clock.now())
        assert found()["worker"] is State.OK


def test_work_that_was_given_up() -> None:
    make_booking(make_calendar(make_user()))
    (event,) = db.session.scalars(select(Event).where(Event.name == "booking_created"))
    with transaction():
        service.note_failure(event, "mails.x", "Mail", 6, "refused", NOW, None)
    assert found()["work"] is State.WARN


def test_clocks_that_differ(database: Database) -> None:
    """Only a database on a server has a clock of its own."""
    with clock.fixed(clock.now() + timedelta(seconds=90)):
        assert found()["clock"] is (State.WARN if database.kind == "postgresql" else State.OK)


def test_a_database_that_somebody_else_writes_all_the_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_checks, "LOCK_MILLISECONDS", 100)
    if database.kind == "sqlite":  # whose patience is the engine's
        with db.engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA busy_timeout = 100")
    other = create_engine(database.url)
    with other.connect() as writer:
        writer.execute(text("UPDATE alembic_version SET version_num = version_num"))
        assert found()["writing"] is State.FAIL
    other.dispose()


def test_no_database_yet_and_none_is_made() -> None:
    settings = replace(config.current(), database_url=f"sqlite:///{config.current().data_dir}/none.sqlite3")
    (finding,) = database_checks.of_database(settings)
    assert (finding.about, finding.state) == ("database", State.FAIL)
    assert not (settings.data_dir / "none.sqlite3").exists()


def test_a_mail_server_that_lets_us_in_gets_no_mail() -> None:
    post = Post()
    with mail_server(post) as server:
        (finding,) = database_checks.of_mail(replace(config.current(), mail=server))
    assert finding.state is State.OK
    assert (post.sent, post.envelopes) == ([], [])


def test_mail_without_a_server_and_with_one_that_is_not_there() -> None:
    (none,) = database_checks.of_mail(config.current())
    assert none.state is State.WARN
    server = MailServer(
        "127.0.0.1", free_port(), Security.NONE, Sender("", "book@example.org"), "u", "swordfish"
    )
    (away,) = database_checks.of_mail(replace(config.current(), mail=server))
    assert away.state is State.FAIL
    assert "swordfish" not in str(away)


def test_everything_is_one_line_each() -> None:
    said = [str(finding) for finding in doctor.examine(config.current())]
    assert len(said) >= 8
    assert not [line for line in said if "\n" in line]
