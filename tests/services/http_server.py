"""A real HTTP server on a free port of this machine, standing where somebody else's would: it keeps what it is sent."""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Sent:
    """One request as it arrived."""

    path: str
    headers: Any
    body: bytes


@dataclass
class Answering:
    """What the server does: answers with `status`, `headers` and `body`; or `drops` the connection when it has read
    all; or `dawdles` so many seconds before each byte of its answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    drops: bool = False
    dawdles: float = 0
    sent: list[Sent] = field(default_factory=list)
    address: str = ""


@contextmanager
def http_server(
    answering: Answering | None = None, certificate: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[Answering]:
    """The server, running; what is yielded is what it does, with its address."""
    answering = answering or Answering()
    server = ThreadingHTTPServer((host, 0), _handler(answering))
    server.daemon_threads = True
    if certificate:
        server.socket = certificate.wrap_socket(server.socket, server_side=True)
    answering.address = f"http{'s' if certificate else ''}://{host}:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield answering
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(answering: Answering) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answering.sent.append(Sent(self.path, self.headers, body))
            self.close_connection = True
            if not answering.drops:
                self._answer()

        def _answer(self) -> None:
            if answering.dawdles:
                return self._dawdle()
            self.send_response(answering.status)
            for name, value in {"Content-Length": str(len(answering.body)), **answering.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answering.body)
            return None

        def _dawdle(self) -> None:
            with suppress(OSError):  # they hang up
                for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(answering.dawdles)

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    return Handler
