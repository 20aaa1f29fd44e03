"""The forms of a page, as a browser without JavaScript would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


@dataclass
class FormOnPage:
    """A form's address and what it holds; a name may hold several values."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)


def forms_of(page: TestResponse) -> list[FormOnPage]:
    """Every form of the page, in order, without the values of its buttons."""
    reader = _Reader()
    reader.feed(page.text)
    return reader.forms


def fill(client: FlaskClient, path: str, has: str, **changes: Any) -> tuple[str, dict[str, Any]]:
    """The address and the data of the form at `path` that has a field `has`, with `changes`; None takes one out."""
    found = next(form for form in forms_of(client.get(path)) if has in form.fields)
    data = {**found.fields, **{name.replace("__", "-"): value for name, value in changes.items()}}
    return found.action or path, {name: value for name, value in data.items() if value is not None}


def submit(client: FlaskClient, path: str, has: str = "seen", **changes: Any) -> TestResponse:
    """Open `path`, fill the form that has a field `has`, and send it. A name's "__" stands for "-"."""
    action, data = fill(client, path, has, **changes)
    return client.post(action, data=data)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FormOnPage] = []
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.forms.append(FormOnPage(given.get("action") or ""))
        elif tag == "input" and name and self.forms:
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            self._add(name, value or ("on" if given.get("type") == "checkbox" else ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self._add(self._select, value)
        elif tag == "textarea":
            self._textarea = name
            self._add(name, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1].fields[self._textarea][-1] += data.removeprefix("\r\n").removeprefix("\n")

    def _add(self, name: str, value: str) -> None:
        self.forms[-1].fields.setdefault(name, []).append(value)
