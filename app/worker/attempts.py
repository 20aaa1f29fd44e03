"""One attempt at a job: calls the handler, and notes it when that fails."""

import logging
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from .. import clock, config, logs
from ..db import db, in_transaction
from ..errors import DomainError, Unavailable
from ..events import Event
from . import periodic, service
from .engine import Again, Job
from .handlers import PERIODIC, Handler, Periodic, handler_called

log = logging.getLogger(__name__)


class Attempts:
    """What the engine does, inside an app context for each piece of work."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def attempt(self, job: Job, number: int) -> Again | None:
        """Do the job for the `number`th time; when again, or None when that was all."""
        with self.app.app_context():
            try:
                then = _do(job)
            except Exception as failed:
                log.warning(
                    "%s failed with event %s, attempt %d", job.handler, job.event_id, number, exc_info=failed
                )
                return _put_off(job, number, words_for(failed))
            return None if then is None else Again(max(0.0, (then - clock.now()).total_seconds()), False)

    def run_periodic(self, name: str) -> None:
        """Do what is called so. When it fails, that is listed, and its next time comes anyway."""
        with self.app.app_context():
            for each in PERIODIC:
                if each.name == name:
                    _do_periodic(each)

    def give_up(self, job: Job, number: int) -> None:
        """List a job that ended its worker whenever it was tried."""
        with self.app.app_context():
            _note(job, number, "Each time, the worker ended while it did this.", wait=None)


def words_for(failed: Exception) -> str:
    """Why it failed, for people, without anything secret."""
    text = failed.sentence if isinstance(failed, DomainError) else f"{type(failed).__name__}: {failed}"
    return logs.blotted(text.partition("\n")[0].strip().removesuffix(":"))


def title_of(name: str) -> str:
    """What a handler does, as its docstring begins; else its name in words."""
    handler = handler_called(name)
    said = (handler.__doc__ or "").strip().partition("\n")[0].partition(".")[0] if handler else ""
    return said or name.rpartition(".")[2].replace("_", " ").capitalize()


def _do(job: Job) -> datetime | None:
    event = _event(job.event_id)
    if event is None:
        log.warning("event %s is gone, and with it the work of %s", job.event_id, job.handler)
        return None
    then = _known(job.handler)(event, clock.now())
    _note_success(job)
    return then


def _do_periodic(each: Periodic) -> None:
    error = _error_of(each)
    try:
        db.session.rollback()
        _note_periodic(each, error)
    except (SQLAlchemyError, Unavailable) as failed:  # it is done again anyway
        log.warning("how %s went could not be noted: %s", each.name, type(failed).__name__)


def _error_of(each: Periodic) -> str:
    """What went wrong as it was done; empty when all went well."""
    try:
        each.run(clock.now())
    except Exception as failed:
        log.exception("%s failed; it will be done again in %s", each.name, each.every)
        return words_for(failed)
    return ""


def _note_periodic(each: Periodic, error: str) -> None:
    now = clock.now()
    if error:
        in_transaction(lambda: periodic.note_failure(each.name, error, now, now + each.every))
    elif periodic.is_failing(each.name):
        in_transaction(lambda: periodic.forget(each.name))


def _event(event_id: str) -> Event | None:
    """The event, detached: a handler begins without a transaction."""
    event = db.session.get(Event, event_id)
    if event is not None:
        db.session.expunge(event)
    db.session.rollback()
    return event


def _known(name: str) -> Handler:
    handler = handler_called(name)
    if handler is None:
        raise LookupError(f"this version of Slotkey has no {name}")
    return handler


def _put_off(job: Job, number: int, error: str) -> Again | None:
    """Note the failure; when again. What could not be noted is not over: nobody would know of it."""
    waits = config.current().retry_seconds
    wait = waits[number - 1] if number <= len(waits) else None
    try:
        db.session.rollback()
        _note(job, number, error, wait)
    except (SQLAlchemyError, Unavailable) as failed:
        log.warning("that %s failed could not be noted: %s", job.handler, type(failed).__name__)
        return Again(wait or waits[-1], True)
    return None if wait is None else Again(wait, True)


def _note(job: Job, number: int, error: str, wait: float | None) -> None:
    event = _event(job.event_id)
    if event is None:
        return
    now, title = clock.now(), title_of(job.handler)
    then = None if wait is None else now + timedelta(seconds=wait)
    in_transaction(lambda: service.note_failure(event, job.handler, title, number, error, now, then))


def _note_success(job: Job) -> None:
    if service.is_listed(job.event_id, job.handler):
        in_transaction(lambda: service.forget(job.event_id, job.handler))
