"""Real web processes on a free port of this machine, for tests that need more than one process."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from .databases import SECRET

ROOT = Path(__file__).parents[2]
START_SECONDS = 30
STOP_SECONDS = 30


class Server:
    """A running `slotkey web`. `url` has no slash at its end; `log` is everything it wrote so far."""

    def __init__(self, port: int, environ: dict[str, str], log_path: Path) -> None:
        self.port, self.url, self.environ, self.log_path = port, f"http://127.0.0.1:{port}", environ, log_path

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    @property
    def workers(self) -> list[int]:
        """Process ids of the web workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def start(self) -> None:
        """Start the processes and wait until they answer. Raises AssertionError with the log when they do not."""
        with self.log_path.open("a") as log:
            command = (sys.executable, "-m", "app", "web")
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not (self.answers() and len(self.workers) == int(self.environ["WEB_PROCESSES"])):
            ended = self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the server {'ended' if ended else 'does not answer'}:\n{self.log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Let requests end, then end the processes."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End all processes at once, as a power cut would."""
        workers = self.workers if self.process.poll() is None else []
        for pid in (self.process.pid, *workers):
            _kill(pid)
        self.process.wait()

    def errors(self) -> list[str]:
        """Lines of the log that tell of an unexpected error."""
        return re.findall(r"^.*(?:Traceback|unexpected error|\[CRITICAL\]|\[ERROR\]).*$", self.log, re.M)

    def answers(self) -> bool:
        """True when a page comes back."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz", headers={"Connection": "close"})
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()


@contextmanager
def serving(database_url: str, place: Path, **settings: object) -> Iterator[Server]:
    """A server on `database_url` inside the block, its data and log in `place`.

    `settings` are names as in the README, in lower case: `serving(url, place, web_processes=4)`.
    """
    port = free_port()
    environ = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": SECRET,
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DATA_DIR": str(place),
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "WEB_PROCESSES": "2",
        "PYTHONUNBUFFERED": "1",
    } | {name.upper(): str(value) for name, value in settings.items()}
    server = Server(port, environ, place / "server.log")
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _kill(pid: int) -> None:
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        return
