"""Contacts who book while things break: each with a link and a time of their own, and the patience to press again."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

from app.calendars.models import Calendar
from app.proof import scenarios
from app.proof.load import Answer, Request, fire

AT_ONCE = 4
PATIENCE_SECONDS = 120
NUMBERS = count(1)  # nobody shares an address with anybody else


class Contacts:
    """So many people with a link each, to the calendar of a new host unless one is given.

    `told` is what they know for sure: the link's token, and the address of the booking that they were sent to.
    `answers` counts how their forms were answered, 0 for not at all; `refusals` are the answers that book nothing.
    """

    def __init__(self, url: str, people: int, calendar: Calendar | None = None) -> None:
        self.url = url
        self.calendar = calendar or scenarios.make_host()
        self.links = scenarios.make_tokens(self.calendar, people)
        self.told: dict[str, str] = {}
        self.answers: Counter[int] = Counter()
        self.refusals: list[Answer] = []

    @contextmanager
    def booking(self) -> Iterator[None]:
        """They book, some at a time, while the block runs; after it, all are told. Raises AssertionError if not."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            begun = [pool.submit(self._book, *each) for each in self.wishes()]
            yield
            for each in begun:
                each.result()

    def wishes(self) -> list[tuple[str, int]]:
        """Each link, and the time its holder wants."""
        return list(zip(self.links, scenarios.starts(len(self.links)), strict=True))

    def open(self, token: str, start: int) -> Request:
        """The form for the link and the time, filled in."""
        path = f"/o/{token}/details?s={start}"
        page = next(page for page in _patiently(self.url, Request(path)) if page.status == 200)
        return Request(path, scenarios.filled(page.body, next(NUMBERS)))

    def _book(self, token: str, start: int) -> None:
        form = self.open(token, start)
        for answer in _patiently(self.url, form):
            self.answers[answer.status] += 1
            if answer.status == 303:
                self.told[token] = answer.location
                return
            self.refusals.append(answer)


def _patiently(url: str, request: Request) -> Iterator[Answer]:
    """The same request again and again."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        yield fire(url, [request])[0]
        time.sleep(0.1)
    raise AssertionError(f"no good answer to {request.path.split('/')[1]} within {PATIENCE_SECONDS} s")
