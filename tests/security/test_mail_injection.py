"""R24 and R21 in mails: what people typed stays text in each part of a mail, and its addresses are ours."""

from email.message import EmailMessage

import pytest
from flask import Flask

from app.calendars.models import LocationKind
from app.db import transaction
from app.messaging import notices
from app.messaging.notices import Setting

from ..mailing import deliver_all, mails_go_to, react_to
from ..public_pages import Site
from ..services.mail import Post, mail_server
from .test_injection import NASTY, _assert_ics, _assert_mail_html

HEADERS = {
    "From", "To", "Reply-To", "Subject", "Message-ID", "In-Reply-To", "References", "Auto-Submitted", "Date",
    "MIME-Version", "Content-Type",
}  # fmt: skip
pytestmark = pytest.mark.usefixtures("now")


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_r24_what_was_typed_stays_text_in_mails(app: Flask, nasty: str) -> None:
    site, stored = Site(app, app.test_client()), nasty.replace("\0", "")
    calendar = site.calendar(
        name=stored[:100], location_kind=LocationKind.CUSTOM, location_detail=stored, description=stored
    )
    _say(site, calendar, Setting(subject=stored, opening=stored))
    path = site.link(calendar)
    if site.book(path, name=nasty).status_code == 422:
        assert site.book(path, name="Sam").status_code == 303
    mails = _mails(app)
    assert len(mails) == 2
    for mail in mails:
        _assert_harmless(mail)


def test_r21_addresses_in_mails_are_under_base_url_whatever_the_browser_says(app: Flask) -> None:
    site = Site(app, app.test_client())
    path, evil = site.link(site.calendar()), {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = site.client.post(f"{path}/details", data=site.form(path), headers=evil)
    assert answer.status_code == 303
    for mail in _mails(app):
        assert "evil.example" not in mail.as_string()
        assert "http://slotkey.test/" in mail.get_body(("plain",)).get_content()


def _say(site: Site, calendar, setting: Setting) -> None:
    with site.app.app_context(), transaction():
        seen = notices.setting_of(calendar.id, "booking_confirmed").mark
        notices.change(
            calendar,
            "booking_confirmed",
            setting,
            seen=seen,
            actor_id=calendar.host_id,
            now=calendar.created_at,
        )


def _mails(app: Flask) -> list[EmailMessage]:
    post = Post()
    with app.app_context(), mail_server(post) as server, mails_go_to(server):
        react_to("booking_created")
        deliver_all()
    return post.sent


def _assert_harmless(mail: EmailMessage) -> None:
    assert set(mail.keys()) == HEADERS
    assert len(mail["To"].addresses) == len(mail["Reply-To"].addresses) == len(mail["From"].addresses) == 1
    assert "\n" not in mail["Subject"]
    types = [part.get_content_type() for part in mail.walk()]
    assert types == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        *["text/calendar"] * 2,
    ]
    _assert_mail_html(mail.get_body(("html",)).get_content())
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            _assert_ics(part.get_payload(decode=True).decode())
