"""What was seen of a link's page, counted best effort and outside the request's transaction.

`note` only touches memory. A second later one short transaction writes what has come together. Sightings closer
than ten minutes are one burst and count once, in every process together: the database compares.
"""

import atexit
import logging
import os
import threading
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy import case

from ..db import connection, in_transaction, upsert
from .models import LinkSighting, SightingKind

log = logging.getLogger(__name__)
BURST = timedelta(minutes=10)
QUIET = timedelta(minutes=1)  # the same again within this long is not even written
WRITE_AFTER_SECONDS = 1.0
MOST_KEPT = 10_000  # beyond it, a flood is not worth the memory

sighting = LinkSighting.__table__
Key = tuple[int, SightingKind]


def note(link_id: int, kind: SightingKind, now: datetime) -> None:
    """Remember that something of the link was seen. Never raises, never waits for the database."""
    _notebook().note((link_id, kind), now)


def flush() -> None:
    """Write what this process has noted so far, now."""
    _notebook().flush()


class _Notebook:
    """The sightings that one process has not written yet, and those it wrote a moment ago."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._start_afresh()
        atexit.register(self.flush)

    def note(self, key: Key, now: datetime) -> None:
        if self.pid != os.getpid():
            self._start_afresh()  # a fork inherits the notes, but not the thread that would write them
        with self.lock:
            noted_at = self.noted.get(key)
            if (noted_at and now - noted_at < QUIET) or len(self.noted) >= MOST_KEPT:
                return
            is_first = not self.waiting
            self.noted[key] = self.waiting[key] = now
        if is_first:
            self._write_soon()

    def flush(self) -> None:
        with self.lock:
            waiting, self.waiting = self.waiting, {}
            self._forget_old(waiting)
        if not waiting or self.pid != os.getpid():
            return
        try:
            with self.app.app_context():
                in_transaction(lambda: _write(waiting))
        except Exception:
            log.warning("%s sightings of links were not written", len(waiting), exc_info=True)

    def _start_afresh(self) -> None:
        self.pid = os.getpid()
        self.lock = threading.Lock()
        self.waiting: dict[Key, datetime] = {}
        self.noted: dict[Key, datetime] = {}

    def _write_soon(self) -> None:
        timer = threading.Timer(WRITE_AFTER_SECONDS, self.flush)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # no more threads, or the process is ending: these few are lost
            self.waiting = {}

    def _forget_old(self, waiting: dict[Key, datetime]) -> None:
        if waiting:
            latest = max(waiting.values())
            self.noted = {key: at for key, at in self.noted.items() if latest - at < QUIET}


def _notebook() -> _Notebook:
    kept: dict[str, Any] = current_app.extensions
    if "slotkey.sightings" not in kept:
        kept.setdefault("slotkey.sightings", _Notebook(current_app._get_current_object()))
    return kept["slotkey.sightings"]


def _write(seen: dict[Key, datetime]) -> None:
    # Sorted, so that two processes lock the rows in the same order.
    for (link_id, kind), at in sorted(seen.items()):
        connection().execute(_counted(link_id, kind, at))


def _counted(link_id: int, kind: SightingKind, at: datetime) -> Any:
    row = upsert(sighting).values(link_id=link_id, kind=kind, times=1, first_at=at, last_at=at)
    return row.on_conflict_do_update(
        index_elements=["link_id", "kind"],
        set_={
            "times": sighting.c.times + case((sighting.c.last_at <= at - BURST, 1), else_=0),
            "last_at": case((sighting.c.last_at < at, row.excluded.last_at), else_=sighting.c.last_at),
        },
    )
