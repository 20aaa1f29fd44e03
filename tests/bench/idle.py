"""What a process takes while it waits."""

import os
import time
from pathlib import Path

from .measures import require

BUSY = 0.2  # of a core
SETTLE_SECONDS = 120


def settle(pid: int) -> None:
    """Return once the process has worked off what was left for it. Raises WrongAnswer when it never does."""
    began = time.perf_counter()
    while percent(pid, 1) > BUSY * 100:
        require(time.perf_counter() - began < SETTLE_SECONDS, "the worker never came to rest")


def percent(pid: int, seconds: float) -> float:
    """How much of a core the process takes while nothing happens."""
    time.sleep(1)  # what was begun ends
    before = _cpu_seconds(pid)
    time.sleep(seconds)
    return (_cpu_seconds(pid) - before) / seconds * 100


def threads(pid: int) -> int:
    """How many threads it has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def _cpu_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
