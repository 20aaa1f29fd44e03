"""Which workers are alive. Runs in the caller's transaction."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from ..db import connection, db, upsert
from .models import WorkerBeat

EVERY = timedelta(seconds=5)
LOST_AFTER = timedelta(seconds=30)


def join(worker_id: str, now: datetime) -> str:
    """Stand for this worker from now on; the name of this run of it. Its earlier process, if any, has to stop."""
    fresh = {"run": secrets.token_hex(8), "beats": 0, "started_at": now, "seen_at": now}
    row = upsert(WorkerBeat.__table__).values(worker_id=worker_id, **fresh)
    connection().execute(row.on_conflict_do_update(index_elements=["worker_id"], set_=fresh))
    return fresh["run"]


def beat(worker_id: str, run: str, now: datetime) -> bool:
    """Say that this run is alive; False when it no longer stands for its worker."""
    mine = update(WorkerBeat).where(WorkerBeat.worker_id == worker_id, WorkerBeat.run == run)
    return connection().execute(mine.values(beats=WorkerBeat.beats + 1, seen_at=now)).rowcount == 1


def leave(worker_id: str, run: str | None = None) -> None:
    """Forget the worker, whose work is done or taken over; with `run`, only while that stands for it."""
    gone = delete(WorkerBeat).where(WorkerBeat.worker_id == worker_id)
    connection().execute(gone if run is None else gone.where(WorkerBeat.run == run))


def declare_lost(worker_id: str) -> bool:
    """Let another worker take over at its next beat; False when no such worker is known."""
    lost = update(WorkerBeat).where(WorkerBeat.worker_id == worker_id)
    return connection().execute(lost.values(run="")).rowcount == 1


def alive(now: datetime) -> list[WorkerBeat]:
    """The workers that were heard of lately."""
    lately = select(WorkerBeat).where(WorkerBeat.seen_at > now - LOST_AFTER, WorkerBeat.run != "")
    return list(db.session.scalars(lately.order_by(WorkerBeat.worker_id)))


def all_of_them() -> list[WorkerBeat]:
    """Every known worker."""
    return list(db.session.scalars(select(WorkerBeat).execution_options(populate_existing=True)))


class Watch:
    """Tells which workers have fallen silent, by the watcher's own stopwatch: clocks of machines differ and jump."""

    def __init__(self) -> None:
        self._heard: dict[str, tuple[tuple[str, int], float]] = {}

    def lost(self, workers: Iterable[WorkerBeat], seconds: float) -> list[str]:
        """Those that were declared lost, or have not beaten for LOST_AFTER at this reading of the stopwatch."""
        beats = {each.worker_id: (each.run, each.beats) for each in workers}
        known = self._heard
        self._heard = {
            name: known[name] if name in known and known[name][0] == beat else (beat, seconds)
            for name, beat in beats.items()
        }
        return [
            name
            for name, ((run, _), since) in self._heard.items()
            if not run or seconds - since > LOST_AFTER.total_seconds()
        ]
