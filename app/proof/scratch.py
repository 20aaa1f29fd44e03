"""A scratch database of the configured kind, and a real server on it."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from sqlalchemy import create_engine, make_url, text

from ..config import Settings

START_SECONDS = 60
NO_LIMITS = 1_000_000.0  # the proof hammers from one address, which is what the limits are there to stop


@dataclass(frozen=True)
class Site:
    """A running installation that may be thrown away: its settings, and the log of its processes."""

    settings: Settings
    log: Path

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.settings.base_url


@contextmanager
def scratch_settings(like: Settings) -> Iterator[Settings]:
    """Settings of an installation with an empty database of the same kind as `like`'s, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="slotkey-proof-") as folder, _scratch_url(like, folder) as url:
        port = _free_port()
        yield replace(
            like,
            secrets=(secrets.token_hex(32),),
            base_url=f"http://127.0.0.1:{port}",
            host="127.0.0.1",
            port=port,
            proxy_count=0,
            data_dir=Path(folder),
            database_url=url,
            database_wait_seconds=120.0,
            rate_limit_factor=NO_LIMITS,
        )


@contextmanager
def running(settings: Settings) -> Iterator[Site]:
    """The web processes of these settings, started as an operator starts them and stopped at the end."""
    log = settings.data_dir / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "app", "web"],
            env={**os.environ, **environment(settings)},
            cwd=Path(__file__).parents[2],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_up(server, settings, log)
            yield Site(settings, log)
        finally:
            server.terminate()
            server.wait(timeout=60)


def environment(settings: Settings) -> dict[str, str]:
    """The settings as environment variables, for a process of their own."""
    return {
        "SECRET_KEY": settings.secrets[0],
        "SECRET_KEY_FALLBACKS": ",".join(settings.secrets[1:]),
        "BASE_URL": settings.base_url,
        "DATABASE_URL": settings.database_url,
        "DATA_DIR": str(settings.data_dir),
        "HOST": settings.host,
        "PORT": str(settings.port),
        "WEB_PROCESSES": str(settings.web_processes),
        "WEB_THREADS": str(settings.web_threads),
        "RATE_LIMIT_FACTOR": str(settings.rate_limit_factor),
        "DATABASE_WAIT_SECONDS": str(settings.database_wait_seconds),
    }


@contextmanager
def _scratch_url(like: Settings, folder: str) -> Iterator[str]:
    if like.is_sqlite:
        yield f"sqlite:///{folder}/proof.sqlite3"
        return
    name = f"slotkey_proof_{secrets.token_hex(4)}"
    engine = create_engine(like.database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as admin:
        admin.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(like.database_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as admin:
            admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def _wait_until_up(server: subprocess.Popen[bytes], settings: Settings, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"{settings.base_url}/sign-in", timeout=5):  # noqa: S310
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
