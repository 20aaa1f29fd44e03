"""A real Chromium on the app, which a thread of the test's process serves, so that tests can stop the clock.

Whatever a page does wrong by itself fails the test that opened it: reports of the content security policy (S8),
uncaught errors of scripts, files that are missing, and anything fetched from another host.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect, sync_playwright

from tests.services import chromium
from tests.services.server import free_port
from tests.services.site import served

from .office import Office

WAIT_MILLISECONDS = 10_000
OURS = ("http://127.0.0.1:", "data:", "blob:")
DESK, PHONE = (1280, 900), (360, 740)
OpenPage = Callable[..., Page]
expect.set_options(timeout=WAIT_MILLISECONDS)  # as long as for whatever else a page is waited for


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.executable(), args=list(chromium.FLAGS))
        yield started
        started.close()


@pytest.fixture
def site_url() -> str:
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def site(app: Flask, now: datetime, site_url: str) -> Iterator[str]:
    """The address of the running app; its clock stands at factories.NOW, the browser's own goes on."""
    with served(app, urlsplit(site_url).port or 80):
        yield site_url


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[OpenPage]:
    """Makes pages, each in a browser profile of its own; at the end nothing may have gone wrong on any of them.

    `open_page(javascript=False, size=PHONE, scheme="dark", tz="Asia/Kolkata", locale="en-US")`; addresses may begin
    with a slash.
    """
    contexts: list[BrowserContext] = []
    wrongs: list[str] = []

    def make(
        *, javascript: bool = True, size: tuple[int, int] = DESK, scheme: str = "light",
        tz: str = "Europe/Berlin", locale: str = "en-GB",
    ) -> Page:  # fmt: skip
        context = browser.new_context(
            base_url=site, java_script_enabled=javascript, viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme, timezone_id=tz, locale=locale, reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(WAIT_MILLISECONDS)
        contexts.append(context)
        _watch(context, wrongs)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert not wrongs, "\n".join(wrongs)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page on a desk, light, in Berlin, with JavaScript."""
    return open_page()


@pytest.fixture
def office(app: Flask, site: str) -> Office:
    """Dana's calendars, on the running app."""
    return Office(app)


@pytest.fixture
def desk(office: Office, page: Page) -> Page:
    """A page on which Dana is signed in."""
    office.enter(page)
    return page


def _watch(context: BrowserContext, wrongs: list[str]) -> None:
    def look_at(response: Response) -> None:
        if response.request.resource_type != "document" and response.status in (404, 500):
            wrongs.append(f"{response.status} for {response.url}")

    context.on("console", lambda said: _is_wrong(said.text) and wrongs.append(said.text))
    context.on("weberror", lambda failed: wrongs.append(f"script failed: {failed.error}"))
    context.on("response", look_at)
    context.on(
        "request",
        lambda sent: sent.url.startswith(OURS) or wrongs.append(f"foreign: {sent.url}"),
    )


def _is_wrong(text: str) -> bool:
    return "Content Security Policy" in text or "Content-Security-Policy" in text
