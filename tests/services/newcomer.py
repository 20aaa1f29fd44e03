"""`slotkey run` in a folder of its own, as a newcomer starts it: web, worker and demo data."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import Request, urlopen

from .server import ROOT
from .worker import wait_until

WELCOME = re.compile(r"with the password (\S+)\n.*?http://127\.0\.0\.1:(\d+)(/o/([\w-]{32}))\n", re.DOTALL)


class NewcomersSite:
    """A running installation and its log."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self.environ, self.log = environ, log

    @property
    def text(self) -> str:
        """All that was printed and logged so far."""
        return self.log.read_text()

    @property
    def welcome(self) -> re.Match[str] | None:
        """Password, port, path of the link and its token, once they are printed."""
        return WELCOME.search(self.text)

    @property
    def url(self) -> str:
        """Where it runs."""
        return f"http://127.0.0.1:{self.welcome[2]}"

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

    def command(self, *arguments: str) -> str:
        """What `slotkey` prints for these arguments beside it."""
        command = (sys.executable, "-m", "app", *arguments)
        environ = {**self.environ, "PORT": self.welcome[2]}
        return subprocess.run(
            command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True
        ).stdout


@contextmanager
def running(folder: Path, port: int, *arguments: str) -> Iterator[NewcomersSite]:
    """`slotkey run` at this port or the next free one, its log and data in the folder."""
    log, environ = folder / "log", {"DATA_DIR": str(folder / "data"), "PORT": str(port)}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "run", *arguments],
            env={**environ, "PYTHONUNBUFFERED": "1"},
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    site = NewcomersSite(environ, log)
    try:
        wait_until(lambda: "worker-1 is at work" in site.text)
        yield site
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def post_as_curl_would(options: str) -> str:
    """What comes back for `curl --config -` with these options: an address, headers, data."""
    said = [line.split(" = ", 1) for line in options.splitlines()]
    given = [(name, json.loads(value)) for name, value in said]
    headers = dict(value.split(": ", 1) for name, value in given if name == "header")
    address, data = (next(value for name, value in given if name == each) for each in ("url", "data"))
    with urlopen(Request(address, data.encode(), headers), timeout=20) as answer:
        return answer.read().decode()
