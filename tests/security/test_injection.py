"""R24: what people type stays text, in every field that takes text and in every page, file and header it comes to."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from itertools import chain
from typing import Any

import pytest
from icalendar import Calendar as IcsFile
from werkzeug.test import TestResponse

from app.calendars.models import LocationKind
from app.db import db
from app.intake.models import IntakeForm

from ..factories import at
from ..public_pages import Site
from .inventory import ACTIONS, OWNERS_PAGES, rules
from .world import SITE, World

NASTY = {
    "markup": "\"><script>alert(1)</script><img src=x onerror=alert(1)>'</textarea><!--qz{{7*7}}zq{{config}}",
    "attribute": "javascript:alert(1)//' onmouseover='alert(1)\" autofocus onfocus=\"alert(1)",
    "line": "a\r\nX-Injected: 1\r\nSet-Cookie: evil=1\r\nBEGIN:VEVENT\r\nATTENDEE:mailto:evil@example.org",
    "odd lines": "a\x0bX-Injected:1\x0cX\x85X-Injected:3\u2028X-Inj:4\u2029X\x1e\x00\x1b[31mred\x7f\u202evil\u2066",
    "calendar": 'a;b,c\\nX-INJECTED:1\\,\nEND:VEVENT\nEND:VCALENDAR;X="^n":mailto:x',
    "sql": "%' OR 1=1; DROP TABLE booking;-- \\ _ [a-z]* ? :x %s {0} \U000e0041",
    "formula": "=cmd|'/c calc'!A1",
    "blank formula": '\t\r\n @HYPERLINK("http://evil.example")',
    "long": "x<\u0301" * 39,
}
# Free text that a person may type, by the action that takes it.
TEXTS = {
    "accounts.update": ["name"],
    "calendars.new": ["name"],
    "calendars.details": ["name", "description"],
    "calendars.location": ["custom"],
    "calendars.expired_page": ["expired_message"],
    "calendars.questions": ["questions-0-label"],
    "calendars.notice": ["subject", "opening"],
    "calendars.add_override": ["dates-note"],
    "intake.new": ["name", "description"],
    "intake.edit": ["name", "description", "thanks", "fields-0-label"],
    "intake.embed": ["origins", "return_to"],
    "pipelines.new": ["name"],
    "pipelines.settings": ["name", "stages-0-name"],
    "pipelines.new_opportunity": ["title", "name"],
    "pipelines.change": ["title"],
    "links.create": ["for_name", "note"],
    "links.edit": ["for_name", "note"],
    "bookings.cancel": ["reason"],
    "contacts.new": ["name"],
    "contacts.edit": ["name", "field_zebrafinch"],
    "contacts.tag": ["tag"],
    "contacts.note": ["text"],
    "contacts.change_note": ["text"],
    "contacts.create_link": ["note"],
    "contacts.add_field": ["label"],
    "contacts.rename_field": ["label"],
    "contacts.upload": ["pasted"],
    "contacts.start_import": ["tag"],
}
ASKED = [
    {"id": "q1", "label": "Why?", "kind": "text", "required": False, "choices": []},
    {"id": "q2", "label": "More?", "kind": "long_text", "required": False, "choices": []},
]
ICS_LINES = re.compile(
    r"(BEGIN|END|VERSION|PRODID|CALSCALE|METHOD|UID|SEQUENCE|DTSTAMP|DTSTART|DTEND|SUMMARY|STATUS|TRANSP"
    r"|ORGANIZER|ATTENDEE|LOCATION|DESCRIPTION|COMMENT|URL|LAST-MODIFIED|CREATED)[;:]"
)


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_r24_what_was_typed_stays_text_everywhere(world: World, nasty: str) -> None:
    """Stored through every form there is, booked with, and then shown in every page and file."""
    ada = world.browser("ada")
    for action in ACTIONS:
        if action.endpoint in TEXTS and action.endpoint != "bookings.cancel":
            sent = action.fields(world, world.token("ada"))
            answer = ada.post(action.path(world), data=sent | dict.fromkeys(TEXTS[action.endpoint], nasty))
            assert answer.status_code in (303, 422), action.endpoint
            _assert_harmless(answer)
    site = Site(world.app, world.browser("nobody"))
    for answer in chain(_booked(site, nasty), _sent(world, nasty), _shown(world, nasty)):
        _assert_harmless(answer)
    kept = unescape(ada.get(world.path("links.show")).text)
    assert all(word in kept for word in re.findall(r"[a-z]{3,}", nasty))


def test_r24_log_lines_are_whole(world: World, caplog: pytest.LogCaptureFixture, monkeypatch: Any) -> None:
    """An error while something nasty is stored is one record that tells neither what was typed nor by whom."""

    def fail(*_given: object, **_more: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("app.links.service._record", fail)
    action = next(action for action in ACTIONS if action.endpoint == "links.create")
    sent = action.fields(world, world.token("ada")) | {"note": NASTY["line"]}
    assert world.browser("ada").post(action.path(world), data=sent).status_code == 500
    assert [record.message for record in caplog.records] == ["unexpected error"]
    assert "X-Injected" not in caplog.text
    assert "evil" not in caplog.text


def _booked(site: Site, nasty: str) -> Iterator[TestResponse]:
    """A contact books by a calendar that asks everything, and looks at all that follows."""
    kept = {"location_kind": LocationKind.CUSTOM, "location_detail": nasty, "description": nasty}
    told = {"name": nasty.replace("\0", "")[:100], "expired_message": nasty.replace("\0", "")}
    shown = {
        name: value.replace("\0", "") if isinstance(value, str) else value for name, value in kept.items()
    }
    calendar = site.calendar(questions=[{**ASKED[0], "label": told["name"]}, ASKED[1]], **shown, **told)
    path = site.link(calendar, for_name=told["name"])
    said = {"name": nasty, "question-q1": nasty, "question-q2": nasty}
    yield from (site.client.get(path), site.client.get(f"{path}/details?s={at(9)}"))
    yield site.book(path, email=nasty, **{**said, "name": "Sam"})
    answer = site.book(path, **said)
    if answer.status_code == 422:
        yield answer
        answer = site.book(path, **{**said, "name": "Sam"})
    assert answer.status_code == 303
    manage, stranger = answer.location, site.app.test_client()
    yield from (site.client.get(each) for each in (manage, f"{manage}/booking.ics", path))
    asked = {"tz": nasty, "month": nasty, "day": nasty, "s": nasty, "hours": nasty}
    for address in (path, site.link(calendar)):
        yield from (stranger.get(f"{address}{end}", query_string=asked) for end in ("", "/details"))


def _sent(world: World, nasty: str) -> Iterator[TestResponse]:
    """Ada's form is sent from her site with that in every field, and at last so that it is taken."""
    with world.app.app_context():
        path = f"/f/{db.session.get(IntakeForm, world.ids['form_id']).slug}"  # which was changed perhaps
    anybody = world.browser("nobody")
    yield anybody.get(path, query_string={"sent": nasty})
    for said in ({"name": nasty, "email": nasty, "phone": nasty}, {"name": nasty}, {}):
        data = {"name": "Sam", "email": "sam@example.org", "q1": nasty, **said}
        answer = anybody.post(path, data=data, headers={"Origin": SITE})
        yield answer
    assert answer.status_code == 303


