"""R15 to R18: what a token opens, that nothing near it does, and that it is found nowhere it should not be."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.links.models import LinkStatus
from app.public.mended_routes import ADDED

from ..factories import NOW
from ..public_pages import Site
from .inventory import OWNERS_PAGES, rules
from .world import World

TOKEN_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
DEAD = {
    "used": ({"status": LinkStatus.USED, "used_at": NOW}, 410),
    "deleted": ({"status": LinkStatus.DELETED, "deleted_at": NOW}, 410),
    "expired": ({"expires_at": NOW - timedelta(seconds=1)}, 410),
    "used and expired": ({"status": LinkStatus.USED, "used_at": NOW, "expires_at": NOW}, 410),
}
ADDRESSES = count(1)


@pytest.mark.parametrize("kind", [*DEAD, "unknown", "manage token", "link of a manage token"])
def test_r15_dead_links_answer_exactly(site: Site, kind: str) -> None:
    """410 and 404, GET, HEAD and POST alike, a whole page in a browser, nothing booked."""
    path, status = _dead(site, kind)
    for address in (path,) if path.startswith("/m/") else (path, f"{path}/details", f"{path}/details?s=1"):
        got, head = site.client.get(address), site.client.head(address)
        assert (got.status_code, head.status_code) == (status, status)
        assert head.data == b""
        assert got.text.startswith("<!doctype html>")
        assert got.text.rstrip().endswith("</html>")
        assert dict(got.headers)["Content-Type"] == "text/html; charset=utf-8"
    if path.startswith("/o/"):
        form = {"s": 1796115600, "key": "x", "name": "Sam", "email": "sam@example.org"}
        assert site.client.post(f"{path}/details", data=form).status_code == status
    made_by_the_scene = 1 if kind == "link of a manage token" else 0
    assert len(site.bookings()) == made_by_the_scene


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_r16_altered_tokens_open_nothing_and_cost_no_query(site: Site, data: st.DataObject) -> None:
    """However a token is changed; also once the address that sends them is limited."""
    token = _token_of(site)
    altered = data.draw(_altered(token))
    address = data.draw(st.sampled_from(["203.0.113.7", f"2001:db8:{next(ADDRESSES):x}::1"]))
    for prefix, end in (("/o/", ""), ("/o/", "/details"), ("/m/", ""), ("/m/", "/booking.ics")):
        path = f"{prefix}{quote(altered, safe='')}{end}"
        with site.counting_queries() as queries:
            answer = site.client.get(path, environ_base={"REMOTE_ADDR": address})
            posted = site.client.post(path, environ_base={"REMOTE_ADDR": address})
        if altered.rstrip(ADDED) == token and (prefix, end) == ("/o/", ""):
            assert (answer.status_code, answer.location) == (308, f"/o/{token}")
        else:
            assert answer.status_code in (404, 429)
        assert posted.status_code in (404, 405, 429)
        assert queries == []


@pytest.mark.parametrize("added", ["/", ".", "./", ">", "%3E", "),", ".%22/"])
def test_what_mail_programs_add_to_an_address_leads_to_its_page(site: Site, added: str) -> None:
    """By a true token only, without a query, and with the headers of any page of a secret."""
    link = site.link()
    for path in (link, site.book(site.link()).location):
        with site.counting_queries() as queries:
            answer = site.client.get(f"{path}{added}")
        assert (answer.status_code, answer.location, queries) == (308, path, [])
        _assert_secret(answer)
        assert site.client.get(f"{path[:-1]}{'A' if path[-1] != 'A' else 'B'}{added}").status_code == 404
        assert site.client.post(f"{path}{added}").status_code in (404, 405)
    assert site.statuses() == [LinkStatus.ACTIVE, LinkStatus.USED]


def test_r16_the_token_itself_opens_from_an_address_that_is_limited(site: Site) -> None:
    path = site.link()
    answers = [site.client.get(f"/o/{'A' * 32}") for _ in range(70)]
    assert {answer.status_code for answer in answers} == {404, 429}
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert site.client.get(path).status_code == 200
    assert site.book(path).status_code == 303


def test_r17_nothing_in_a_dump_of_the_database_opens_anything(world: World) -> None:
    """Every value, and every part of one, tried as a link token, as a manage token and as a session."""
    world.browser("ada")
    candidates = {token for rows in world.rows().values() for row in rows for token in readings(row)}
    assert len(candidates) > 100
    stranger = world.browser("nobody")
    for candidate in candidates:
        for path in (f"/o/{candidate}", f"/m/{candidate}"):
            address = f"2001:db8:{next(ADDRESSES):x}::1"
            assert stranger.get(path, environ_base={"REMOTE_ADDR": address}).status_code == 404


def test_r17_the_files_of_the_database_hold_no_token(world: World, tmp_path: Path) -> None:
    """Nor the bytes of one, after a link was made, shown, shared, exported and booked (R18: stored rows)."""
    visitor = Site(world.app, world.browser("nobody"))
    confirmation = visitor.book(world.link_path).location
    for rule in rules(world.app, OWNERS_PAGES):
        if "GET" in rule.methods:
            world.browser("ada").get(world.path(rule.endpoint))
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("slotkey.sqlite3*"))
    for path in (world.link_path, world.used_path, world.manage_path, urlsplit(confirmation).path):
        token = path.rpartition("/")[2]
        raw = urlsafe_b64decode(token)
        assert raw[:8] in kept  # the random half is there: this does look at the right files
        assert token.encode() not in kept
        assert raw[8:] not in kept


def test_r18_pages_of_a_token_tell_nobody(world: World) -> None:
    """No cache keeps it, no Referer names it, no foreign address is loaded, and only chosen ones are linked."""
    contact = Site(world.app, world.browser("nobody"))
    link, manage = world.link_path, world.manage_path
    details = f"{link}/details?s={contact.form(link)['s']}"
    paths = (link, f"{link}?zones=1&tz=Asia/Tokyo", details, f"{link}/details?s=1", world.used_path, manage)
    for path in (*paths, f"{manage}/booking.ics", "/o/unknown", "/m/unknown", f"{link}/nothing-here"):
        answer = contact.client.get(path)
        _assert_secret(answer)
        for tag, address in _addresses(answer.text):
            assert _is_ours(address) or (tag == "a" and _is_chosen(address, link, manage)), address
    for method, path in (("POST", f"{link}/details"), ("PUT", link), ("DELETE", manage)):
        _assert_secret(contact.client.open(path, method=method))
    _assert_secret(contact.book(link))


def test_r18_owners_pages_load_nothing_foreign(world: World) -> None:
    for rule in rules(world.app, OWNERS_PAGES):
        if "GET" in rule.methods:
            page = world.browser("ada").get(world.path(rule.endpoint))
            for tag, address in _addresses(page.data.decode(errors="replace")):  # some are files
                outside = address.startswith(("mailto:", "sms:", "tel:", "http://slotkey.test/"))
                assert _is_ours(address) or (tag == "a" and outside), address


def _dead(site: Site, kind: str) -> tuple[str, int]:
    if kind in DEAD:
        changes, status = DEAD[kind]
        return site.link(**changes), status
    if kind == "unknown":
        return f"/o/{'A' * 32}", 404
    if kind == "manage token":
        return site.link().replace("/o/", "/m/"), 404
    return site.book(site.link()).location.replace("/m/", "/o/"), 404


def _token_of(site: Site) -> str:
    if not hasattr(site, "token"):
        site.token = site.link().rpartition("/")[2]
    return site.token


def _altered(token: str) -> Any:
    places, letters = st.integers(0, len(token) - 1), st.sampled_from(TOKEN_LETTERS)
    some = st.text(min_size=1, max_size=4)
    changed = st.one_of(
        st.builds(lambda at: token[:at] + token[at].swapcase() + token[at + 1 :], places),
        st.builds(lambda at, letter: token[:at] + letter + token[at + 1 :], places, letters),
        st.builds(lambda at, more: token[:at] + more + token[at:], places, some),
        st.builds(lambda at: token[:at], places),
        st.builds(lambda at: token[at:], st.integers(1, len(token) - 1)),
        st.builds(lambda more: token + more, some),
        st.builds(lambda more: more + token, some),
        st.builds(lambda at: token[:at] + chr(ord(token[at]) + 0xFEE0) + token[at + 1 :], places),
        st.builds(lambda at: token[at:] + token[:at], places),
        st.sampled_from([token + pad for pad in ("=", "==", "%3D", "\n", "\x00", " ", ".", "﻿")]),
        st.sampled_from([token.swapcase(), token.upper(), token.lower(), token[::-1], token * 2]),
        st.text(max_size=80),
        st.text(TOKEN_LETTERS, min_size=32, max_size=32),
    )
    return changed.filter(lambda text: text != token and text.strip(".") and "/" not in text)


def readings(row: tuple) -> Iterator[str]:
    """Texts that could be tried in a token's place: each value as it is, and as base64 and hex of its bytes."""
    raws = [value for value in row if isinstance(value, bytes)]
    texts = [str(value) for value in row if value is not None and not isinstance(value, bytes)]
    for raw in (*raws, *(a + b for a in raws for b in raws)):
        for part in {raw, raw[:24], raw[-24:], raw[:8] * 3, raw.ljust(24, b"\0")[:24]}:
            yield urlsafe_b64encode(part).decode()
            yield part.hex()
    for text in texts:
        yield from (quote(found, safe="") for found in re.findall(r"[\w.@:+=-]{4,}", text)[:40])


def _assert_secret(answer: Any) -> None:
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "ETag" not in answer.headers
    if answer.mimetype == "text/html":
        assert re.search(
            r'<meta name="referrer" content="no-referrer">', answer.text
        ) or answer.status_code in (303, 308)


def _addresses(html: str) -> list[tuple[str, str]]:
    pattern = (
        r"<([a-z]+)[^>]*?\s(?:src|href|action|formaction|srcset|poster|data-hx-(?:get|post))=\"([^\"]*)\""
    )
    return re.findall(pattern, html)


def _is_ours(address: str) -> bool:
    return not address or bool(re.match(r"(?:/(?!/)|\?|#)", address))


def _is_chosen(address: str, *secrets: str) -> bool:
    """A calendar or a mail program that the contact may press, told nothing of the token."""
    named = any(secret.rpartition("/")[2] in address for secret in secrets)
    return not named and address.startswith(("mailto:", "tel:", "https://"))
