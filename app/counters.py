"""What the web processes count while they answer: requests by route and status, how long they took, bookings.

The counts lie in memory that is made before the processes are forked and shared by them. Each process adds in a row
of its own, so that nobody waits for another; whoever is asked for the metrics sums the rows. A process that died
leaves its counts behind, and counts never go down while the server runs.
"""

import mmap
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from threading import Lock
from time import perf_counter
from typing import NamedTuple

from flask import Flask, Response, current_app, g, request

ROWS = 256  # two processes share a row only if so many were started between them
STATUSES = (
    200,
    204,
    206,
    301,
    302,
    303,
    304,
    307,
    308,
    400,
    401,
    403,
    404,
    405,
    409,
    410,
    413,
    415,
    422,
    429,
    500,
    503,
)
OTHER_STATUS = "other"
BOUNDS_MS = (5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000)
OUTCOMES = ("made", "repeated", "refused")
NO_ROUTE = "-"

_STATUS_CELL = {status: cell for cell, status in enumerate(STATUSES)}
_FIRST_BUCKET = len(STATUSES) + 1
_SUM = _FIRST_BUCKET + len(BOUNDS_MS) + 1
_CELLS = _SUM + 1


class RouteCounts(NamedTuple):
    """What was counted of one route. `buckets` are not cumulative; the last one is for whatever took longer."""

    route: str
    statuses: dict[str, int]
    buckets: list[int]
    microseconds: int


class Counters:
    """Counts of an app whose routes are `endpoints`; any other is counted as NO_ROUTE."""

    def __init__(self, endpoints: Iterable[str]) -> None:
        self.routes = [*sorted(endpoints), NO_ROUTE]
        self._first_cell = {route: 1 + number * _CELLS for number, route in enumerate(self.routes)}
        self._first_outcome = 1 + len(self.routes) * _CELLS
        self._width = self._first_outcome + len(OUTCOMES)
        self._memory = memoryview(mmap.mmap(-1, ROWS * self._width * 8)).cast("Q")
        self._lock = Lock()  # a thread can be interrupted between reading a count and writing it
        self.take_row(0)

    def take_row(self, process: int) -> None:
        """Count in the row of the process with this number from now on; to be called after the fork."""
        self._row = process % ROWS * self._width
        self._memory[self._row] = 1

    def count_request(self, route: str | None, status: int, seconds: float) -> None:
        """Add one answer."""
        first = self._row + self._first_cell.get(route or NO_ROUTE, self._first_cell[NO_ROUTE])
        with self._lock:
            self._memory[first + _STATUS_CELL.get(status, len(STATUSES))] += 1
            self._memory[first + _FIRST_BUCKET + _bucket(seconds)] += 1
            self._memory[first + _SUM] += int(seconds * 1_000_000)

    def count_booking(self, outcome: str) -> None:
        """Add one try to book; `outcome` is one of OUTCOMES."""
        with self._lock:
            self._memory[self._row + self._first_outcome + OUTCOMES.index(outcome)] += 1

    def by_route(self) -> Iterator[RouteCounts]:
        """The routes that were asked for so far."""
        totals = self._totals()
        for route, first in self._first_cell.items():
            counts = totals[first : first + _CELLS]
            if any(counts):
                statuses = zip([*map(str, STATUSES), OTHER_STATUS], counts[:_FIRST_BUCKET], strict=True)
                asked = {status: times for status, times in statuses if times}
                yield RouteCounts(route, asked, counts[_FIRST_BUCKET:_SUM], counts[_SUM])

    def bookings(self) -> dict[str, int]:
        """Tries to book by outcome."""
        return dict(zip(OUTCOMES, self._totals()[self._first_outcome :], strict=True))

    def _totals(self) -> list[int]:
        rows = (self._memory[row * self._width : (row + 1) * self._width] for row in range(ROWS))
        return [sum(cells) for cells in zip(*(row.tolist() for row in rows if row[0]), strict=True)]


def init_app(app: Flask) -> None:
    """Time every request from here on. To be called first of all, `know_routes` last."""
    app.before_request(_start)
    app.after_request(_count)


def know_routes(app: Flask) -> None:
    """Make the counters, one for each of the routes that the app has by now."""
    app.extensions["slotkey.counters"] = Counters({rule.endpoint for rule in app.url_map.iter_rules()})


def current() -> Counters:
    """The counters of the running app."""
    return current_app.extensions["slotkey.counters"]


def _start() -> None:
    g.started = perf_counter()


def _count(answer: Response) -> Response:
    current().count_request(request.endpoint, answer.status_code, perf_counter() - g.started)
    return answer


def _bucket(seconds: float) -> int:
    return bisect_left(BOUNDS_MS, seconds * 1_000)
