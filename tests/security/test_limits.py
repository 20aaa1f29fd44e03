"""R28: hammering is limited for real processes together, and made-up addresses change nothing.

R18: and what those processes log holds no token, whatever went wrong.
"""

import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.db import connection, transaction

from ..factories import make_calendar, make_link, make_user, token_of
from ..people import make_person, sign_in
from ..public_pages import Site, key_in
from ..services.databases import Database, forget, settings_for
from ..services.server import Server, serving

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
AT_ONCE = 4
SECRETS = {"name": "Nomen Nescio", "email": "nomen@example.org"}


@pytest.fixture
def served(database: Database, app: Flask, tmp_path: Path) -> Iterator[Server]:
    """Three processes behind one proxy, on the database of `app`."""
    (tmp_path / "place").mkdir()
    with serving(database.url, tmp_path / "place", web_processes=3, proxy_count=1) as server:
        yield server


def ask(
    server: Server, method: str, path: str, body: dict | None = None, **headers: str
) -> tuple[int, str, dict]:
    """One request on a connection of its own, so that any process may get it: status, text, headers."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(
            method, path, urlencode(body or {}), {**FORM, **sent} if body is not None else sent
        )
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())
    finally:
        connection.close()


def hammer(server: Server, times: int, method: str, path: str, body: dict, **headers: str) -> list[int]:
    """The same request many times, several at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda _: ask(server, method, path, body, **headers)[0], range(times)))


def test_r28_r18_processes_limit_together_and_log_no_token(app: Flask, served: Server) -> None:
    """30 mistakes with a link close its form for that address, whatever else it claims to be, and for no other."""
    with app.app_context():
        dana = make_user("Dana Reyes")
        first, second, third = (token_of(make_link(make_calendar(dana))) for _ in range(3))
    details, wrong = f"/o/{first}/details", {"name": "x"}
    attacker = {"X_Forwarded_For": "198.51.100.9, 203.0.113.5"}
    answers = hammer(served, 40, "POST", details, wrong, **attacker)
    assert set(answers) == {422, 429}
    assert 30 <= answers.count(422) <= 30 + AT_ONCE
    status, _, headers = ask(served, "POST", details, wrong, X_Forwarded_For="10.1.2.3, 203.0.113.5")
    assert status == 429
    assert 1 <= int(headers["Retry-After"]) <= 600
    assert ask(served, "POST", f"/o/{second}/details", wrong, **attacker)[0] == 422
    _book(served, f"/o/{first}", X_Forwarded_For="203.0.113.6")
    _book(served, f"/o/{second}", **attacker)
    guesses = hammer(served, 300, "GET", "/o/" + "A" * 32, {}, **attacker)
    assert set(guesses) == {404, 429}
    assert guesses.count(404) <= 3 * 61  # each process counts these by itself: a guess must cost no query
    assert ask(served, "GET", f"/o/{second}", **attacker)[0] == 410
    _send_in_chunks(served, third)
    _break_things(app, served, first, third)
    log = served.log
    assert re.search(r"203\.0\.113\.\d+ GET /o/<[^>]*> 410|127\.0\.0\.1 GET /o/<[^>]*> 410", log)
    assert re.search(r" POST - 400 ", log)
    assert "Traceback" in log
    for said in (first, second, third, "m/" + "A" * 8, *SECRETS.values(), "GET /o/A"):
        assert said not in log


def test_r28_an_address_is_what_the_counted_proxies_say(
    database: Database, app: Flask, tmp_path: Path
) -> None:
    """With none, nothing is believed; with one, the last name only; with two, the one before it."""
    for proxies, same, other in (
        (0, ["1.1.1.1", "2.2.2.2", "3.3.3.3, 4.4.4.4"], None),
        (1, ["9.9.9.9", "1.1.1.1, 9.9.9.9", "x, , 9.9.9.9"], "9.9.9.9, 1.1.1.1"),
        (2, ["9.9.9.9, 5.5.5.5", "1.1.1.1, 9.9.9.9, 6.6.6.6"], "9.9.9.9, 7.7.7.7, 6.6.6.6"),
    ):
        behind = create_app(settings_for(database.url, tmp_path, proxy_count=proxies))
        ada = make_person(behind, f"Ada{proxies} Lovelace")
        tries = [_wrong_password(behind, ada, same[n % len(same)]) for n in range(12)]
        assert tries == [422] * 10 + [429] * 2, proxies
        if other:
            assert _wrong_password(behind, ada, other) == 422
        forget(behind)


