"""Many HTTP requests at one server at the same moment: plain sockets, one event loop, no pool that could queue."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

SECONDS_PER_REQUEST = 120


@dataclass(frozen=True)
class Request:
    """One request; `form` makes it a POST."""

    path: str
    form: dict[str, str] | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back. `status` 0 means no answer: the connection failed or timed out."""

    status: int
    body: str
    location: str
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)


def fire(base_url: str, requests: Sequence[Request]) -> list[Answer]:
    """Send all requests at once: every connection is open before the first byte goes out. Answers in order."""
    return asyncio.run(_fire(base_url, requests))


def drive(base_url: str, requests: Iterable[Request], clients: int) -> list[Answer]:
    """Send the requests one after another from `clients` clients that each keep their connection."""
    return asyncio.run(_drive(base_url, list(requests), clients))


async def _fire(base_url: str, requests: Sequence[Request]) -> list[Answer]:
    start = asyncio.Event()
    ready = asyncio.Semaphore(0)
    host, port = _host(base_url)

    async def send(request: Request) -> Answer:
        try:
            reader, writer = await asyncio.open_connection(host, port)
        except OSError:
            ready.release()
            return Answer(0, "", "", 0)
        ready.release()
        await start.wait()
        try:
            return await _ask(reader, writer, host, request, keep=False)
        finally:
            writer.close()

    tasks = [asyncio.create_task(send(request)) for request in requests]
    for _ in tasks:
        await ready.acquire()
    start.set()
    return list(await asyncio.gather(*tasks))


async def _drive(base_url: str, requests: list[Request], clients: int) -> list[Answer]:
    host, port = _host(base_url)
    answers: list[Answer | None] = [None] * len(requests)
    numbers = iter(range(len(requests)))

    async def client() -> None:
        connection = await asyncio.open_connection(host, port)
        for number in numbers:
            answer = await _ask(*connection, host, requests[number], keep=True)
            if answer.status == 0:
                connection = await asyncio.open_connection(host, port)
                answer = await _ask(*connection, host, requests[number], keep=True)
            answers[number] = answer
        connection[1].close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return [answer for answer in answers if answer is not None]


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, request: Request, keep: bool
) -> Answer:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(SECONDS_PER_REQUEST):
            writer.write(_bytes(request, host, keep))
            await writer.drain()
            status, headers, body = await _read(reader)
    except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
        return Answer(0, "", "", time.perf_counter() - started)
    return Answer(status, body, headers.get("location", ""), time.perf_counter() - started, headers)


def _bytes(request: Request, host: str, keep: bool) -> bytes:
    body = urlencode(request.form).encode() if request.form is not None else b""
    lines = [
        f"{'POST' if request.form is not None else 'GET'} {request.path} HTTP/1.1",
        f"Host: {host}",
        f"Connection: {'keep-alive' if keep else 'close'}",
        *(f"{name}: {value}" for name, value in request.headers.items()),
    ]
    if request.form is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def _read(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], str]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    if "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    else:
        body = await _read_chunks(reader)
    return int(head[0].split()[1]), headers, body.decode("utf-8", "replace")


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(parts)


def _host(base_url: str) -> tuple[str, int]:
    parts = urlsplit(base_url)
    return parts.hostname or "127.0.0.1", parts.port or 80
