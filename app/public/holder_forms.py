"""Sending a form of a link that is over: its shapes, its limits, a failing database; then the work, once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Response, redirect, request

from .. import clock
from ..db import in_transaction
from ..error_pages import STORAGE_FAILURES, ask_to_wait, unavailable
from ..errors import DomainError, TooMany
from .ask_forms import HolderForm
from .doors import Door
from .limits import PerLink

NOT_SAVED = "We could not send this just now. Your details are kept: wait a moment, then send it again."


@dataclass(frozen=True)
class Sending:
    """One form at one link. `page` shows it under a status, `work` is what it asks for; `path` is its own."""

    door: Door
    form: HolderForm
    limit: PerLink
    path: str
    page: Callable[[int], Response]
    work: Callable[[datetime], None]

    def answer(self) -> Response:
        """The page, again with what is wrong, or to what it says once it was sent."""
        if not self.form.submitted():
            return self.page(422 if self.form.errors else 200)
        try:
            self._take(clock.now())
        except TooMany as refused:
            return self._refuse(refused, refused.sentence)
        except STORAGE_FAILURES as failed:
            return self._refuse(unavailable(failed), NOT_SAVED)
        return redirect(f"{self.path}?sent=1", 303)  # type: ignore[return-value]

    def _take(self, now: datetime) -> None:
        """What a program sends is answered alike, and nothing is done."""
        self.limit.take(self.door.subject, now)
        if not self.form.is_by_program:
            in_transaction(lambda: self.work(now))

    def _refuse(self, refused: DomainError, sentence: str) -> Response:
        self.form.form_errors.append(sentence)
        return ask_to_wait(self.page(refused.status), refused.retry_after)


def is_sent() -> bool:
    """True on the page that says so."""
    return "sent" in request.args and request.method != "POST"
