"""The floor of bookings: an UPDATE and an INSERT in one synced transaction, by the bare driver, on the same database.

No constraint, no trigger, no index but the keys; HTTP only by way of `trivial.app_that_books`. `bare_rate` starts the
processes; each runs this file as `python -m tests.bench.bare URL FIRST_ID THREADS SECONDS`.
"""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import psycopg
from sqlalchemy import make_url

from .measures import require

ROWS_OF_ONE = 4_000  # links a thread may use up in one round
WAIT_SECONDS = 60
TABLES = """
DROP TABLE IF EXISTS bare_booking;
DROP TABLE IF EXISTS bare_link;
CREATE TABLE bare_link (id INTEGER PRIMARY KEY, status TEXT NOT NULL, used_at BIGINT);
CREATE TABLE bare_booking (link_id INTEGER PRIMARY KEY, starts_at BIGINT, name TEXT, email TEXT, created_at BIGINT);
INSERT INTO bare_link (id, status)
WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {count})
SELECT n, 'active' FROM numbers
"""
USE_UP = "UPDATE bare_link SET status = 'used', used_at = ? WHERE id = ? AND status = 'active'"
BOOK = "INSERT INTO bare_booking (link_id, starts_at, name, email, created_at) VALUES (?, ?, ?, ?, ?)"
COUNTS = "SELECT (SELECT count(*) FROM bare_link WHERE status = 'used'), (SELECT count(*) FROM bare_booking)"


def bare_rate(url: str, processes: int, threads: int, seconds: float) -> float:
    """Transactions a second of so many processes with so many threads each. Raises WrongAnswer."""
    make_tables(url, processes * threads * ROWS_OF_ONE)
    with ExitStack() as stack:
        started = [
            stack.enter_context(_process(url, number * threads * ROWS_OF_ONE, threads, seconds))
            for number in range(processes)
        ]
        for process in started:
            require(process.stdout.readline() == "ready\n", "a process of the bare statements did not start")
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        counts = [process.stdout.readline().split() for process in started]
    done = sum(int(count) for count, _ in counts)
    require_booked(url, done)
    return sum(int(count) / float(took) for count, took in counts)


def _process(url: str, first: int, threads: int, seconds: float) -> Any:
    command = [sys.executable, "-m", "tests.bench.bare", url, str(first), str(threads), str(seconds)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def make_tables(url: str, count: int) -> None:
    """Empty tables with so many links, numbered from 0."""
    connection = connect(url)
    for statement in TABLES.format(count=count).split(";"):
        connection.execute(statement)
    connection.close()


def require_booked(url: str, count: int) -> None:
    """Raise WrongAnswer unless so many links are used, and booked."""
    stored = connect(url).execute(COUNTS).fetchone()
    require(0 < count == stored[0] == stored[1], f"the bare statements lost something: {stored} of {count}")


def connect(url: str) -> Any:
    """A connection that syncs each commit, as ours do; it begins and ends transactions only when told to."""
    if not url.startswith("sqlite"):
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(plain, autocommit=True)
    file = make_url(url).database
    connection = sqlite3.connect(file, WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _statements(url: str) -> tuple[str, str, str]:
    if url.startswith("sqlite"):
        return "BEGIN IMMEDIATE", USE_UP, BOOK
    return "BEGIN", USE_UP.replace("?", "%s"), BOOK.replace("?", "%s")


def _worker(url: str, first: int, threads: int, seconds: float) -> None:
    connections = [connect(url) for _ in range(threads)]
    counts = [0] * threads
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()

    def book(number: int) -> None:
        own = first + number * ROWS_OF_ONE
        book_one = booker(url, connections[number])
        counts[number] = _until(began + seconds, lambda done: book_one(own + done))

    running = [Thread(target=book, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    print(sum(counts), time.perf_counter() - began, flush=True)


def booker(url: str, connection: Any) -> Callable[[int], None]:
    """Books the link of a number, over this connection."""
    begin, use_up, book = _statements(url)

    def one(number: int) -> None:
        now = int(datetime.now(UTC).timestamp() * 1_000_000)
        connection.execute(begin)
        connection.execute(use_up, (now, number))
        connection.execute(book, (number, now, "Sam Lee", "sam@example.org", now))
        connection.execute("COMMIT")

    return one


def _until(deadline: float, work: Callable[[int], None]) -> int:
    done = 0
    while done < ROWS_OF_ONE and time.perf_counter() < deadline:
        work(done)
        done += 1
    return done


if __name__ == "__main__":
    _worker(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
