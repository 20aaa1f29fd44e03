"""A real server of two processes: metrics that speak for both, logs as JSON, and numbers that tie them to answers."""

import json
import os
import re
import signal
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.services.databases import Database
from tests.services.server import Server, serving
from tests.services.worker import wait_until

TOKEN = "a token for the metrics only"
LINK_TOKEN = "h9XIBdfrhOind9KdFoQaGJbK1DI2i4V1"


@pytest.fixture
def server(database: Database, tmp_path: Path) -> Iterator[Server]:
    """Two processes that log as JSON, behind a proxy."""
    settings = {"log_format": "json", "metrics_token": TOKEN, "proxy_count": 1, "rate_limit_factor": 1_000}
    with serving(database.url, tmp_path, **settings) as running:
        yield running


def get(server: Server, path: str, **headers: str) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request(
        "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    answer.text = answer.read().decode()
    connection.close()
    return answer


def counted(server: Server) -> int:
    """How many were sent on from signing in, as whichever process answers says."""
    text = get(server, "/metrics", Authorization=f"Bearer {TOKEN}").text
    found = re.search(r'^slotkey_requests_total\{route="accounts.sign_in",status="303"\} (\d+)$', text, re.M)
    return int(found[1]) if found else 0


def test_processes_count_together_and_a_lost_one_takes_nothing_with_it(server: Server) -> None:
    for number in range(1, 21):
        assert get(server, "/sign-in").status == 303
        assert counted(server) == number
    before = server.workers
    os.kill(before[0], signal.SIGKILL)
    wait_until(lambda: len(server.workers) == 2 and server.workers != before)
    assert get(server, "/sign-in").status == 303
    assert {counted(server) for _ in range(10)} == {21}


def test_every_line_is_json_and_knows_its_request(server: Server) -> None:
    assert get(server, f"/o/{LINK_TOKEN}", X_Request_ID="number-from-the-proxy").status == 404
    assert get(server, "/static/app.css").status == 200
    assert get(server, "/sign-in", Content_Length="-5").status == 400  # the server itself refuses it
    numbers = {get(server, "/sign-in").getheader("X-Request-ID") for _ in range(3)}
    wait_until(
        lambda: all(number in server.log for number in numbers) and server.log.count('"answered"') >= 6
    )
    lines = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    told = [line for line in lines if line["message"] == "answered"]
    assert {line["status"] for line in told if "request_id" not in line and "route" not in line} == {200, 400}
    answered = {line["request_id"]: line for line in told if "request_id" in line}
    assert numbers <= set(answered)
    line = answered["number-from-the-proxy"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/o/<token>", 404)
    assert line["client"] == "127.0.0.1"
    assert isinstance(line["milliseconds"], int)
    assert LINK_TOKEN not in server.log
    server.stop()
    assert [line for line in server.log.splitlines() if not line.startswith(("{", "Make the first"))] == []
