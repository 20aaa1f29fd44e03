"""Real workers in processes of their own, with the handlers of handling.py: `python -m tests.services.worker ID`."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from app import create_app, logs
from app.config import Settings
from app.worker import beats, process

from . import handling
from .databases import SECRET
from .server import ROOT

WAIT_SECONDS = 60
# How a worker is started, followed by its id: with the handlers of handling.py, or as operators do.
TESTED, REAL = ("tests.services.worker",), ("app", "worker", "--id")


class WorkerProcess:
    """A worker that can be killed and started again."""

    def __init__(
        self, worker_id: str, environ: dict[str, str], log_path: Path, program: tuple[str, ...] = TESTED
    ) -> None:
        self.worker_id, self.environ, self.log_path, self.program = worker_id, environ, log_path, program

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    def start(self) -> None:
        """Start it, and wait until it is at work."""
        told = self.log.count("is at work") if self.log_path.exists() else 0
        with self.log_path.open("a") as log:
            command = (sys.executable, "-m", *self.program, self.worker_id)
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        wait_until(lambda: self.log.count("is at work") > told or self.process.poll() is not None)
        assert self.process.poll() is None, self.log

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def command(self, *arguments: str) -> str:
        """What `slotkey` prints for these arguments, in the worker's installation."""
        command = (sys.executable, "-m", "app", *arguments)
        told = subprocess.run(
            command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=False
        )
        return told.stdout + told.stderr

    def stop(self) -> int:
        """End it as a supervisor would; the exit code."""
        self.process.terminate()
        return self.process.wait(WAIT_SECONDS)


@contextmanager
def working(
    database_url: str,
    place: Path,
    *worker_ids: str,
    program: tuple[str, ...] = TESTED,
    **settings: object,
) -> Iterator[list[WorkerProcess]]:
    """Workers of these ids, started one after the other, until the end of the block.

    `settings` are names as in the README, in lower case, and STOP_SECONDS and LOST_SECONDS; with
    REAL_HANDLERS they do what the product's workers do.
    """
    environ = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": SECRET,
        "BASE_URL": "http://slotkey.test",
        "DATA_DIR": str(place),
        "DATABASE_URL": database_url,
        "PYTHONUNBUFFERED": "1",
    } | {name.upper(): str(value) for name, value in settings.items()}
    workers = [WorkerProcess(each, environ, place / f"{each}.log", program) for each in worker_ids]
    try:
        for each in workers:
            each.start()
        yield workers
    finally:
        for each in workers:
            if each.process.poll() is None:
                each.kill()


def wait_until(holds: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
    """Wait until it holds. Raises AssertionError after so many seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def main() -> None:
    """Be the worker that the command line names."""
    if "REAL_HANDLERS" not in os.environ:
        handling.use()
    handling.WORKER = sys.argv[1]
    _hurry()
    logs.set_up()
    settings = Settings.from_environment()
    process.run(create_app(settings), settings, sys.argv[1])


def _hurry() -> None:
    """Wait for less than in earnest, where a test asks for it."""
    if "STOP_SECONDS" in os.environ:
        process.STOP_SECONDS = int(os.environ["STOP_SECONDS"])
    if "LOST_SECONDS" in os.environ:
        beats.LOST_AFTER = timedelta(seconds=int(os.environ["LOST_SECONDS"]))


if __name__ == "__main__":
    main()
