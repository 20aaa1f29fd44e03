"""A worker: delivers events, does the work, looks after workers that fell silent, until it is told to stop."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from .. import clock
from ..config import Settings
from ..db import db, in_transaction
from ..errors import Conflict, Unavailable
from . import beats, relay
from .attempts import Attempts
from .engine import Engine
from .handlers import PERIODIC

log = logging.getLogger(__name__)
POLL_SECONDS = 0.2  # between looks for new events
BUSY_SECONDS = 0.01  # the same while there is work
FAILED_SECONDS = 2.0  # the same while the database does not answer, and before a chore is tried again
STOP_SECONDS = 20
LOOK_EVERY = timedelta(seconds=5)  # for work that was begun and left
PRUNE_EVERY, FINISHED_IS_KEPT = timedelta(minutes=10), timedelta(days=1)


class Worker:
    """The worker of this id, in this process."""

    def __init__(self, app: Flask, settings: Settings, worker_id: str) -> None:
        self.app, self.worker_id = app, worker_id
        self.attempts = Attempts(app)
        self.engine = Engine(settings, worker_id, self.attempts)
        self.watch = beats.Watch()
        self.stopping = threading.Event()
        self.chores = [
            Chore(beats.EVERY, self._beat),
            Chore(PRUNE_EVERY, self._prune),
            Chore(LOOK_EVERY, lambda: self.engine.take_up_abandoned(time.monotonic())),
            *(
                Chore(each.every, lambda name=each.name: self.engine.enqueue_periodic(name))
                for each in PERIODIC
            ),
        ]

    def run(self) -> None:
        """Work until `stop`. Raises Conflict when another process has taken this worker's place."""
        with self.app.app_context():
            self.run_id = in_transaction(lambda: beats.join(self.worker_id, clock.now()))
        self.engine.start()
        log.info("%s is at work", self.worker_id)
        try:
            pause = 0.0
            while not self.stopping.wait(pause):
                pause = self._turn()
        finally:
            self._end()

    def stop(self, *_signal: object) -> None:
        """Take up nothing more, and end."""
        self.stopping.set()

    def _turn(self) -> float:
        """Do what is due; how long to wait then."""
        try:
            with self.app.app_context():
                for chore in self.chores:
                    chore.do_when_due()
                if relay.deliver(self.engine, clock.now()):
                    return BUSY_SECONDS
                return POLL_SECONDS if self.engine.room > 0 else BUSY_SECONDS
        except (SQLAlchemyError, Unavailable) as failed:
            log.warning("the database does not answer: %s", type(failed).__name__)
            return FAILED_SECONDS

    def _beat(self) -> None:
        if not in_transaction(lambda: beats.beat(self.worker_id, self.run_id, clock.now())):
            raise Conflict(
                f"Another process runs as {self.worker_id}, or has taken over its work. Give each worker its own --id."
            )
        for lost in self.watch.lost(beats.all_of_them(), time.monotonic()):
            log.warning("%s is silent; its work is taken over", lost)
            self.engine.recover(lost)
            in_transaction(lambda name=lost: beats.leave(name))

    def _prune(self) -> None:
        for job, number, forget in self.engine.ended_badly():
            self.attempts.give_up(job, number)
            forget()
        self.engine.prune(clock.now() - FINISHED_IS_KEPT)

    def _end(self) -> None:
        self.engine.stop(STOP_SECONDS)
        if self.engine.begun:
            return  # left to this worker's next run, or to whoever finds it silent
        with self.app.app_context():
            in_transaction(lambda: beats.leave(self.worker_id, self.run_id))


class Chore:
    """Something done every so often, by a stopwatch: the clock may jump."""

    def __init__(self, every: timedelta, do: Callable[[], None]) -> None:
        self.seconds, self.do, self.due = every.total_seconds(), do, time.monotonic()

    def do_when_due(self) -> None:
        """Do it if its time has come. One that fails is tried again soon, and keeps nothing else from being done.

        Raises Conflict alone: then this worker has to end.
        """
        if time.monotonic() >= self.due:
            is_done = self._try()
            self.due = time.monotonic() + (self.seconds if is_done else FAILED_SECONDS)

    def _try(self) -> bool:
        try:
            self.do()
        except Conflict:
            raise
        except (SQLAlchemyError, Unavailable) as failed:
            log.warning("a chore failed: the database does not answer: %s", type(failed).__name__)
        except Exception:
            log.exception("a chore failed")
        else:
            return True
        db.session.rollback()
        return False


def run(app: Flask, settings: Settings, worker_id: str) -> None:
    """Be this worker until SIGTERM or SIGINT. Ends the process when work hangs: it is taken up again elsewhere."""
    worker = Worker(app, settings, worker_id)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, worker.stop)
    worker.run()
    if worker.engine.begun:
        logging.shutdown()
        os._exit(0)  # threads that hang would keep it alive
