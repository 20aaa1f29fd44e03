"""A fair queue for the writers of one SQLite file, across threads and processes.

SQLite lets waiters poll, so a process that writes in a loop starves the others. Two lock files make a
turnstile: whoever holds `.queue` is next, whoever holds `.turn` writes. A writer that has just finished has to
join the queue again, behind those who wait. Locks belong to the open file, so the kernel frees them when a
process dies.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from .errors import Unavailable

POLL_SECONDS = 0.0002


class WriterQueue:
    """The queue beside the database file at `path`; nobody waits much longer than `wait_seconds`."""

    def __init__(self, path: str, wait_seconds: float) -> None:
        self.queue_path, self.turn_path = f"{path}.queue", f"{path}.turn"
        self.wait_seconds = wait_seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the right to write inside the block. Raises Unavailable when the turn does not come in time."""
        deadline = time.monotonic() + self.wait_seconds
        turn = _open(self.turn_path)
        try:
            self._wait_for(turn, deadline)
            yield
        finally:
            os.close(turn)

    def _wait_for(self, turn: int, deadline: float) -> None:
        queue = _open(self.queue_path)
        try:
            fcntl.flock(queue, fcntl.LOCK_EX)
            while not (_in_time(deadline) and _lock_now(turn)):
                time.sleep(POLL_SECONDS)
        finally:
            os.close(queue)


def _open(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _in_time(deadline: float) -> bool:
    # Those behind a writer that gave up have waited as long, and give up at once instead of one after another.
    if time.monotonic() > deadline:
        raise Unavailable("The database is busy. Please try again shortly.", timedelta(seconds=5))
    return True


def _lock_now(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
