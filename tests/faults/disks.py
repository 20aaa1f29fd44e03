"""Disks that fill up: a small one of its own where this may mount one, else a limit on what processes may write."""

import os
import resource
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BLOCK = b"\0" * 4096
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


class Disk(ABC):
    """`place` is a folder on it."""

    def __init__(self, place: Path) -> None:
        self.place = place

    @abstractmethod
    def fill(self, pids: Iterable[int]) -> None:
        """From now on it takes nothing more from these processes."""

    @abstractmethod
    def free(self, pids: Iterable[int]) -> None:
        """There is room again."""


class SmallDisk(Disk):
    """Of a few megabytes, in memory."""

    def fill(self, pids: Iterable[int]) -> None:
        with (self.place / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(BLOCK)
        assert os.statvfs(self.place).f_bavail == 0

    def free(self, pids: Iterable[int]) -> None:
        (self.place / "ballast").unlink()


class LimitedDisk(Disk):
    """Any, for processes that may write no byte into a file."""

    def fill(self, pids: Iterable[int]) -> None:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    def free(self, pids: Iterable[int]) -> None:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, UNLIMITED)


@contextmanager
def disk(place: Path, megabytes: int = 16) -> Iterator[Disk]:
    """A disk at the folder `place`."""
    if not _mounted(place, megabytes):
        yield LimitedDisk(place)
        return
    try:
        yield SmallDisk(place)
    finally:
        subprocess.run(("umount", "--lazy", place), check=True)


def _mounted(place: Path, megabytes: int) -> bool:
    if os.geteuid() != 0:
        return False
    mount = ("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", place)
    return subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode == 0
