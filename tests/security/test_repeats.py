"""R6 over HTTP, where tests/http/test_details.py leaves off: what counts as the same form. R7: a way back that only
SQLite has. R12: nothing is left out."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db import connection, transaction

from ..factories import at
from ..public_pages import Site
from .world import World

TESTS = Path(__file__).parents[1]
LEAVING_OUT = ("skip", "skipif", "xfail", "importorskip", "skipTest")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept-Language": "de"},
        {"User-Agent": "another"},
        {"HX-Request": "true"},
        {"Cookie": "tz=Asia/Tokyo; hours=12"},
    ],
)
def test_r6_the_same_form_is_one_booking_whatever_else_the_browser_says(site: Site, headers: dict) -> None:
    """Sent again after the language was changed, or the zone in another tab."""
    path = site.link()
    form = site.form(path)
    first = site.app.test_client().post(f"{path}/details", data=form)
    again = site.app.test_client(use_cookies=False).post(f"{path}/details", data=form, headers=headers)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location
    assert len(site.bookings()) == 1


@pytest.mark.parametrize("change", [{"name": "Eve"}, {"email": "eve@example.org"}, {"s": at(10)}])
def test_r6_the_same_key_with_other_data_shows_nobody_the_booking(site: Site, change: dict) -> None:
    """A key that leaked is no way to the manage link."""
    path = site.link()
    form = site.form(path)
    first = site.app.test_client().post(f"{path}/details", data=form)
    again = site.app.test_client().post(f"{path}/details", data=form | change)
    assert again.status_code == 409
    assert first.location not in again.text
    assert "Location" not in again.headers


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT OR ROLLBACK"])
@pytest.mark.parametrize("kept", ["id", "nonce"])
def test_r7_no_link_is_replaced_by_one_that_is_active(world: World, verb: str, kept: str) -> None:
    """SQLite's REPLACE deletes the row that is in the way, and asks no trigger of DELETE."""
    before = world.rows()["one_time_link"]
    other = {"id": "id + 1000", "nonce": "randomblob(8)"}
    other.pop(kept)
    with world.app.app_context(), transaction():
        columns = [row[1] for row in connection().execute(text("PRAGMA table_info(one_time_link)"))]
        values = {"status": "'active'", "used_at": "NULL", "deleted_at": "NULL", **other}
        picked = ", ".join(values.get(column, column) for column in columns)
        sql = f"{verb} INTO one_time_link SELECT {picked} FROM one_time_link WHERE status <> 'active'"
        with pytest.raises(DBAPIError, match="rows are never replaced"):
            connection().execute(text(sql))
    assert world.rows()["one_time_link"] == before


def test_r12_no_test_is_skipped_or_expected_to_fail() -> None:
    """Neither by a mark nor by a call, in any file of tests."""
    found = []
    for path in TESTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node, "attr", None) or getattr(node, "id", None)
            if name in LEAVING_OUT:
                found.append(f"{path.relative_to(TESTS)}:{node.lineno} {name}")
    assert found == []
