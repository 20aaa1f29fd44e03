"""What a stranger who holds a used link learns by asking: nothing. The same statements and answer, in each process."""

import re
from pathlib import Path

import pytest
from flask import Flask

from app.request_ids import HEADER

from ..factories import make_booking, make_calendar, make_link, make_user, token_of
from ..public_pages import Site
from ..services.databases import Database
from ..services.server import serving
from .test_limits import hammer

VALUES = re.compile(r"'[^']*'|\?|%\(\w+\)s")


@pytest.mark.parametrize("email", ["zoe@example.org", "nobody@example.org"])
def test_asking_for_the_way_costs_the_same_for_the_booker_and_a_stranger(site: Site, email: str) -> None:
    """Two addresses are asked for in turn; the statements are one list, whichever is the booker's."""
    path = site.link()
    site.book_elsewhere(path, email="zoe@example.org")
    seen = []
    for each in (email, "zoe@example.org", "nobody@example.org"):
        with site.counting_queries() as queries:
            answer = site.client.post(f"{path}/find", data={"email": each})
        headers = {name: value for name, value in answer.headers.items() if name != HEADER}
        seen.append((answer.status_code, answer.location, headers, [VALUES.sub("?", sql) for sql in queries]))
    assert seen[0] == seen[1] == seen[2]


def test_booker_is_named_on_no_page_of_a_stranger(site: Site) -> None:
    path = site.link(for_email="zoe@example.org")
    site.book_elsewhere(path, name="Zoe Secret", email="zoe@example.org")
    for what in ("", "/ask", "/find", "/ask?sent=1", "/find?sent=1"):
        page = site.client.get(f"{path}{what}").text
        assert not re.search(r"zoe|09:00|December", page, re.IGNORECASE)
    wrong = site.client.post(f"{path}/find", data={"email": "x"}).text
    assert not re.search(r"zoe|09:00", wrong, re.IGNORECASE)


def test_processes_limit_asking_together(database: Database, app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        calendar = make_calendar(make_user("Dana Reyes"))
        link = make_link(calendar)
        make_booking(calendar, link)
        path = f"/o/{token_of(link)}"
    (tmp_path / "place").mkdir()
    with serving(database.url, tmp_path / "place", web_processes=3) as server:
        found = hammer(server, 20, "POST", f"{path}/find", {"email": "x@example.org"})
        asked = hammer(server, 20, "POST", f"{path}/ask", {"email": "x@example.org", "name": "X"})
        assert server.errors() == []
    for answers in (found, asked):
        assert (answers.count(303), answers.count(429)) == (5, 15)
