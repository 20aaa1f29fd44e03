"""Durable work: the only file that knows DBOS.

A job is written down before it is done, is done by one worker, and is done again from where it stopped when that worker
dies. DBOS keeps its own tables: a SQLite file in the data folder, or a schema of their own on PostgreSQL, made by
`migrate` only. It makes no network calls here: Conductor and its other services stay off.
"""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID, error
from sqlalchemy import Engine as Connections
from sqlalchemy import create_engine, event, text

from ..config import Settings
from ..migrating import BehindCode

log = logging.getLogger("dbos")
NAME = "slotkey"
# By default a hash of the code, under which work that waits during an update would never be taken up again.
VERSION = "1"
SCHEMA = "slotkey_engine"
FILE = "engine.sqlite3"
WORK, PERIODIC = "work", "periodic"
BUSY_SECONDS = 30
NOTHING_COALESCED_SECONDS = 0.5
# How often a job may take its worker down with it.
MOST_CRASHES = 20
# How long work may stand as begun by this worker, which does not do it, until it is done again.
ABANDONED_SECONDS = 10
ENDED_BADLY = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "CANCELLED"]
PRUNED_AT_ONCE = 1_000


@dataclass(frozen=True)
class Job:
    """Call the handler of this name with this event. A second job of the same `key` is never done."""

    key: str
    event_id: str
    handler: str


class Again(NamedTuple):
    """In how many seconds a job is called again: as its next attempt, or afresh where it went well and goes on."""

    seconds: float
    has_failed: bool


class Work(Protocol):
    """What is done: called in threads of the engine, perhaps again after a crash."""

    def attempt(self, job: Job, number: int) -> Again | None:
        """Do the job for the `number`th time; when again, or None when that was all."""

    def run_periodic(self, name: str) -> None:
        """Do what is called so."""


class Engine:
    """DBOS in this process; one at a time. `worker_id` names the worker whose unfinished work is taken up again."""

    def __init__(self, settings: Settings, worker_id: str, work: Work) -> None:
        self.settings, self.worker_id, self.work = settings, worker_id, work
        self.connections = _connections(settings)
        self.begun: set[str] = set()
        self.at_work: set[str] = set()
        self.idle_since: dict[str, float] = {}

    @property
    def room(self) -> int:
        """How many jobs more can be begun at once."""
        return self.settings.worker_threads - len(self.begun)

    def start(self) -> None:
        """Take up what this worker left unfinished, and begin to work. Raises BehindCode."""
        global _running  # noqa: PLW0603
        _running = self
        _quiet_log()
        DBOS(config=self._config())
        log.setLevel(logging.CRITICAL)  # of tables that are missing it would tell in fifty lines
        try:
            DBOS.launch()
        except error.DBOSInitializationError as behind:
            self.stop(0)
            raise BehindCode(
                "The engine's tables are not up to date. Run `slotkey migrate` first."
            ) from behind
        log.setLevel(logging.WARNING)
        for queue in (WORK, PERIODIC):
            DBOS.register_queue(queue, worker_concurrency=self.settings.worker_threads)

    def stop(self, seconds: int) -> None:
        """Begin no more work, and give what is being done so long to end."""
        DBOS.destroy(workflow_completion_timeout_sec=seconds)
        self.connections.dispose()

    def begin(self, job: Job) -> None:
        """Begin the job here and now, unless it was begun before. It is written down when this returns."""
        self.begun.add(job.key)
        try:
            with SetWorkflowID(job.key, workflow_id_reuse_policy="reject"):
                DBOS.start_workflow(_handle, job.key, job.event_id, job.handler, 1)
        except BaseException as refused:
            self.begun.discard(job.key)
            if not isinstance(refused, error.DBOSWorkflowIDInUseError):
                raise

    def enqueue_periodic(self, name: str) -> None:
        """Have it done, unless it is being done or about to be, by whichever worker."""
        options = _options("periodic", PERIODIC, f"{name}:{secrets.token_hex(8)}")
        DBOS.enqueue_workflow_with_options(
            {**options, "deduplication_id": name, "duplication_policy": "return-existing"}, name
        )

    def recover(self, worker_id: str) -> None:
        """Let the living do what this worker, which is lost, had begun."""
        DBOS._recover_pending_workflows([worker_id])

    def take_up_abandoned(self, seconds: float) -> None:
        """Have done what this worker began and no longer does, at this reading of its stopwatch.

        That is left behind when the disk was full as the engine was to write down how the work went.
        """
        mine = {"status": "PENDING", "executor_id": self.worker_id, "load_input": False, "load_output": False}
        idle = {each.workflow_id for each in DBOS.list_workflows(**mine)} - self.at_work
        self.idle_since = {key: self.idle_since.get(key, seconds) for key in idle}
        for key, since in self.idle_since.items():
            if seconds - since > ABANDONED_SECONDS:
                DBOS.resume_workflow(key)

    def ended_badly(self) -> Iterator[tuple[Job, int, Callable[[], None]]]:
        """Jobs that took their worker down again and again, the attempt, and how to forget them."""
        for ended in DBOS.list_workflows(name="handle", status=ENDED_BADLY, load_output=False):
            key, event_id, handler, number, *_leg = ended.input["args"]
            yield (
                Job(key, event_id, handler),
                number,
                lambda each=ended: DBOS.delete_workflow(each.workflow_id),
            )

    def prune(self, before: datetime) -> None:
        """Forget what was finished before."""
        known = {"load_input": False, "load_output": False, "limit": PRUNED_AT_ONCE}
        while finished := DBOS.list_workflows(
            status=["SUCCESS"], completed_before=before.isoformat(), **known
        ):
            DBOS.delete_workflows([each.workflow_id for each in finished])

    def _config(self) -> DBOSConfig:
        return {
            "name": NAME,
            "application_version": VERSION,
            "executor_id": self.worker_id,
            "system_database_url": _url(self.settings),
            "system_database_engine": self.connections,
            "dbos_system_schema": SCHEMA,
            "run_migrations": False,
            "serializer": DBOSPortableJSONSerializer(),
            # For each of the queues and what is begun here: what waits for a thread would look abandoned.
            "max_executor_threads": 3 * self.settings.worker_threads + 4,
            # Nothing is streamed here, and looking for it a hundred times a second cost as much as looking for events.
            "notification_coalesce_sec": NOTHING_COALESCED_SECONDS,
            "log_level": "WARNING",
        }


