"""R32: a disk that is full, and a database that another process has locked. People are asked to wait, nothing is half
stored, and all goes on by itself once it can."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import text

from app.db import db
from app.proof.load import Answer, Request, fire
from tests.services.databases import Database, Databases
from tests.services.worker import wait_until

from .contacts import Contacts
from .disks import Disk, LimitedDisk, disk
from .installation import Installation, installed
from .pages import assert_asks_to_wait, assert_keeps, assert_whole
from .promises import complaints

HOLD = """
import sqlite3, sys
holder = sqlite3.connect(sys.argv[1], isolation_level=None)
holder.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""
PEOPLE = 6
FULL_SECONDS = 8  # longer than a worker goes without a beat
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class TestDiskFull:
    @pytest.fixture(params=["small", "limited"])
    def disk(self, request, tmp_path) -> Iterator[Disk]:
        (tmp_path / "disk").mkdir()
        if request.param == "limited":
            yield LimitedDisk(tmp_path / "disk")
        else:
            with disk(tmp_path / "disk") as made:
                yield made

    @pytest.fixture
    def database(self, request, disk: Disk, databases: Databases) -> Database:
        """Instead of the usual one: on that disk."""
        return databases.new(request.param, disk.place)

    @on_sqlite
    def test_r32_a_full_disk_makes_people_wait_and_no_more(self, database, disk):
        with installed(database.url, disk.place) as site:
            contacts, earlier = Contacts(site.url, PEOPLE), Contacts(site.url, PEOPLE)
            forms = [contacts.open(*wish) for wish in contacts.wishes()]
            with earlier.booking():
                pass
            empty_the_log()
            disk.fill(site.pids)  # the worker is about to write the mails of the earlier ones
            began = time.monotonic()
            while time.monotonic() < began + FULL_SECONDS:
                for answer, form in zip(fire(site.url, forms), forms, strict=True):
                    assert_asks_to_wait(answer)
                    assert_keeps(answer, form)
                assert_still_readable(site, contacts)
            assert stored()[:2] == (PEOPLE, PEOPLE)
            disk.free(site.pids)
            assert_goes_on(site, forms, already=PEOPLE)
            assert complaints(earlier.told) == []


class TestLocked:
    @on_sqlite
    def test_r32_a_lock_of_three_seconds_is_waited_for(self, database, tmp_path):
        with installed(database.url, tmp_path) as site:
            contacts = Contacts(site.url, PEOPLE)
            forms = [contacts.open(*wish) for wish in contacts.wishes()]
            with write_lock(tmp_path) as holder:
                Timer(3, holder.kill).start()
                answers = fire(site.url, forms)
            assert [answer.status for answer in answers] == [303] * PEOPLE
            assert min(answer.seconds for answer in answers) > 2
            assert complaints({}) == []

    @on_sqlite
    def test_r32_a_longer_lock_makes_people_wait_and_no_more(self, database, tmp_path):
        with installed(database.url, tmp_path, database_wait_seconds=1) as site:
            be_locked_out(site, tmp_path, seconds=4)

    @on_sqlite
    @pytest.mark.slow
    def test_r32_a_lock_of_a_minute_makes_people_wait_and_no_more(self, database, tmp_path):
        with installed(database.url, tmp_path) as site:
            be_locked_out(site, tmp_path, seconds=60)


def be_locked_out(site: Installation, place: Path, seconds: float) -> None:
    """Nobody can write for so long."""
    contacts = Contacts(site.url, PEOPLE)
    forms = [contacts.open(*wish) for wish in contacts.wishes()]
    began = time.monotonic()
    with write_lock(place):
        while time.monotonic() < began + seconds:
            for answer, form in zip(fire(site.url, forms), forms, strict=True):
                assert_asks_to_wait(answer)
                assert_keeps(answer, form)
            assert_still_readable(site, contacts)
        assert stored() == (0, 0, 0)
    assert_goes_on(site, forms)


def assert_still_readable(site: Installation, contacts: Contacts) -> None:
    """Pages that only show something are served meanwhile."""
    (page,) = fire(site.url, [Request(f"/o/{contacts.links[0]}")])
    assert page.status == 200
    assert_whole(page)


def assert_goes_on(site: Installation, forms: list[Request], already: int = 0) -> None:
    """The same forms book, in the same processes, and the worker writes their mails."""
    pids = site.pids
    assert site.worker.process.poll() is None
    assert [answer.status for answer in fire(site.url, forms)] == [303] * PEOPLE
    assert complaints({}) == []
    booked = already + PEOPLE
    wait_until(lambda: stored() == (booked, booked, 2 * booked))
    assert site.pids == pids
    assert site.worker.process.poll() is None


@pytest.mark.parametrize("body", ["", "Internal Server Error", "<!doctype html><h1>Please wait</h1>"])
def test_r9_a_bare_page_is_seen(body):
    with pytest.raises(AssertionError):
        assert_asks_to_wait(Answer(503, body, "", 0, {"retry-after": "5"}))


def stored() -> tuple[int, int, int]:
    """Bookings, links that are not Active, messages."""
    counts = (
        "SELECT count(*) FROM booking",
        "SELECT count(*) FROM one_time_link WHERE status <> 'active'",
        "SELECT count(*) FROM message",
    )
    with db.engine.connect() as reading:
        return tuple(reading.execute(text(each)).scalar_one() for each in counts)


def empty_the_log() -> None:
    """Else its blocks, which SQLite uses again, would take some bookings after the disk is full."""
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def write_lock(place: Path) -> Iterator[subprocess.Popen]:
    """Another process, which has the database for itself inside the block."""
    command = (sys.executable, "-c", HOLD, place / "slotkey.sqlite3")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()
