"""What is measured over HTTP: our real server on a scratch database, and the trivial app under the same server."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from app import create_app, migrating
from app.config import Settings
from app.db import db
from app.links import sightings
from app.proof.scratch import environment, scratch_settings
from app.worker import beats, engine
from app.worker.models import WorkerBeat
from tests.services import postgres
from tests.services.server import free_port

ROOT = Path(__file__).parents[2]
PROCESSES = 4
THREADS = Settings.web_threads
START_SECONDS = 60
POLL_SECONDS = 0.002
EMPTY: dict[str, str] = {}
AS_INSTALLED = {"PYTHONDONTWRITEBYTECODE": ""}  # pip compiles modules; a checkout does so at the first start
SERVER_LOG = '%(t)s %(h)s %(m)s "-" %(s)s %(B)s bytes %(M)s ms'


@dataclass(frozen=True)
class Running:
    """A server: where it answers, the process that leads it, and how long the first 200 took to come."""

    url: str
    pid: int
    seconds_to_first_200: float

    @property
    def workers(self) -> list[int]:
        """Process ids of its workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in children.split()]


@contextmanager
def scratch(kind: str = "sqlite", processes: int = PROCESSES) -> Iterator[tuple[Flask, Settings]]:
    """An empty migrated database, an app of this process that uses it, and its settings."""
    with _database_server(kind) as url, scratch_settings(_settings(url, processes)) as settings:
        app = create_app(settings)
        with app.app_context():
            migrating.upgrade()
        try:
            yield app, settings
        finally:
            with app.app_context():
                sightings.flush()  # else it is tried when the database is gone
                db.session.remove()
                db.engine.dispose()


@contextmanager
def ours(settings: Settings, path: str = "/sign-in") -> Iterator[Running]:
    """Our server, started as an operator starts it; `path` is asked for until it answers 200 (somebody has to have
    an account for the default one)."""
    command = [sys.executable, "-m", "app", "web"]
    with _running(command, environment(settings), settings.base_url, path, settings.data_dir) as server:
        yield server


@contextmanager
def worker(settings: Settings) -> Iterator[int]:
    """A worker that is at work on what web processes leave behind; its process id. Needs the app's context."""
    engine.migrate(settings)
    command = [sys.executable, "-m", "app", "worker"]
    with (settings.data_dir / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **environment(settings)}, cwd=ROOT, stdout=log, stderr=log
        )
    try:
        deadline = time.perf_counter() + START_SECONDS
        while not any(each.beats for each in _workers()):
            if process.poll() is not None or time.perf_counter() > deadline:
                raise RuntimeError("the worker did not start")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def _workers() -> list[WorkerBeat]:
    db.session.rollback()
    return beats.all_of_them()


@contextmanager
def trivial(
    processes: int = PROCESSES, app: str = "app", environ: Mapping[str, str] = EMPTY
) -> Iterator[Running]:
    """An app of `trivial` in the same kind of server, with as many processes and threads and a like access log."""
    port = free_port()
    options = {
        "--bind": f"127.0.0.1:{port}",
        "--worker-class": "gthread",
        "--workers": str(processes),
        "--threads": str(THREADS),
        "--access-logfile": "-",
        "--access-logformat": SERVER_LOG,
        "--worker-tmp-dir": "/dev/shm",
    }
    flags = [part for option in options.items() for part in option]
    command = [sys.executable, "-m", "gunicorn", "--preload", "--no-control-socket", *flags]
    with tempfile.TemporaryDirectory(prefix="slotkey-bench-") as folder:
        command.append(f"tests.bench.trivial:{app}")
        with _running(command, dict(environ), f"http://127.0.0.1:{port}", "/", Path(folder)) as server:
            yield server


@contextmanager
def _running(
    command: Sequence[str], environ: dict[str, str], url: str, path: str, folder: Path
) -> Iterator[Running]:
    log = folder / "bench.log"
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **AS_INSTALLED, **environ},
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        while not _is_up(url, path):
            if process.poll() is not None or time.perf_counter() - began > START_SECONDS:
                raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(POLL_SECONDS)
        yield Running(url, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _is_up(url: str, path: str) -> bool:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname, parts.port, timeout=START_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def _database_server(kind: str) -> Iterator[str]:
    """The address of a database of this kind. PostgreSQL syncs to the disk, as it does in production."""
    if kind == "sqlite":
        yield "sqlite:///unused.sqlite3"
        return
    with tempfile.TemporaryDirectory(prefix="slotkey-bench-") as name:
        folder = Path(name)
        try:
            with postgres.locked(folder):
                yield postgres.server(folder, os.getpid(), postgres.DURABLE).format(name="postgres")
        finally:
            postgres.stop(folder)


def _settings(database_url: str, processes: int) -> Settings:
    return Settings(
        secrets=("replaced by that of the scratch installation",),
        base_url="http://127.0.0.1",
        data_dir=Path(),
        database_url=database_url,
        web_processes=processes,
    )
