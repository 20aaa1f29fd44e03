"""What a worker does every so often: one thing that fails keeps no other from being done."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from app.errors import Conflict
from app.worker import process
from app.worker.process import Chore


def chore(failure: Exception | None = None) -> tuple[Chore, list[int]]:
    """One that notes each time it is done, and then fails."""
    done: list[int] = []

    def work() -> None:
        done.append(1)
        if failure:
            raise failure

    return Chore(timedelta(hours=1), work), done


def test_a_chore_waits_for_its_time() -> None:
    each, done = chore()
    for _ in range(2):
        each.do_when_due()
    assert len(done) == 1


@pytest.mark.parametrize("failure", [OperationalError("", {}, Exception()), RuntimeError("broken")])
def test_one_that_fails_stops_nothing_and_is_tried_again_soon(
    app_context: None, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    each, done = chore(failure)
    for _ in range(2):
        each.do_when_due()
    assert len(done) == 1
    monkeypatch.setattr(process, "FAILED_SECONDS", 0.0)
    each.due = 0.0
    for _ in range(2):
        each.do_when_due()
    assert len(done) == 3


def test_that_another_worker_has_taken_its_place_is_said() -> None:
    each, _ = chore(Conflict("Another process runs as worker-1."))
    with pytest.raises(Conflict):
        each.do_when_due()
