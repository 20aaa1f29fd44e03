"""R18: tokens never reach a log."""

import logging
import sys

import pytest

from app.logs import Discreet

TOKEN = "h9XIBdfrhOind9KdFoQaGJbK1DI2i4V1"


@pytest.mark.parametrize(
    "message",
    [
        f"GET /o/{TOKEN} HTTP/1.1",
        f"Exception on /o/{TOKEN}/details [POST]",
        f"'/m/{TOKEN}?x=1'",
        f"https://book.example.org/m/{TOKEN}",
        f"next=%2Fo%2F{TOKEN}",
        f"/O/{TOKEN}",
    ],
)
def test_addresses_of_links_and_bookings_are_blotted_out(message: str) -> None:
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "%s", (message,), None)
    assert TOKEN not in Discreet("%(message)s").format(record)


def test_tracebacks_too() -> None:
    try:
        raise ValueError(f"/o/{TOKEN}")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed", (), sys.exc_info())
    assert TOKEN not in Discreet("%(message)s").format(record)


def test_other_text_is_left_alone() -> None:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "GET /calendars/7/links", (), None)
    assert Discreet("%(message)s").format(record) == "GET /calendars/7/links"