def _shown(world: World, nasty: str) -> Iterator[TestResponse]:
    """Ada's pages, with the nasty text as whatever they can be asked, and her booking cancelled for that reason."""
    ada, cancel = world.browser("ada"), next(each for each in ACTIONS if each.endpoint == "bookings.cancel")
    fields = cancel.fields(world, world.token("ada")) | {"reason": nasty}
    yield ada.post(cancel.path(world), data=fields)
    names = (
        "q",
        "status",
        "source",
        "older",
        "link",
        "per",
        "calendar",
        "from",
        "until",
        "day",
        "time",
        "next",
    )
    pages = [world.path(rule.endpoint) for rule in rules(world.app, OWNERS_PAGES) if "GET" in rule.methods]
    for asked in ({}, dict.fromkeys(names, nasty)):
        yield from (ada.get(path, query_string=asked) for path in pages)
    yield from (ada.get(f"/bookings?section={name}") for name in ("past", "cancelled"))
    contact = world.browser("nobody")
    yield from (contact.get(path) for path in (world.used_path, world.manage_path, world.link_path))


def _assert_harmless(answer: TestResponse) -> None:
    assert answer.status_code < 500
    assert "X-Injected" not in answer.headers
    assert not any("evil" in cookie for cookie in answer.headers.getlist("Set-Cookie"))
    is_mail = "sandbox" in answer.headers["Content-Security-Policy"]
    html = _assert_mail_html if is_mail else _assert_html
    kinds = {"text/html": html, "text/calendar": _assert_ics, "text/csv": _assert_csv}
    if answer.mimetype == "application/zip":
        _assert_zip(answer.data)
    elif answer.mimetype in kinds:
        kinds[answer.mimetype](answer.text)


def _assert_html(text: str) -> None:
    assert "qz49zq" not in text
    assert "SECRET_KEY" not in text
    _Tags().feed(text)


def _assert_mail_html(text: str) -> None:
    """Mails have inline styles, and no scripts at all."""
    _assert_html(re.sub(r' style="[^"]*"', "", text))
    assert "<script" not in text


def _assert_ics(text: str) -> None:
    lines = text.replace("\r\n ", "").split("\r\n")
    assert all(ICS_LINES.match(line) for line in lines if line), lines
    assert len(lines) == len(text.replace("\r\n ", "").splitlines()) + 1
    assert sum(line == "BEGIN:VEVENT" for line in lines) == 1
    assert len(IcsFile.from_ical(text).walk("VEVENT")) == 1


def _assert_csv(text: str) -> None:
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "+", "@", "-", "|"))]


def _assert_zip(data: bytes) -> None:
    zipped = zipfile.ZipFile(io.BytesIO(data))
    assert json.loads(zipped.read("contact.json"))["email"]
    for name in zipped.namelist():
        assert re.fullmatch(r"contact\.json|bookings/[0-9A-F]{4}-[0-9A-F]{4}\.ics", name)
        if name.endswith(".ics"):
            _assert_ics(zipped.read(name).decode())


class _Tags(HTMLParser):
    """Fails on whatever would run."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert tag not in ("object", "embed", "base", "style")
        assert tag != "iframe" or (
            "sandbox" in given and not given["sandbox"] and given["src"].startswith("/")
        )
        assert tag != "script" or (given.get("src") or "").startswith("/static/")
        assert not [name for name in given if name.startswith("on") or name == "style"], (tag, attrs)
        for name in ("href", "src", "action", "formaction"):
            assert not re.match(r"\s*(javascript|data|vbscript):", given.get(name) or "", re.IGNORECASE)
