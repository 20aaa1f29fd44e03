"""R13: nothing but a person's POST changes anything. R14: no page posts by itself."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from app import clock
from app.links.models import LinkStatus

from ..factories import NOW
from ..public_pages import Site
from .inventory import ACTIONS, OWNERS_PAGES, rules
from .world import World

ROOT = Path(__file__).parents[2]
PROGRESS = ROOT / "templates/contacts/import.html"
LOOKS = ("GET", "HEAD")
OTHER = ("OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "BREW")
AHEAD = (
    {},
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender", "Sec-Fetch-Mode": "navigate"},
    {"Purpose": "prefetch"},
    {"X-Moz": "prefetch"},
    {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"},
    {"HX-Request": "true", "HX-Target": "section#times", "HX-Boosted": "true"},
)
EMPTY = (
    {},
    {"data": {}},
    {"data": {"_method": "POST"}},
    {"data": b"", "content_type": "application/x-www-form-urlencoded"},
    {"data": b"--x--\r\n", "content_type": "multipart/form-data; boundary=x"},
)


@pytest.mark.parametrize("kind", ["link", "standard"])
def test_r13_looking_books_nothing_and_then_a_person_books(world: World, kind: str) -> None:
    """Each method but POST with the whole booking in query and body, POSTs that are no form; then the form itself."""
    path = world.link_path if kind == "link" else f"/c/{world.ids['slug']}"
    visitor = Site(world.app, world.browser("nobody"))
    whole, before = visitor.form(path), world.rows()
    for address in (path, f"{path}/details"):
        for headers in AHEAD:
            for method in LOOKS:
                answer = visitor.client.open(address, method=method, query_string=whole, headers=headers)
                assert answer.status_code == 200
        for method in OTHER:
            answer = visitor.client.open(address, method=method, query_string=whole, data=whole)
            assert answer.status_code in (200, 405)
    for nothing in EMPTY:
        assert visitor.client.post(f"{path}/details", query_string=whole, **nothing).status_code == 422
    for content_type in ("application/json", "text/plain", "text/xml", "nonsense"):
        answer = visitor.client.post(f"{path}/details", data=_encoded(whole), content_type=content_type)
        assert answer.status_code == 422
    files = {name: (BytesIO(str(value).encode()), name) for name, value in whole.items()}
    for odd in ({"json": whole}, {"json": [whole]}, {"data": files}):
        assert visitor.client.post(f"{path}/details", **odd).status_code == 422
    assert visitor.client.post(path, data=whole).status_code == 405
    assert world.rows() == before
    with clock.fixed(NOW + timedelta(seconds=5)):
        assert visitor.client.post(f"{path}/details", data=whole).status_code == 303
    if kind == "link":
        assert visitor.statuses()[0] == LinkStatus.USED


def test_r13_no_owner_page_changes_anything_unless_posted(world: World) -> None:
    """Every page of the owner's, with its whole form in the query, and in the body where HEAD brings one."""
    ada, token = world.browser("ada"), world.token("ada")
    forms = {action.endpoint: action.fields(world, token) for action in ACTIONS}
    before = world.rows()
    for rule in rules(world.app, OWNERS_PAGES):
        path, data = world.path(rule.endpoint), forms.get(rule.endpoint, {})
        for method in (*LOOKS, "OPTIONS", "PUT", "DELETE", "PATCH"):
            answer = ada.open(path, method=method, query_string=data, data=data if method == "HEAD" else None)
            # Settings begin elsewhere, and this booking waits for no answer.
            leads_on = rule.endpoint in ("calendars.settings", "bookings.decline")
            assert answer.status_code in (200, 405) or leads_on, path
    assert world.rows() == before


def test_r13_head_answers_as_get(world: World) -> None:
    ada = world.browser("ada")
    for rule in rules(world.app, OWNERS_PAGES):
        if "GET" in rule.methods:
            path = world.path(rule.endpoint)
            assert ada.head(path).status_code == ada.get(path).status_code, path


def test_r14_no_template_or_script_posts_by_itself() -> None:
    """htmx asks by itself by GET only: after somebody typed, and for how far an import has come."""
    sources = {path: path.read_text() for path in [*ROOT.glob("templates/**/*.html"), ROOT / "static/app.js"]}
    assert len(sources) > 20
    for path, source in sources.items():
        assert not re.search(r"\bon(load|pageshow|error|focus|toggle|animationstart)\s*=", source), path
        assert not re.search(r"http-equiv", source, re.IGNORECASE), path
        assert not re.search(r"\.(submit|requestSubmit)\(|sendBeacon|\bfetch\(|XMLHttpRequest", source), path
        assert not re.search(r"htmx\.(ajax|trigger|process)\(|\.click\(\)", source), path
        for tag in re.findall(r"<[^<>]*data-hx-trigger[^<>]*>", source):
            assert "data-hx-get" in tag, path
            by_itself = re.search(r'trigger="[^"]*(load|revealed|intersect|every)', tag)
            assert not by_itself or (path == PROGRESS and by_itself[1] == "every"), path


def test_r14_no_page_posts_by_itself(world: World) -> None:
    """The same of every page as it arrives, whatever a calendar's texts say."""
    ada = world.browser("ada")
    pages = [ada.get(world.path(rule.endpoint), buffered=True) for rule in _shown(world)]
    contact = world.browser("nobody")
    paths = (world.link_path, f"{world.link_path}/details?s=1", world.used_path, world.manage_path)
    pages += [contact.get(path) for path in (*paths, f"/c/{world.ids['slug']}", "/o/nothing")]
    for page in (each for each in pages if each.mimetype == "text/html"):
        assert not re.search(r"<script(?![^>]* src=)|<[^>]+ on\w+=|http-equiv|javascript:", page.text)
        assert not re.search(r'data-hx-trigger="[^"]*(load|revealed|intersect|every)', page.text)


def _shown(world: World) -> list:
    return [rule for rule in rules(world.app, OWNERS_PAGES) if "GET" in rule.methods]


def _encoded(fields: dict) -> bytes:
    return "&".join(f"{name}={value}" for name, value in fields.items()).encode()
