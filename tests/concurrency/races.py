"""Runs calls at the same moment in threads, each with an app context of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask

from app.db import db
from app.errors import DomainError


def race(app: Flask, calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call returned, or the refusal it raised, in order. Any other error ends the test."""
    gate = threading.Barrier(len(calls))
    outcomes: list[Any] = [None] * len(calls)

    def run(number: int) -> None:
        with app.app_context():
            gate.wait(timeout=60)
            try:
                outcomes[number] = calls[number]()
            except DomainError as refused:
                outcomes[number] = refused
            except BaseException as failed:
                outcomes[number] = failed
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=180)
    unexpected = [outcome for outcome in outcomes if _is_unexpected(outcome)]
    if unexpected:
        raise unexpected[0]
    return outcomes


def done(outcomes: Sequence[Any]) -> list[Any]:
    """The outcomes that are no refusals."""
    return [outcome for outcome in outcomes if not isinstance(outcome, DomainError)]


def _is_unexpected(outcome: Any) -> bool:
    return isinstance(outcome, BaseException) and not isinstance(outcome, DomainError)
