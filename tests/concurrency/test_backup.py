"""R37: a backup made while bookings go on, restored elsewhere, is sound and lacks nothing that was there before."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from app import config
from app.bookings.models import Booking
from app.db import db
from app.messaging.models import Message
from app.operating import backup, restore, soundness
from app.proof import scenarios
from app.proof.load import Answer, drive
from app.proof.scratch import environment
from app.worker import engine
from tests.factories import at, make_booking, make_calendar, make_link, make_user
from tests.services.databases import KINDS, Database, Databases
from tests.services.server import ROOT, Server
from tests.services.worker import wait_until

BOOKINGS = 300


def slotkey(server: Server, *arguments: object, **settings: str) -> str:
    """What a command says that ends well, in the installation of the server or one beside it."""
    ended = subprocess.run(
        [sys.executable, "-m", "app", *map(str, arguments)],
        env={**server.environ, **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(params=KINDS)
def elsewhere(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Database]:
    """An empty database on another machine, of the same kind or the other."""
    (tmp_path / "elsewhere").mkdir()
    made = databases.new(request.param, tmp_path / "elsewhere")
    yield made
    databases.drop(made)


def test_r37_backup_while_bookings_go_on(server: Server, elsewhere: Database, tmp_path: Path) -> None:
    calendar = scenarios.make_host()
    tokens = scenarios.make_tokens(calendar, BOOKINGS)
    forms = scenarios.opened_forms(server.url, list(zip(tokens, scenarios.starts(BOOKINGS), strict=True)))
    answers: list[Answer] = []
    contacts = Thread(target=lambda: answers.extend(drive(server.url, forms, clients=6)))
    contacts.start()
    while stored() == 0:
        time.sleep(0.01)
    before, file = stored(), tmp_path / "backup.sqlite3"
    written = backup.write(file)
    contacts.join()
    assert [answer.status for answer in answers] == [303] * BOOKINGS
    assert before <= written.bookings < BOOKINGS
    assert written.faults == ()

    place = {"DATABASE_URL": elsewhere.url, "DATA_DIR": str(tmp_path / "elsewhere")}
    said = slotkey(server, "restore", file, **place)
    assert said.startswith(f"Restored. {written.holds}\n{written.verdict}\n")
    found = examine(elsewhere)
    assert found == written
    assert found.bookings == found.used_by_booking == found.links["used"]
    assert sum(found.links.values()) == BOOKINGS
    assert found.undelivered >= found.bookings


def test_r37_what_was_undelivered_is_delivered_once_after_a_restore(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the engine did it before: it knows those events, and drops them unless it starts afresh."""
    calendar = make_calendar(make_user())
    for hour in (9, 10, 11):
        make_booking(calendar, make_link(calendar), at(hour))
    backup.write(tmp_path / "backup.sqlite3")
    assert effects_after_restoring(database, tmp_path, messages=6) == 6
    with monkeypatch.context() as careless:
        careless.setattr(engine, "start_afresh", engine.migrate)
        assert effects_after_restoring(database, tmp_path, messages=0) == 0
    assert effects_after_restoring(database, tmp_path, messages=6) == 6


def effects_after_restoring(database: Database, folder: Path, messages: int) -> int:
    """How many messages there are when a worker has had its time; it is given some until there are so many."""
    restore.restore(folder / "backup.sqlite3", config.current(), replace=True)
    assert stored(Message) == 0
    with worker():
        wait_until(lambda: examine(database).undelivered == 0 and stored(Message) >= messages)
    return stored(Message)


@contextmanager
def worker() -> Iterator[None]:
    """A worker as an operator starts and stops it."""
    environ = {"PATH": os.environ["PATH"], **environment(config.current())}
    command = (sys.executable, "-m", "app", "worker")
    process = subprocess.Popen(command, env=environ, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(60) == 0


def stored(model: type = Booking) -> int:
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count()).select_from(model))


def examine(database: Database) -> soundness.Findings:
    engine = db.create_engine(database.url)
    with engine.connect() as connection:
        found = soundness.examine(connection)
    engine.dispose()
    return found
