"""Runs web and worker as one: both end when one does, or when they are told to."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from .paths import CODE

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 30
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG

Programs = "list[subprocess.Popen[bytes]]"


def together(worker_id: str, environ: Mapping[str, str], address: tuple[str, int], notice: str = "") -> int:
    """Start the web server, and when it listens at `address` say `notice` and start the worker.

    Gives back the exit code of the one that ended first, 0 after SIGTERM or SIGINT.
    """
    told = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: told.set())
    running = [_start(environ, "web")]
    if _wait(told, running, until=lambda: _listens(address)):
        if notice:
            print(notice, file=sys.stderr, flush=True)  # noqa: T201
        running.append(_start(environ, "worker", "--id", worker_id))
        _wait(told, running, until=lambda: False)
    code = next((each.returncode for each in running if each.returncode is not None), 0)
    _end(running)
    return 0 if told.is_set() else code if code >= 0 else 128 - code


def _start(environ: Mapping[str, str], *command: str) -> "subprocess.Popen[bytes]":
    # -P: whatever folder this is run in, the code is that of this command.
    program = (sys.executable, "-P", "-m", "app", *command)
    path = os.pathsep.join([str(CODE.parent), *filter(None, [environ.get("PYTHONPATH")])])
    own = {**environ, "PYTHONPATH": path}
    return subprocess.Popen(program, env=own, preexec_fn=_die_with_parent)  # noqa: PLW1509, S603


def _die_with_parent() -> None:
    """Where the kernel can see to it: nobody else would end them after a kill -9 of this process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)


def _wait(told: threading.Event, running: Programs, until: Callable[[], bool]) -> bool:
    """True as soon as `until` holds; False when one ended or all were told to."""
    while not told.is_set() and all(each.poll() is None for each in running):
        if until():
            return True
        told.wait(LOOK_SECONDS)
    return False


def _listens(address: tuple[str, int]) -> bool:
    with suppress(OSError):
        socket.create_connection(address, timeout=1).close()
        return True
    return False


def _end(running: Sequence["subprocess.Popen[bytes]"]) -> None:
    for each in running:
        each.terminate()
    deadline = time.monotonic() + PATIENCE_SECONDS
    for each in running:
        try:
            each.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            each.kill()
            each.wait()
