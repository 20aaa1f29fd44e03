"""The real server: what `slotkey run` prints and logs, and that no token gets into the log (R18)."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WELCOME = re.compile(r"with the password (\S+)\n.*?http://127\.0\.0\.1:(\d+)(/o/([\w-]{32}))\n", re.DOTALL)


class Site:
    """A running server and its log."""

    def __init__(self, log: Path) -> None:
        self.log = log

    @property
    def text(self) -> str:
        """All that was printed and logged so far."""
        return self.log.read_text()

    @property
    def welcome(self) -> re.Match[str] | None:
        """Password, port, path of the link and its token, once they are printed."""
        return WELCOME.search(self.text)

    def get(self, path: str, method: str = "GET") -> int:
        """The status of one request."""
        connection = HTTPConnection("127.0.0.1", int(self.welcome[2]), timeout=20)
        connection.request(method, path)
        status = connection.getresponse().status
        connection.close()
        return status

    def send_raw(self, data: bytes) -> None:
        """Something that is not HTTP."""
        with socket.create_connection(("127.0.0.1", int(self.welcome[2])), timeout=20) as line:
            line.sendall(data)
            line.recv(4096)


@contextmanager
def running(folder: Path, port: int, *arguments: str) -> Iterator[Site]:
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "run", *arguments],
            env={"DATA_DIR": str(folder / "data"), "PORT": str(port), "PYTHONUNBUFFERED": "1"},
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    site = Site(log)
    try:
        wait_until(lambda: "worker-1 is at work" in site.text)
        yield site
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_two_starts_of_a_newcomer(tmp_path: Path, taken_port: int) -> None:
    """Another port where one is taken, the same secrets again, and no token in the log but in the welcome."""
    with running(tmp_path, taken_port) as site:
        assert f"Port {taken_port} is taken, so Slotkey uses" in site.text
        password, _, path, token = site.welcome.groups()
        welcomed = site.text.count(token)
        assert site.get(path) == 200
        assert site.get(path, "HEAD") == 200
        assert site.get(f"{path}/nothing-here?{token}") == 404
        assert site.get(f"/m/{token}") == 404
        assert site.get(f"/sign-in?next=/o/{token}") == 200
        site.send_raw(f"GET /o/{token} nonsense\r\n\r\n".encode())
        site.send_raw(f"GET /o/{token} HTTP/1.1\r\nHost: a\r\nBad Header: /m/{token}\r\n\r\n".encode())
        wait_until(lambda: " GET /sign-in 200 " in site.text)
        assert re.search(r"127\.0\.0\.1 GET /o/<[^>]+> 200 \d+ bytes \d+ ms", site.text)
        assert site.text.count(token) == welcomed
        for name in ("demo_password", "secret_key"):
            assert (tmp_path / "data" / name).stat().st_mode & 0o777 == 0o600
    with running(tmp_path, taken_port) as site:
        assert site.welcome[1] == password
        assert site.welcome[3] == path


def test_without_demo_a_code_for_the_first_account_is_printed(tmp_path: Path, taken_port: int) -> None:
    with running(tmp_path, taken_port, "--no-demo") as site:
        assert re.search(
            r"Make the first account at http://127\.0\.0\.1:\d+/setup with the code \S{23}\n", site.text
        )
        assert "password" not in site.text