def migrate(settings: Settings) -> None:
    """Make or update the engine's own tables."""
    _quiet_log()
    DBOS.migrate(_url(settings), schema=SCHEMA)


def start_afresh(settings: Settings) -> None:
    """Forget all work, done and to be done: the database was restored, and its events will be handed on anew."""
    if settings.is_sqlite:
        for suffix in ("", "-wal", "-shm"):
            (settings.data_dir / f"{FILE}{suffix}").unlink(missing_ok=True)
    else:
        connections = create_engine(_url(settings))
        with connections.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        connections.dispose()
    migrate(settings)


_running: Engine


@DBOS.workflow(name="handle", max_recovery_attempts=MOST_CRASHES)
def _handle(key: str, event_id: str, handler: str, number: int, leg: int = 1) -> None:
    job = Job(key, event_id, handler)
    _running.begun.add(key)
    try:
        with _at_work():
            again = DBOS.run_step({"name": handler}, _running.work.attempt, job, number)
            if again is not None:
                seconds, has_failed = again
                _call_again(job, seconds, *((number + 1, leg) if has_failed else (1, leg + 1)))
    finally:
        _running.begun.discard(key)


@DBOS.workflow(name="periodic", max_recovery_attempts=None)
def _periodic(name: str) -> None:
    with _at_work():
        DBOS.run_step({"name": name}, _running.work.run_periodic, name)


@contextmanager
def _at_work() -> Iterator[None]:
    """Whoever looks sees that this process does the present workflow."""
    key = DBOS.workflow_id
    _running.at_work.add(key)
    try:
        yield
    finally:
        _running.at_work.discard(key)


def _call_again(job: Job, seconds: float, number: int, leg: int) -> None:
    """Waiting is done in the queue: a sleep would hold a thread. Each attempt of each leg has a name of its own."""
    options = _options("handle", WORK, f"{job.key}:{number}" if leg == 1 else f"{job.key}:{leg}.{number}")
    DBOS.enqueue_workflow_with_options(
        {**options, "delay_seconds": seconds}, job.key, job.event_id, job.handler, number, leg
    )


def _options(name: str, queue: str, key: str) -> Any:
    return {"workflow_name": name, "queue_name": queue, "workflow_id": key, "app_version": VERSION}


def _url(settings: Settings) -> str:
    return f"sqlite:///{settings.data_dir / FILE}" if settings.is_sqlite else settings.database_url


def _connections(settings: Settings) -> Connections:
    """Connections of its own: ours open each transaction in a way that DBOS does not expect."""
    options: dict[str, Any] = {"pool_size": settings.worker_threads + 8, "hide_parameters": True}
    if not settings.is_sqlite:
        connect = {"application_name": NAME, "connect_timeout": 5}
        return create_engine(_url(settings), pool_pre_ping=True, connect_args=connect, **options)
    made = create_engine(_url(settings), connect_args={"timeout": BUSY_SECONDS}, **options)
    event.listen(made, "connect", _prepare_sqlite)
    return made


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _quiet_log() -> None:
    """Its warnings go through our own log, which blots secrets out; it would add a handler where there is none."""
    log.setLevel(logging.WARNING)
    if not log.handlers:
        log.addHandler(logging.NullHandler())
