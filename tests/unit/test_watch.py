"""A worker that falls silent is noticed by the watcher's own stopwatch, whatever any clock says."""

from app.worker.beats import LOST_AFTER, Watch
from app.worker.models import WorkerBeat

LIMIT = LOST_AFTER.total_seconds()


def heard(beats: int, run: str = "a") -> list[WorkerBeat]:
    return [WorkerBeat(worker_id="worker-2", run=run, beats=beats)]


def test_a_worker_that_beats_is_alive():
    watch = Watch()
    assert [watch.lost(heard(n), n * LIMIT) for n in range(4)] == [[]] * 4


def test_a_worker_that_stopped_beating_is_lost_after_a_while():
    watch = Watch()
    assert watch.lost(heard(7), 0) == []
    assert watch.lost(heard(7), LIMIT) == []
    assert watch.lost(heard(7), LIMIT + 1) == ["worker-2"]


def test_a_worker_that_was_started_again_is_given_time():
    watch = Watch()
    watch.lost(heard(7), 0)
    assert watch.lost(heard(7, run="b"), LIMIT + 1) == []


def test_a_worker_that_was_declared_lost_is_lost_at_once():
    assert Watch().lost(heard(7, run=""), 0) == ["worker-2"]


def test_a_worker_that_left_is_forgotten():
    watch = Watch()
    watch.lost(heard(7), 0)
    assert watch.lost([], LIMIT + 1) == []
    assert watch.lost(heard(7), LIMIT + 2) == []
