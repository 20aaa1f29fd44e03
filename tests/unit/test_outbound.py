"""R25: what people give as an address leads to the open internet or nowhere, whatever it is spelt or resolved like.

Against a real server on this machine, which the allowing setting opens.
"""

import socket
import ssl
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.phone import outbound
from app.phone.outbound import NoAnswer, Refused, Unreachable, post
from app.phone.public_addresses import EVERYWHERE, may_be_reached

from ..services.http_server import Answering, http_server
from ..services.server import free_port

HERE = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
INSIDE = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7",
    "203.0.113.7", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::127.0.0.1",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:7f00:1::",
    "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
)  # fmt: skip
OUTSIDE = ("1.1.1.1", "93.184.215.14", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::200e",
           "64:ff9b::101:101", "::ffff:1.1.1.1")  # fmt: skip
# Each is this machine, to whoever asks the resolver.
SPELLINGS = (
    "127.0.0.1", "localhost", "LOCALHOST", "localhost.", "127.1", "127.0.1", "2130706433", "0x7f000001",
    "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.1.", "0", "0.0.0.0", "[::1]", "[::]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "①②⑦.⓪.⓪.①", "127。0。0。1", "ⓛocalhost",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_r25_what_is_not_the_open_internet_is_known(address: str) -> None:
    assert not may_be_reached(ip_address(address))
    assert may_be_reached(ip_address(address), EVERYWHERE)


@pytest.mark.parametrize("address", OUTSIDE)
def test_r25_the_open_internet_is_known_too(address: str) -> None:
    assert may_be_reached(ip_address(address))


def test_r25_a_setting_opens_what_it_names_and_no_more() -> None:
    allowed = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    for address in ("10.1.2.3", "fd00::7", "::ffff:10.1.2.3"):
        assert may_be_reached(ip_address(address), allowed)
    for address in ("10.2.0.1", "127.0.0.1", "fe80::1", "::1"):
        assert not may_be_reached(ip_address(address), allowed)


@pytest.mark.parametrize("host", SPELLINGS)
def test_r25_no_spelling_of_this_machine_is_asked(host: str) -> None:
    with http_server() as server, pytest.raises((Refused, Unreachable)):
        post(f"http://{host}:{urlsplit(server.address).port}/", b"{}", {})
    assert server.sent == []


def test_r25_names_that_lead_inside_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Metadata services, neighbours, and names of which one address is outside and the other inside."""
    for places in (
        ["169.254.169.254"],
        ["fe80::1%eth0"],
        ["64:ff9b::7f00:1"],
        ["93.184.215.14", "127.0.0.1"],
    ):
        with http_server() as server, monkeypatch.context() as patch:
            _resolve(patch, urlsplit(server.address).port, [places])
            with pytest.raises(Refused):
                post("http://trap.example/", b"{}", {})
        assert server.sent == []


def test_r25_a_name_is_resolved_once_and_the_checked_address_is_the_one_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rebinding: whoever answers the second time would send us to a server that is not allowed."""
    with http_server() as checked, http_server(host="127.0.0.2") as other:
        places = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2"]]
        asked = _resolve(monkeypatch, urlsplit(checked.address).port, places)
        answer = post("http://rebound.example/hook?a=b", b"{}", {}, allowed=(ip_network("127.0.0.1/32"),))
    assert (answer.status, len(asked), other.sent) == (200, 1, [])
    (sent,) = checked.sent
    assert (sent.path, sent.headers["Host"]) == ("/hook?a=b", "rebound.example")


def test_r25_redirects_are_not_followed() -> None:
    with http_server() as inner:
        sent_on = Answering(status=302, headers={"Location": inner.address})
        with http_server(sent_on) as outer:
            assert post(outer.address, b"{}", {}, allowed=HERE).status == 302
    assert inner.sent == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_r25_whatever_kind_of_redirect_it_is(status: int) -> None:
    with http_server(Answering(status=status, headers={"Location": "http://127.0.0.1/"})) as server:
        assert post(server.address, b"{}", {}, allowed=HERE).status == status
    assert len(server.sent) == 1


@pytest.mark.parametrize(
    "address",
    [
        "", "example.org", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "http://", "http:///x",
        "http://user:pass@example.org/", "http://example.org@127.0.0.1/", "http://example.org:0x50/",
        "http://example.org:99999/", "http://exa mple.org/", "http://example.org/\r\nX: y", "http://[::1",
        "http://\x00example.org/", f"http://{'a' * 70}.example/", "javascript:alert(1)", "//example.org/",
    ],
)  # fmt: skip
def test_r25_what_is_no_address_of_the_web_is_refused_unasked(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _resolve(monkeypatch, 80, [])
    with pytest.raises(Refused):
        post(address, b"", {}, allowed=EVERYWHERE)
    assert asked == []


def test_r25_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with http_server() as proxy, http_server() as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.address)
        assert post(server.address, b"{}", {}, allowed=HERE).status == 200
    assert proxy.sent == []


def test_a_body_and_its_headers_arrive_whole() -> None:
    with http_server(Answering(status=201, body=b'{"id": 1}')) as server:
        answer = post(f"{server.address}/päth%20x?q=ü", b"a" * 5000, {"X-One": "1"}, allowed=HERE)
    (sent,) = server.sent
    assert (answer.status, answer.body) == (201, b'{"id": 1}')
    assert (sent.path, sent.body, sent.headers["X-One"]) == ("/p%C3%A4th%20x?q=%C3%BC", b"a" * 5000, "1")


def test_of_a_long_answer_the_beginning_is_read() -> None:
    with http_server(Answering(body=b"x" * 300_000)) as server:
        answer = post(server.address, b"", {}, allowed=HERE)
    assert len(answer.body) == outbound.LARGEST_ANSWER


def test_nobody_there_is_told_from_nobody_answering() -> None:
    with pytest.raises(Unreachable, match="could not be reached: Connection refused"):
        post(f"http://127.0.0.1:{free_port()}", b"", {}, allowed=HERE)
    with http_server(Answering(drops=True)) as server, pytest.raises(NoAnswer, match="did not say"):
        post(server.address, b"", {}, allowed=HERE)


def test_an_answer_that_trickles_is_cut_off() -> None:
    """A byte now and then keeps a socket's own timeout waiting for ever."""
    with http_server(Answering(dawdles=0.05)) as server, pytest.raises(NoAnswer):
        post(server.address, b"", {}, allowed=HERE, seconds=0.3)


def test_certificates_are_verified(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with http_server(certificate=context) as server:
        with pytest.raises(Unreachable, match="its certificate is wrong"):
            post(server.address, b"", {}, allowed=HERE)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert post(server.address, b"", {}, allowed=HERE).status == 200
        with pytest.raises(Unreachable, match="its certificate is wrong"):
            post(server.address.replace("127.0.0.1", "localhost"), b"", {}, allowed=HERE)
    assert len(server.sent) == 1


def _resolve(patch: pytest.MonkeyPatch, port: int, answers: list[list[str]]) -> list[str]:
    """A resolver that gives each time the next answer; the names it was asked for."""
    asked: list[str] = []

    def getaddrinfo(host: str, _port: Any, **_options: Any) -> list[Any]:
        asked.append(host)
        return [_place(each, port) for each in answers[len(asked) - 1]]

    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def _place(address: str, port: int) -> tuple[Any, ...]:
    is_v6 = ":" in address
    family = socket.AF_INET6 if is_v6 else socket.AF_INET
    return family, socket.SOCK_STREAM, 6, "", (address, port, 0, 0) if is_v6 else (address, port)
