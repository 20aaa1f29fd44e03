"""R33: PostgreSQL ended at once and started again while people book. They are asked to wait, and nothing is lost."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from app.db import db
from tests.services import postgres
from tests.services.databases import Database, migrate
from tests.services.worker import wait_until

from .contacts import Contacts
from .installation import installed, up_again_seconds
from .pages import assert_asks_to_wait
from .promises import complaints
from .test_kills import kept_messages, undelivered

PEOPLE = 20
RESTARTS = 2


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the server lives: not in `tmp_path`, which its user may not enter."""
    with TemporaryDirectory(prefix="slotkey-postgres-") as made:
        yield Path(made)


@pytest.fixture
def database(folder: Path, tmp_path: Path) -> Iterator[Database]:
    """Instead of the usual one: on a server of its own, which syncs what it has acknowledged."""
    with postgres.own_server(folder) as server:
        postgres.create(server, "restarted")
        url = server.format(name="restarted")
        migrate(url, tmp_path)
        yield Database("postgresql", url)


def restart(folder: Path) -> float:
    """As `pg_ctl restart -m immediate` does; when it answered again, by the stopwatch."""
    postgres.stop(folder)
    postgres.start_again(folder)
    db.engine.dispose()
    return time.monotonic()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_r33_a_restart_is_over_in_seconds(database, folder, tmp_path):
    told: dict[str, str] = {}
    with installed(database.url, tmp_path) as site:
        for _ in range(RESTARTS):
            contacts = Contacts(site.url, PEOPLE)
            with contacts.booking():
                wait_until(lambda contacts=contacts: len(contacts.told) >= 3)
                answered_at, before = restart(folder), len(contacts.told)
                wait_until(lambda contacts=contacts, before=before: len(contacts.told) > before)
                assert time.monotonic() - answered_at < up_again_seconds()
            told |= contacts.told
            assert set(contacts.answers) <= {303, 503}
            for refusal in contacts.refusals:
                assert_asks_to_wait(refusal)
            assert complaints(told) == []
        assert len(told) == RESTARTS * PEOPLE
        wait_until(lambda: undelivered() == 0 and kept_messages() == 2 * len(told))
        assert site.worker.process.poll() is None
        assert "unexpected error" not in site.web.log
