"""The bars S1, S2, S5, S6, S7, S8 and S9 over every state of every page, light and dark, wide and narrow."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import APIRequestContext, Page

from app import create_app

from ..services.databases import Databases, forget, settings_for
from ..services.server import free_port
from . import bars
from .owner_states import OWNER_STATES
from .public_states import PUBLIC_STATES
from .stage import Stage, running
from .states import State, show

STATES = [*PUBLIC_STATES, *OWNER_STATES]
OpenPage = Callable[..., Page]
# They answer with a file or with the way to a page, never with a page of their own.
PAGELESS = {
    "static",
    "accounts.home",
    "bookings.ics",
    "insights.export",
    "calendars.settings",
    "contacts.export_list",
    "contacts.export_one",
    "contacts.skipped",
    "intake.export",
    "links.export",
    "operating.health",
    "operating.readiness",
    "operating.show_metrics",
    "public.manage_ics",
    "messages.preview",  # a mail in a frame; its page is looked at with the frame in it
    "calendars.notice_preview",
    "workflows.preview",
    "public.link_with_slash",
    "public.booking_with_slash",
}
FRAGMENTS = {"calendars.preview_hours"}  # a part of calendars.availability
FIRST = {state.endpoint: state for state in reversed(STATES)}
SIZED = [*FIRST.values(), *(state for state in STATES if state.name == "links by the fifty")]


@pytest.fixture(scope="module")
def stage(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One workspace for all states, and an installation that has none yet."""
    urls = [f"http://127.0.0.1:{free_port()}" for _ in range(2)]
    apps = [_app(databases, tmp_path_factory.mktemp("site"), url) for url in urls]
    with running(apps[0], urls[0]), running(apps[1], urls[1]):
        yield Stage(apps[0], *urls)
    for app in apps:
        forget(app)


@pytest.fixture
def site(stage: Stage) -> str:
    """In place of an app for each test."""
    return stage.url


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_state_holds_every_bar(state: State, stage: Stage, open_page: OpenPage) -> None:
    """S1, S2, S5, S7, S8, S9; and S6 for the first opening of every page, and for lists with fifty rows."""
    shown = show(state, stage, open_page)
    assert shown.status == state.status
    bars.assert_valid_html(shown.html)
    bars.assert_all(shown.page)
    if state in SIZED:
        bars.assert_small(shown.page, shown.sent, bars.OWNER_HTML if state.is_owners else bars.PUBLIC_HTML)


def test_every_page_has_a_title_of_its_own(stage: Stage, open_page: OpenPage) -> None:
    """S5: two pages of the same title cannot be told apart; a public link opens the same pages as a one-time link."""
    pages = {name: state for name, state in FIRST.items() if not name.startswith("public.standard")}
    clients = {who: _client(open_page, stage, who) for who in {state.who for state in pages.values()}}
    bars.assert_distinct_titles(
        {name: clients[state.who].get(state.url(stage)).text() for name, state in pages.items()}
    )


def test_every_page_has_a_state(stage: Stage) -> None:
    """A new page is held to the bars only once it stands among the states."""
    pages = {rule.endpoint for rule in stage.app.url_map.iter_rules() if "GET" in rule.methods}
    assert pages - PAGELESS - FRAGMENTS - {"faults"} == set(FIRST) - {"error"}


def test_states_have_names_of_their_own() -> None:
    """A name that stands twice would hide which state a failure is about."""
    assert [name for name, times in Counter(state.name for state in STATES).items() if times > 1] == []


def _client(open_page: OpenPage, stage: Stage, who: str) -> APIRequestContext:
    context = open_page().context
    if who:
        stage.sign_in(context, who)
    return context.request


def _app(databases: Databases, folder: Path, url: str) -> Flask:
    return create_app(settings_for(databases.new("sqlite", folder).url, folder, base_url=url))
