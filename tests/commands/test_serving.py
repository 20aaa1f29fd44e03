"""The real server: what `slotkey run` prints and logs, and that no token gets into the log (R18)."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..services.newcomer import running
from ..services.worker import wait_until


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_two_starts_of_a_newcomer(tmp_path: Path, taken_port: int) -> None:
    """Another port where one is taken, the same secrets again, and no token in the log but in the welcome."""
    with running(tmp_path, taken_port) as site:
        assert f"Port {taken_port} is taken, so Slotkey uses" in site.text
        password, _, path, token = site.welcome.groups()
        welcomed = site.text.count(token)
        assert site.get(path) == 200
        assert site.get(path, "HEAD") == 200
        assert site.get(f"{path}/nothing-here?{token}") == 404
        assert site.get(f"/m/{token}") == 404
        assert site.get(f"/sign-in?next=/o/{token}") == 200
        site.send_raw(f"GET /o/{token} nonsense\r\n\r\n".encode())
        site.send_raw(f"GET /o/{token} HTTP/1.1\r\nHost: a\r\nBad Header: /m/{token}\r\n\r\n".encode())
        wait_until(lambda: " GET /sign-in 200 " in site.text)
        assert re.search(r"127\.0\.0\.1 GET /o/<[^>]+> 200 \d+ bytes \d+ ms", site.text)
        assert site.text.count(token) == welcomed
        for name in ("demo_password", "secret_key"):
            assert (tmp_path / "data" / name).stat().st_mode & 0o777 == 0o600
    with running(tmp_path, taken_port) as site:
        assert site.welcome[1] == password
        assert site.welcome[3] == path


def test_without_demo_a_code_for_the_first_account_is_printed(tmp_path: Path, taken_port: int) -> None:
    with running(tmp_path, taken_port, "--no-demo") as site:
        assert re.search(
            r"Make the first account at http://127\.0\.0\.1:\d+/setup with the code \S{23}\n", site.text
        )
        assert "password" not in site.text
