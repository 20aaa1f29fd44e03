"""R26: whatever is sent, no answer is a 5xx, nothing too large is read, and nothing is booked."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from ..public_pages import Site
from .garbage import BODIES, HEADERS, IDS, PUBLIC_QUERIES, TOO_MUCH, VALUES
from .inventory import ACTIONS, ANYBODY, HOLDERS, OWNERS_PAGES, SIGNERS, Action, posting, rules
from .world import World

ADDRESSES = count(1)
ALIKE = re.compile(r"(tues|wednes|thurs|fri|satur|sun)day-")  # as monday is

# Whatever else they say, a form of these changes the booking.
CHANGING = ("bookings.accept", "bookings.cancel", "bookings.change", "bookings.decline", "bookings.no_show")


def test_r26_ids_and_names_in_addresses(world: World) -> None:
    """Of every rule, with every method."""
    client = world.browser("ada")
    for rule in rules(world.app, OWNERS_PAGES | HOLDERS | SIGNERS | ANYBODY):
        for name in rule.arguments:
            for value in IDS:
                path = _address(world, rule.rule, name, value)
                for method in {"GET", "POST"} & (rule.methods or set()):
                    assert client.open(path, method=method).status_code < 500, (method, path[:80])


OWNERS_NUMBERS = {
    "contacts.index": "older per",
    "contacts.show": "created",
    "contacts.merge": "other",
    "pipelines.show": "moved",
    "pipelines.table": "older stage per",
    "intake.submissions": "newer per",
    "links.index": "created deleted per",
    "messages.index": "before per",
    "insights.index": "calendar",
}


@pytest.mark.parametrize("headers", HEADERS, ids=range(len(HEADERS)))
def test_r26_headers_and_cookies(world: World, headers: dict[str, str]) -> None:
    paths = (
        world.link_path,
        world.used_path,
        world.manage_path,
        f"/c/{world.ids['slug']}",
        "/sign-in",
        "/o/x",
    )
    owners = [
        world.path(endpoint) for endpoint in ("links.index", "bookings.index", "calendars.availability")
    ]
    site = Site(world.app, world.browser("nobody"))
    form = site.form(world.link_path, name="")
    for path in (*paths, *owners, "/static/app.css"):
        client = world.app.test_client(use_cookies=False)
        assert client.get(path, headers=headers).status_code < 500, path
        if "Cookie" not in headers:
            assert world.browser("ada").get(path, headers=headers).status_code < 500, path
    answer = world.app.test_client(use_cookies=False).post(
        f"{world.link_path}/details", data=form, headers=headers
    )
    assert answer.status_code in (400, 422)


def test_r26_queries_of_the_public_pages(world: World) -> None:
    client = world.browser("nobody")
    for path in (world.link_path, f"/c/{world.ids['slug']}", world.used_path, world.manage_path):
        for end in ("", "/details", "/booking.ics"):
            for name, values in PUBLIC_QUERIES.items():
                for value in values:
                    assert client.get(f"{path}{end}", query_string={name: value}).status_code < 500, (
                        name,
                        value,
                    )
            twice = "month=2026-12&month=x&day=x&day=2026-12-09&s=1&s=2&tz=UTC&tz=x"
            assert client.get(f"{path}{end}?{twice}").status_code < 500
            assert client.get(f"{path}{end}?%FF=%ED%A0%80&s=%FF&month=%00&tz=%ED%A0%80").status_code < 500


@pytest.mark.parametrize(
    "value", ["9" * 30, "-1", "\0", "0", "x"], ids=["huge", "negative", "nul", "zero", "word"]
)
def test_r26_numbers_in_queries_of_the_owners_pages(world: World, value: str) -> None:
    ada = world.browser("ada")
    for endpoint, names in OWNERS_NUMBERS.items():
        query = dict.fromkeys(names.split(), value)
        assert ada.get(world.path(endpoint), query_string=query).status_code < 500, endpoint


@pytest.mark.parametrize(
    "action", [action for action in ACTIONS if action.data], ids=lambda action: action.endpoint
)
def test_r26_each_field_of_each_form(world: World, action: Action) -> None:
    """Wrong in every way, missing, and sent several times."""
    ada, token = world.browser("ada"), world.token("ada")
    fields, path = action.fields(world, token), action.path(world)
    booked = world.rows()["booking"]
    for name in (name for name in fields if name != "csrf_token" and not ALIKE.match(name)):
        for sent in _wrong(fields, name):
            answer = ada.post(path, data=sent)
            assert answer.status_code < 500, (name, str(sent[name])[:40] if name in sent else None)
            if action.endpoint == "accounts.change_password" and answer.status_code == 429:
                return
    if action.endpoint not in CHANGING:
        assert world.rows()["booking"] == booked


def test_r26_each_field_of_the_booking_form(site: Site) -> None:
    """By both doors, each wrong value against an address of its own, so that the limits stay out of it."""
    asked = [
        {"id": f"q{n}", "label": kind, "kind": kind, "required": True, "choices": ["a", "b"]}
        for n, kind in enumerate(("text", "long_text", "choice", "checkbox", "phone"), 1)
    ]
    calendar = site.calendar(questions=asked, location_kind="host_calls", is_public=True)
    for path in (site.link(calendar), f"/c/{calendar.slug}"):
        # The tick that is missing keeps even what is right from being booked.
        good = site.form(path, **{f"question-q{n}": "a" for n in (1, 2, 3)}, phone="+49301234567")
        for name in sorted(good):
            for sent in _wrong(good, name):
                where = {"REMOTE_ADDR": f"2001:db8:{next(ADDRESSES):x}::1"}
                answer = site.client.post(f"{path}/details", data=sent, environ_base=where)
                assert answer.status_code in (409, 422), (name, sent.get(name))
    assert site.bookings() == []


def test_r26_bodies(world: World) -> None:
    """Posted to every route that takes a POST, by somebody who is signed in and by nobody."""
    before = world.rows()["booking"]
    for rule in rules(world.app, posting(world.app)):
        path = world.link_path + "/details" if "token" in rule.arguments else world.path(rule.endpoint)
        for who in ("nobody", "ada"):
            for body, kind in BODIES:
                answer = world.browser(who).post(path, data=body, content_type=kind)
                assert answer.status_code < 500, (path, body[:40], kind)
    assert world.rows()["booking"] == before


def test_r26_too_much_is_413(world: World) -> None:
    """Whatever looks at the body: forms of the owner's, of the contact's, of anybody."""
    for path in (f"{world.link_path}/details", "/sign-in", "/preferences/theme", world.path("links.create")):
        for body, kind in TOO_MUCH:
            assert world.browser("ada").post(path, data=body, content_type=kind).status_code == 413, path


def _address(world: World, rule: str, name: str, value: str) -> str:
    """The rule's address with one part of it wrong."""
    parts = [part.rpartition(":")[2] if ":" in part else part for part in rule.replace(">", "<").split("<")]
    known = {**world.ids, "token": "x", "filename": "app.css"}
    parts[1::2] = [value if part == name else str(known[part]) for part in parts[1::2]]
    return "".join(parts)


def _wrong(fields: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    for value in VALUES:
        yield {**fields, name: value}
    yield {each: value for each, value in fields.items() if each != name}
    yield {**fields, name: [*(fields[name] if isinstance(fields[name], list) else [fields[name]]), "x", ""]}
