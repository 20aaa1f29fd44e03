"""Counts of web processes: each in its own row, summed for whoever asks, none lost between processes or threads."""

import os
from threading import Thread

from app.counters import BOUNDS_MS, ROWS, Counters


def test_statuses_and_durations_are_counted_by_route() -> None:
    counters = Counters(["links.index"])
    counters.count_request("links.index", 200, 0.004)
    counters.count_request("links.index", 200, 0.2)
    counters.count_request("links.index", 418, 60)
    counters.count_request("nowhere", 404, 0.005)
    counters.count_request(None, 404, 0.005)
    known, unknown = counters.by_route()
    assert (known.route, known.statuses) == ("links.index", {"200": 2, "other": 1})
    assert known.buckets == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    assert known.microseconds == 60_204_000
    assert (unknown.route, unknown.statuses) == ("-", {"404": 2})
    assert len(known.buckets) == len(BOUNDS_MS) + 1


def test_processes_count_for_all_of_them() -> None:
    """A dead one's counts stay, and the one started in its place adds to them."""
    counters = Counters(["home"])
    for number in (1, 2, 1 + ROWS):
        child = os.fork()
        if child == 0:
            counters.take_row(number)
            for _ in range(100):
                counters.count_request("home", 200, 0.001)
                counters.count_booking("made")
            os._exit(0)
        os.waitpid(child, 0)
    (home,) = counters.by_route()
    assert home.statuses == {"200": 300}
    assert counters.bookings() == {"made": 300, "repeated": 0, "refused": 0}


def test_threads_lose_no_count() -> None:
    counters = Counters(["home"])
    threads = [
        Thread(target=lambda: [counters.count_booking("refused") for _ in range(5_000)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counters.bookings()["refused"] == 20_000
