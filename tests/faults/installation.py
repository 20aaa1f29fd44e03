"""A whole installation in processes of its own, any of which can be killed."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.mail_server import MailServer
from app.worker import engine
from tests.services.databases import settings_for
from tests.services.server import Server, serving
from tests.services.worker import REAL, WorkerProcess, wait_until, working

UNLIMITED = 1_000_000  # limits on attempts are tested elsewhere; here everybody comes from one address
WEB_PROCESSES = 2
UP_AGAIN_SECONDS = 10


class Installation:
    """Web and worker. Each way to kill gives back after how many seconds all of it was up again."""

    def __init__(self, web: Server, worker: WorkerProcess) -> None:
        self.web, self.worker = web, worker

    @property
    def url(self) -> str:
        return self.web.url

    @property
    def pids(self) -> list[int]:
        """All its processes."""
        return [self.web.process.pid, *self.web.workers, self.worker.process.pid]

    def kill_web_process(self) -> float:
        """One of those that answer; the server replaces it by itself."""
        killed = self.web.workers[0]
        return _timed(lambda: (os.kill(killed, 9), wait_until(lambda: self._is_replaced(killed))))

    def kill_web(self) -> float:
        """All that answer, and their master, as a power cut would."""
        return _timed(lambda: (self.web.kill(), self.web.start()))

    def kill_master(self) -> float:
        """Only the master: those that answer find themselves orphans, and make room."""
        return _timed(lambda: (self.web.process.kill(), self.web.process.wait(), self.web.start()))

    def kill_worker(self) -> float:
        """What sends the mails."""
        return _timed(lambda: (self.worker.kill(), self.worker.start()))

    def _is_replaced(self, killed: int) -> bool:
        now = self.web.workers
        return killed not in now and len(now) == WEB_PROCESSES and self.web.answers()


@contextmanager
def installed(
    database_url: str,
    place: Path,
    *,
    mail: MailServer | None = None,
    program: tuple[str, ...] = REAL,
    **settings: object,
) -> Iterator[Installation]:
    """An installation on `database_url` inside the block, its files in `place`; its mails go to `mail`."""
    engine.migrate(settings_for(database_url, place))
    common = {**(_mail_settings(mail) if mail else {}), **settings}
    limits = {"web_processes": WEB_PROCESSES, "rate_limit_factor": UNLIMITED}
    with (
        serving(database_url, place, **limits, **common) as web,
        working(database_url, place, "worker-1", program=program, base_url=web.url, **common) as (worker,),
    ):
        yield Installation(web, worker)


def up_again_seconds() -> float:
    """How long a part may be away; longer where others have the machine's cores."""
    return UP_AGAIN_SECONDS * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def _mail_settings(mail: MailServer) -> dict[str, object]:
    name, address = mail.sender
    return {
        "mail_host": mail.host,
        "mail_port": mail.port,
        "mail_tls": mail.security.value,
        "mail_from": f"{name} <{address}>",
    }


def _timed(do: Callable[[], object]) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began
