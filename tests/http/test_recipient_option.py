"""Recipient check as the owner sets it: offered with an address only, shown, and warned of where no mail goes out."""

import pytest
from flask import Flask

from app.db import db
from app.links.models import OneTimeLink
from tests.forms_on_page import fill
from tests.http.link_pages import Links, make_links
from tests.mailing import mails_go_to
from tests.services.mail import nowhere

CHECKED = {"for_email": "sam@example.org", "checks_recipient": "y"}
NO_SERVER = "It asks for a code, and no mail server is set that would send it."


@pytest.fixture
def links(app: Flask, now: object) -> Links:
    """Ada's section."""
    return make_links(app)


def is_checked(links: Links, link_id: int) -> bool:
    with links.scene.app.app_context():
        return db.session.get(OneTimeLink, link_id).checks_recipient


def test_a_link_with_an_address_can_check_it(links: Links) -> None:
    created = links.post(links.section, **CHECKED)
    link_id = links.rows()[-1][0]
    assert created.location == f"{links.section}?created={link_id}"
    assert is_checked(links, link_id)
    page = links.get(links.page(link_id)).text
    assert "Asks for a code, sent to this address" in page
    assert (
        "It first asks for a code, which it sends to sam@example.org."
        in links.get(links.page(link_id, "share")).text
    )


def test_without_an_address_it_is_refused(links: Links) -> None:
    answer = links.post(links.section, checks_recipient="y")
    assert answer.status_code == 422
    assert "Enter the e-mail address that the code is to be sent to." in answer.text
    assert links.rows() == []


def test_it_can_be_switched_off_and_the_timeline_says_so(links: Links) -> None:
    links.post(links.section, **CHECKED)
    link_id = links.rows()[-1][0]
    edit = links.page(link_id, "edit")
    assert fill(links.scene.client, edit, "for_email")[1]["checks_recipient"] == ["y"]
    assert links.post(edit, for_email="").status_code == 303
    assert not is_checked(links, link_id)
    assert "recipient check" in links.get(links.page(link_id)).text


def test_taking_the_address_away_is_refused(links: Links) -> None:
    links.post(links.section, **CHECKED)
    link_id = links.rows()[-1][0]
    answer = links.post(links.page(link_id, "edit"), for_email="", checks_recipient="y")
    assert answer.status_code == 422
    assert is_checked(links, link_id)


def test_owner_is_warned_where_no_mail_goes_out(links: Links) -> None:
    created = links.post(links.section, **CHECKED)
    page = links.page(links.rows()[-1][0])
    for path in (created.location, page):
        assert NO_SERVER in links.get(path).text
    with links.scene.app.app_context(), mails_go_to(nowhere()):
        assert NO_SERVER not in links.get(page).text


def test_late_change_tells_what_was_typed(links: Links) -> None:
    link_id = links.make(for_email="sam@example.org")
    links.use(link_id)
    answer = links.post(links.page(link_id, "edit"), **CHECKED)
    assert answer.status_code == 409
    assert "Ask for a code before showing any time" in answer.text
