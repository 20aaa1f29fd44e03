"""`slotkey serve`: web and worker under one supervisor. And the web alone, which knows nothing of the engine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from ..services.databases import SECRET
from ..services.server import ROOT, free_port
from ..services.worker import wait_until

LOADED = """
import sys
from app import create_app
app = create_app()
assert app.test_client().get("/sign-in").status_code in (200, 303)
print(*sorted(name for name in sys.modules if name.split(".")[0] == "dbos" or "worker" in name))
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    port = free_port()
    own = {"DATA_DIR": str(tmp_path), "PORT": str(port), "BASE_URL": f"http://127.0.0.1:{port}"}
    made = {"PATH": os.environ["PATH"], "SECRET_KEY": SECRET, "WEB_PROCESSES": "1", **own}
    subprocess.run((sys.executable, "-m", "app", "migrate"), cwd=ROOT, env=made, check=True)
    return made


class Together:
    """A running `slotkey serve`."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self.port, self.log = int(environ["PORT"]), log
        with log.open("w") as output:
            command = (sys.executable, "-m", "app", "serve")
            self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output)

    @property
    def children(self) -> list[int]:
        """Process ids of web and worker, in this order."""
        pid = self.process.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def answers(self) -> bool:
        """True while pages are served."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/sign-in")
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()


@pytest.fixture
def together(environ: dict[str, str], tmp_path: Path) -> Iterator[Together]:
    started = Together(environ, tmp_path / "log")
    try:
        wait_until(lambda: "worker-1 is at work" in started.log.read_text())
        yield started
    finally:
        started.process.kill()
        started.process.wait()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_both_end_when_they_are_told_to(together: Together) -> None:
    children = together.children
    assert together.answers()
    began = time.monotonic()
    together.process.terminate()
    assert together.process.wait(30) == 0
    assert time.monotonic() - began < 15
    assert not any(map(is_running, children))
    assert not together.answers()
    assert "Traceback" not in together.log.read_text()


@pytest.mark.parametrize("who", [0, 1], ids=["web", "worker"])
def test_both_end_when_one_does(together: Together, who: int) -> None:
    children = together.children
    os.kill(children[who], signal.SIGKILL)
    assert together.process.wait(30) == 128 + signal.SIGKILL
    assert not any(map(is_running, children))


def test_both_end_when_their_supervisor_is_killed(together: Together) -> None:
    children = together.children
    together.process.kill()
    together.process.wait()
    wait_until(lambda: not any(map(is_running, children)))


def test_a_web_process_never_loads_the_engine(environ: dict[str, str]) -> None:
    told = subprocess.run(
        (sys.executable, "-c", LOADED), cwd=ROOT, env=environ, check=True, capture_output=True, text=True
    )
    loaded = told.stdout.split()
    assert "app.worker.routes" in loaded
    assert {"dbos", "app.worker.engine", "app.worker.handlers", "app.worker.process"}.isdisjoint(loaded)


def test_a_worker_wants_the_engines_tables(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "engine.sqlite3").unlink()
    command = (sys.executable, "-m", "app", "worker")
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr == "slotkey: The engine's tables are not up to date. Run `slotkey migrate` first.\n"


def test_a_workers_name_is_checked_and_recovery_knows_whom(environ: dict[str, str]) -> None:
    def slotkey(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = (sys.executable, "-m", "app", *arguments)
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)

    assert "such as worker-2" in slotkey("worker", "--id", "../x").stderr
    unknown = slotkey("worker-recover", "worker-9")
    assert unknown.returncode == 1
    assert unknown.stderr == "slotkey: There is no worker worker-9 whose work could be taken over.\n"
