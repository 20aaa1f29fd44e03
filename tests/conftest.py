"""What all tests share: databases, an app on one of them, a client, a fixed clock. Rows come from factories.py."""

import gc
import os
import signal
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import event

from app import clock, create_app, kept_templates
from app.accounts import passwords
from app.db import db

from .factories import NOW
from .services.databases import KINDS, Database, Databases, forget, settings_for

RUN = "SLOTKEY_TEST_RUN"  # "pid of the leading process:folder of the run", for the processes it starts
ON_BOTH = ("database", "concurrency", "faults")


# Each app brings thousands of objects that refer to one another; looking through all of them again and again took a
# fifth of the time.
gc.set_threshold(50_000, 20, 100)

# How long an example takes tells about the machine, and no test asserts times.
settings.register_profile("slotkey", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("slotkey")


def pytest_configure(config: pytest.Config) -> None:
    if _leads(config):
        os.environ[RUN] = f"{os.getpid()}:{tempfile.mkdtemp(prefix='slotkey-tests-')}"
        # `timeout` and CI end a run by SIGTERM; servers of the tests have to end with it.
        signal.signal(signal.SIGTERM, lambda *_: pytest.exit("ended from outside", 143))


def pytest_unconfigure(config: pytest.Config) -> None:
    if _leads(config):
        _databases().close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests of services, of races and of faults on each kind of database, but for those that name one."""
    folder = metafunc.definition.path.relative_to(Path(__file__).parent).parts[0]
    named = (each.args[0] for each in metafunc.definition.iter_markers("parametrize"))
    if folder in ON_BOTH and "database" in metafunc.fixturenames and "database" not in named:
        metafunc.parametrize("database", KINDS, indirect=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test proves nothing, so it fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and any(reporter.stats.get(kind) for kind in ("skipped", "xfailed")):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hash with the least work: the real cost is a tenth of a second for each sign-in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once() -> Iterator[None]:
    """Each app compiles its templates anew, which took more than half the time of the tests that open pages."""
    folder = _databases().folder / "templates"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_templates, "folder", lambda _settings: folder)
        yield


@pytest.fixture(scope="session")
def databases() -> Databases:
    """What gives out databases, for fixtures that live longer than one test."""
    return _databases()


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh migrated database: SQLite, and in the folders ON_BOTH PostgreSQL too."""
    databases = _databases()
    made = databases.new(getattr(request, "param", "sqlite"), tmp_path)
    yield made
    databases.drop(made)


@pytest.fixture
def site_url() -> str:
    """The address that links in pages begin with."""
    return "http://slotkey.test"


@pytest.fixture
def app(database: Database, tmp_path: Path, site_url: str) -> Iterator[Flask]:
    """An app of its own on `database`, outside its context, so that each request of a client has one to itself."""
    made = create_app(settings_for(database.url, tmp_path, base_url=site_url))
    if database.kind == "sqlite":
        _stop_syncing(made)
    yield made
    forget(made)


@pytest.fixture
def app_context(app: Flask) -> Iterator[None]:
    """Inside the app's context, as the work of a request or a command is; only for tests that send no requests."""
    with app.app_context():
        yield


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies, for `app`."""
    return app.test_client()


@pytest.fixture
def now() -> Iterator[datetime]:
    """Stops the clock at factories.NOW. `with clock.fixed(later):` inside the test moves it."""
    with clock.fixed(NOW):
        yield NOW


def _leads(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


def _databases() -> Databases:
    owner, _, folder = os.environ[RUN].partition(":")
    return Databases(Path(folder), int(owner))


def _stop_syncing(app: Flask) -> None:
    """Leave out fsync: these tests kill no machine, and wait for the disk at each commit otherwise."""
    with app.app_context():
        db.engine.dispose()
        event.listen(db.engine, "connect", lambda made, _record: made.execute("PRAGMA synchronous=OFF"))
