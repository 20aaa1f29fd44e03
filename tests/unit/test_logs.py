"""R18: tokens never reach a log."""

import json
import logging
import sys

import pytest

from app.logs import Discreet, Json
from app.serving import route_name

TOKEN = "h9XIBdfrhOind9KdFoQaGJbK1DI2i4V1"


@pytest.mark.parametrize(
    "message",
    [
        f"GET /o/{TOKEN} HTTP/1.1",
        f"Exception on /o/{TOKEN}/details [POST]",
        f"Exception on /r/{TOKEN} [POST]",
        f"http://slotkey.test/i/{TOKEN}, /e/{TOKEN} and /u/{TOKEN}",
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


def test_json_is_one_object_a_line_without_tokens() -> None:
    try:
        raise ValueError(f'the address "/o/{TOKEN}\\" has no page\n/m/{TOKEN}')
    except ValueError:
        record = logging.LogRecord(
            "app.x", logging.ERROR, "x.py", 1, "failed at /m/%s", (TOKEN,), sys.exc_info()
        )
    record.fields = {"route": f"/o/{TOKEN}", "status": 500}
    line = Json().format(record)
    told = json.loads(line)
    assert "\n" not in line
    assert TOKEN not in line
    assert (told["level"], told["logger"], told["message"]) == ("error", "app.x", "failed at /m/...")
    assert (told["route"], told["status"]) == ("/o/...", 500)
    assert "ValueError" in told["traceback"]


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (
            "/calendars/<int(max=9007199254740991):calendar_id>/links/<int(max=9):link_id>",
            "/calendars/<id>/links/<id>",
        ),
        ("/o/<token>/details", "/o/<token>/details"),
    ],
)
def test_routes_read_short(rule, name):
    assert route_name(rule) == name
