"""The one way out to addresses that people give: HTTP, to the open internet only (R25).

A name is resolved once, every address it has is checked, and the connection is made to a checked address, so that a
name which means something else a moment later leads nowhere. Redirects are not followed, the environment's proxies not
used; an answer is read up to a size, and everything together has one deadline.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Timer
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit

from .public_addresses import Network, may_be_reached, parsed

SECONDS = 15.0  # from the first packet to the last; the resolver has its own patience
LARGEST_ANSWER = 64 * 1024
PORTS = {"http": 80, "https": 443}
AS_IT_STANDS = "/?:@!$&'()*+,;=-._~%"  # in paths and queries; all else is written in percent signs


class Refused(Exception):
    """This address is not asked, however often; the text is a sentence."""


class Unreachable(Exception):
    """Nothing was sent; perhaps it works later. The text is a sentence."""


class NoAnswer(Exception):
    """All of it was sent, and no answer came: what became of it is not known. The text is a sentence."""


@dataclass(frozen=True)
class Answer:
    """What came back, a redirect too; `body` is cut at LARGEST_ANSWER."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Target:
    """A checked address: its host in ASCII, its path as it is sent."""

    is_tls: bool
    host: str
    port: int
    path: str


def target_of(address: str) -> Target:
    """What an address names, without asking anybody. Raises Refused where it is none that we call."""
    if any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in address):
        raise Refused("The address holds blanks or control characters.")
    try:
        parts = urlsplit(address)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except ValueError:  # UnicodeError is one
        raise Refused("This is not an address such as https://example.org/hook.") from None
    if parts.scheme not in PORTS or not host:
        raise Refused("The address has to begin with https:// or http://.")
    if "@" in parts.netloc:
        raise Refused("The address must not hold a user name or a password.")
    query = f"?{parts.query}" if parts.query else ""
    path = quote(f"{parts.path or '/'}{query}", safe=AS_IT_STANDS)
    return Target(parts.scheme == "https", host, port or PORTS[parts.scheme], path)


def post(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allowed: tuple[Network, ...] = (),
    seconds: float = SECONDS,
) -> Answer:
    """Post `body`; private addresses are asked only where `allowed` names them.

    Raises Refused, Unreachable and NoAnswer.
    """
    return _ask("POST", address, body, headers, allowed, seconds)


def get(
    address: str, headers: Mapping[str, str], *, allowed: tuple[Network, ...] = (), seconds: float = SECONDS
) -> Answer:
    """What is there, on the same terms."""
    return _ask("GET", address, None, headers, allowed, seconds)


def _ask(
    method: str,
    address: str,
    body: bytes | None,
    headers: Mapping[str, str],
    allowed: tuple[Network, ...],
    seconds: float,
) -> Answer:
    target, ends_at = target_of(address), monotonic() + seconds
    connection = _Pinned(target, _checked(target, allowed), ends_at)
    try:
        with _reported(Unreachable, f"{target.host} could not be reached"):
            connection.connect()
        with _cut_off(connection.sock, ends_at):
            with _reported(Unreachable, f"The connection to {target.host} was lost"):
                connection.request(method, target.path, body, dict(headers))
            with _reported(NoAnswer, f"{target.host} has got it all and did not say what became of it"):
                return _read(connection)
    finally:
        connection.close()


class _Pinned(HTTPConnection):
    """A connection to addresses that were checked; the name is only said, in Host and for the certificate."""

    def __init__(self, target: Target, places: list[Any], ends_at: float) -> None:
        super().__init__(target.host, target.port)
        self.default_port = PORTS["https" if target.is_tls else "http"]
        self.target, self.places, self.ends_at = target, places, ends_at

    def connect(self) -> None:
        self.sock = self._first_that_answers()
        if self.target.is_tls:
            with _cut_off(self.sock, self.ends_at):
                context = ssl.create_default_context()
                self.sock = context.wrap_socket(self.sock, server_hostname=self.target.host)

    def _first_that_answers(self) -> socket.socket:
        failed: OSError = TimeoutError()
        for family, kind, protocol, _, place in self.places:
            made = socket.socket(family, kind, protocol)
            try:
                made.settimeout(max(self.ends_at - monotonic(), 0.01))
                made.connect(place)
                return made
            except OSError as wrong:
                made.close()
                failed = wrong
        raise failed


def _checked(target: Target, allowed: tuple[Network, ...]) -> list[Any]:
    """Where the name leads. One forbidden address among them and nobody is asked: a name of that kind is a trap."""
    try:
        places = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as wrong:
        raise Unreachable(f"There is no {target.host}, or its name cannot be looked up just now.") from wrong
    if not all(may_be_reached(parsed(place[4][0]), allowed) for place in places):
        raise Refused(f"{target.host} is not on the open internet, and addresses inside are not asked.")
    return places


def _read(connection: HTTPConnection) -> Answer:
    answer = connection.getresponse()
    body = b""
    with suppress(OSError, HTTPException, ValueError):  # the status says what counts
        body = answer.read(LARGEST_ANSWER)
    return Answer(answer.status, body)


@contextmanager
def _cut_off(sock: socket.socket, ends_at: float) -> Iterator[None]:
    """Hang up at the deadline, whatever trickles in: a socket's own timeout starts anew with each byte."""
    timer = Timer(max(ends_at - monotonic(), 0), _hang_up, (sock,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not that of TLS, which is another thread's just now


@contextmanager
def _reported(kind: type[Exception], words: str) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as wrong:
        raise kind(f"{words}: its certificate is wrong: {wrong.verify_message.rstrip('.')}.") from wrong
    except (OSError, HTTPException, ValueError, AttributeError) as wrong:
        raise kind(f"{words}: {_reason(wrong)}.") from wrong


def _reason(wrong: Exception) -> str:
    if isinstance(wrong, TimeoutError):
        return "it did not answer in time"
    said = getattr(wrong, "strerror", None) or str(wrong) or "the connection was closed"
    return " ".join(str(said).split())[:200].rstrip(".")