def test_r28_a_holder_books_where_others_guess_and_fail(site: Site) -> None:
    """From the very address that has guessed tokens, passwords and other links' forms until it was refused."""
    path, other = site.link(), site.link()
    guesses = [site.client.get(f"/o/{'B' * 32}").status_code for _ in range(70)]
    mistakes = [site.client.post(f"{other}/details", data={"name": "x"}).status_code for _ in range(40)]
    ada = make_person(site.app)
    passwords = [sign_in(site.app.test_client(), ada, "wrong").status_code for _ in range(12)]
    assert guesses[-1] == mistakes[-1] == passwords[-1] == 429
    assert site.book(path).status_code == 303


def test_r28_visitors_of_a_server_on_both_kinds_of_addresses_are_apart(site: Site) -> None:
    """It sees IPv4 as ::ffff:203.0.113.7, and all of that would be one /64. A port names nobody either."""
    path = site.link()

    def mistake(address: str) -> int:
        sent = {"data": {"name": "x"}, "environ_base": {"REMOTE_ADDR": address}}
        return site.client.post(f"{path}/details", **sent).status_code

    assert [mistake("::ffff:203.0.113.7") for _ in range(31)][-1] == 429
    assert mistake("203.0.113.7:4711") == 429
    assert mistake("::ffff:203.0.113.8") == 422


def _book(server: Server, path: str, **headers: str) -> None:
    _, page, _ = ask(server, "GET", path, **headers)
    start = re.search(r"details\?s=(\d+)", page)[1]
    _, page, _ = ask(server, "GET", f"{path}/details?s={start}", **headers)
    fields = {"s": start, "key": key_in(page), **SECRETS}
    status, _, answered = ask(server, "POST", f"{path}/details", fields, **headers)
    assert status == 303
    assert ask(server, "GET", answered["Location"], **headers)[0] == 200


def _send_in_chunks(server: Server, token: str) -> None:
    """R26: a form that does not say how long it is; too long, broken, and as it should be."""
    kind = f"Content-Type: {FORM['Content-Type']}\r\nTransfer-Encoding: chunked"
    head = f"POST /o/{token}/details HTTP/1.1\r\nHost: x\r\n{kind}"
    for chunks, status in (
        (f"10000\r\n{'x' * 65536}\r\n" * 4 + "1\r\nx\r\n0\r\n\r\n", 413),
        ("not a number\r\n", 400),
        ("6\r\nname=x\r\n0\r\n\r\n", 422),
    ):
        answer = _send(server, f"{head}\r\nConnection: close\r\n\r\n{chunks}")
        assert answer.startswith(f"HTTP/1.1 {status}"), answer[:40]


def _break_things(app: Flask, server: Server, *tokens: str) -> None:
    """Malformed requests and errors of ours, with tokens in them."""
    for token in tokens:
        for line in (f"GET /o/{token}\r\n\r\n", f"GET /o/{token} HTTP/9.9\r\n\r\n", f"/m/{token}\r\n\r\n"):
            _send(server, line)
        _send(server, f"GET /o/{token} HTTP/1.1\r\nHost: x\r\nBad Header /o/{token}\r\n\r\n")
        _send(server, f"GET /o/{token}{'x' * 9000} HTTP/1.1\r\nHost: x\r\n\r\n")
        length = f"POST /o/{token}/details HTTP/1.1\r\nHost: x\r\nContent-Length: /m/{token}\r\n\r\n"
        assert _send(server, length).startswith("HTTP/1.1 400")
    with app.app_context(), transaction():
        connection().execute(text("UPDATE calendar SET weekly_hours = '{}', version = version + 1"))
        connection().execute(text("ALTER TABLE booking RENAME TO gone"))
    statuses = [ask(server, "GET", f"/o/{token}?month=2030-01")[0] for token in tokens]
    statuses += [ask(server, "POST", f"/o/{token}/details", SECRETS)[0] for token in tokens]
    assert {500, 503} & set(statuses)


def _send(server: Server, raw: str) -> str:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(raw.encode())
        return line.recv(4096).decode(errors="replace")


def _wrong_password(app: Flask, user: object, forwarded: str) -> int:
    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_FOR"] = forwarded
    return sign_in(client, user, "wrong").status_code
