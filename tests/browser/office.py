"""Dana's calendars for tests in the browser, and what a person does again and again on their pages."""

import re

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from app.accounts.models import User
from app.calendars.models import Calendar
from app.db import db, transaction
from app.links.options import LinkOptions
from app.links.service import create_link

from ..factories import NOW
from ..people import make_person, sign_in
from ..public_pages import Site

ADDRESS = re.compile(r"/o/[\w-]{32}")


class Office(Site):
    """Dana Reyes, who can sign in, and a calendar of hers; her host name is what contacts read."""

    def __init__(self, app: Flask) -> None:
        self.app, self.client = app, app.test_client()
        self.dana: User = make_person(app, "Dana Reyes")
        self.intro: Calendar = self.calendar(name="Intro call", slug="intro")

    @property
    def section(self) -> str:
        """Calendar Settings > One-Time Booking Links."""
        return self.settings("one-time-links")

    def settings(self, section: str) -> str:
        """A section of Calendar Settings."""
        return f"/calendars/{self.intro.id}/settings/{section}"

    def make_link(self, **options: object) -> str:
        """The address of a new link of the intro call."""
        return self.link(self.intro, **options)

    def make_links(self, *names: str) -> None:
        """Links for these people, the last one the newest."""
        with self.app.app_context(), transaction():
            calendar = db.session.get(Calendar, self.intro.id)
            for name in names:
                create_link(calendar, LinkOptions(for_name=name), actor=None, now=NOW)

    def enter(self, page: Page) -> None:
        """Be signed in as Dana, without the form."""
        browser = self.app.test_client()
        sign_in(browser, self.dana)
        cookie = {"name": "slotkey", "value": browser.get_cookie("slotkey").value}
        page.context.add_cookies([{**cookie, "domain": "127.0.0.1", "path": "/"}])


def sign_in_by_form(page: Page, user: User, password: str) -> None:
    """Fill the sign-in form that the page shows, and send it with Enter."""
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Password").press("Enter")


def fill_in(page: Page, name: str = "Sam Lee", email: str = "sam@example.org") -> None:
    """The contact's own details."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail").fill(email)


def focused(page: Page) -> Locator:
    """What has the focus."""
    return page.locator(":focus")


def expect_focus(page: Page, words: str) -> None:
    """The focus is on what says these words, or is named so."""
    expect(focused(page)).to_have_count(1)
    expect(focused(page)).to_have_accessible_name(re.compile(words))


def expect_said(page: Page, words: str) -> None:
    """A screen reader hears these words."""
    expect(page.locator("#status [data-spoken]")).to_have_text(re.compile(words))
