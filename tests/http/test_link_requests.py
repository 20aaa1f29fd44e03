"""The owner's side of requests for a new link: seen, answered with one press, ignored; and links sent by mail."""

from typing import Any

import pytest
from flask import Flask

from app.db import db, transaction
from app.events import Event
from app.links.models import LinkRequest, LinkStatus, OneTimeLink, RequestStatus
from app.messaging.service import Recipient, queue_message
from tests.factories import NOW, make_request
from tests.http.link_pages import Links, make_links
from tests.mailing import deliver_all, mails_go_to, react_to
from tests.services.mail import Post, mail_server, nowhere


@pytest.fixture
def links(app: Flask, now: object) -> Links:
    """Ada's section."""
    return make_links(app)


def ask(links: Links, link_id: int, **changes: Any) -> int:
    with links.scene.app.app_context():
        return make_request(db.session.get(OneTimeLink, link_id), **changes).id


def used_link(links: Links) -> int:
    link_id = links.make(
        for_name="Sam Lee", for_email="sam@example.org", note="From the fair", duration_minutes=45
    )
    links.use(link_id)
    return link_id


def press(links: Links, request_id: int, what: str, page: str = "") -> Any:
    return links.post(f"/calendars/{links.scene.calendar_id}/requests/{request_id}/{what}{page}")


def stored(links: Links, model: type, row_id: int) -> Any:
    with links.scene.app.app_context():
        return db.session.get(model, row_id)


def event_names(links: Links) -> list[str]:
    with links.scene.app.app_context():
        return list(db.session.scalars(db.select(Event.name).order_by(Event.at, Event.id)))


def test_requests_stand_above_the_links_beside_whom_the_link_was_for(links: Links) -> None:
    old = used_link(links)
    ask(links, old, note="Sam sent me <this>.")
    page = links.get(links.section).text
    assert "Requests for a new link (1)" in page
    for said in (
        "Zoe Lind",
        "zoe@example.org",
        "Sam sent me &lt;this&gt;.",
        "sam@example.org",
        "Another address",
    ):
        assert said in page
    assert f'href="{links.page(old)}">link no. {old}' in page
    assert "1 asked" in links.get("/calendars").text


def test_same_address_is_not_marked_as_another(links: Links) -> None:
    ask(links, used_link(links), email="Sam@example.org")
    assert "Another address" not in links.get(links.section).text


def test_page_without_requests_says_nothing_of_them(links: Links) -> None:
    used_link(links)
    assert "Requests for a new link" not in links.get(links.section).text
    assert "asked" not in links.get("/calendars").text


def test_one_press_makes_a_link_and_sends_it(links: Links) -> None:
    old = used_link(links)
    request_id = ask(links, old, note="Sam sent me\nthis.")
    answer = press(links, request_id, "answer")
    request = stored(links, LinkRequest, request_id)
    assert answer.location == f"{links.section}?created={request.new_link_id}"
    assert (
        "The new link was not sent to zoe@example.org, for no mail server is set"
        in links.get(answer.location).text
    )
    new = stored(links, OneTimeLink, request.new_link_id)
    assert (new.parent_id, new.status, new.for_name, new.for_email) == (
        old,
        LinkStatus.ACTIVE,
        "Zoe Lind",
        "zoe@example.org",
    )
    assert (new.note, new.duration_minutes) == ("Sam sent me this.", 45)
    assert request.status == RequestStatus.ANSWERED
    assert set(event_names(links)) >= {"link_send_asked", "link_request_answered"}
    assert "Requests for a new link" not in links.get(links.section).text


@pytest.mark.parametrize(
    ("email", "note"),
    [("Sam@Example.org", "From the fair"), ("zoe@example.org", "")],
    ids=["same", "another"],
)
def test_note_about_somebody_stays_with_their_address(links: Links, email: str, note: str) -> None:
    request_id = ask(links, used_link(links), email=email)
    press(links, request_id, "answer")
    new_id = stored(links, LinkRequest, request_id).new_link_id
    assert stored(links, OneTimeLink, new_id).note == note


def test_pressed_twice_makes_one_link(links: Links) -> None:
    request_id = ask(links, used_link(links))
    first, second = (press(links, request_id, "answer") for _ in range(2))
    assert first.location == second.location
    assert len(links.rows()) == 2
    assert event_names(links).count("link_send_asked") == 1


def test_ignored_request_makes_no_link(links: Links) -> None:
    request_id = ask(links, used_link(links))
    for _ in range(2):
        answer = press(links, request_id, "ignore")
        assert answer.location == links.section
    assert "The request of Zoe Lind was ignored." in links.get(answer.location).text
    late = press(links, request_id, "answer")
    assert late.status_code == 409
    assert "This request was ignored." in late.text
    assert "Create replacement" in late.text  # it is the page of the link that it came by
    assert len(links.rows()) == 1
    assert event_names(links).count("link_request_ignored") == 1


def test_answered_request_cannot_be_ignored(links: Links) -> None:
    request_id = ask(links, used_link(links))
    press(links, request_id, "answer")
    late, request = press(links, request_id, "ignore"), stored(links, LinkRequest, request_id)
    assert (late.status_code, request.status) == (409, RequestStatus.ANSWERED)
    assert "This link was made for the request already." in late.text
    assert links.token(request.new_link_id) in late.text


def test_timeline_of_the_link_tells_all_of_it(links: Links) -> None:
    old = used_link(links)
    first, second = ask(links, old), ask(links, old, email="other@example.org")
    page = links.get(links.page(old)).text
    assert "Requests for a new link (2)" in page
    answer = press(links, first, "answer", "?page=link")
    assert answer.location == links.page(old)
    press(links, second, "ignore", "?page=link")
    page = links.get(links.page(old)).text
    assert "The request was answered with a new link by Ada Lovelace" in page
    assert "The request was ignored by Ada Lovelace" in page
    assert "Zoe Lind, other@example.org" in page
    assert "Replaced by" in page
    new = stored(links, LinkRequest, first).new_link_id
    assert "Mail with the link queued by Ada Lovelace" in links.get(links.page(new)).text


def test_request_of_another_calendar_is_not_found(links: Links) -> None:
    request_id = ask(links, used_link(links))
    assert links.post(f"/calendars/999/requests/{request_id}/answer").status_code == 404
    assert press(links, 999, "answer").status_code == 404


def test_requests_cost_one_query_more_however_many(links: Links) -> None:
    old = used_link(links)
    none = links.queries(links.section)
    ask(links, old)
    one = links.queries(links.section)
    for number in range(8):
        ask(links, old, email=f"zoe{number}@example.org")
    assert (one, links.queries(links.section)) == (none + 1, none + 1)


def test_link_with_an_address_is_sent_from_the_share_page(links: Links) -> None:
    link_id = links.make(for_email="sam@example.org")
    assert "Send to sam@example.org" in links.get(links.page(link_id, "share")).text
    for _ in range(2):
        answer = links.post(links.page(link_id, "send"))
    assert answer.location == links.page(link_id)
    assert "The link was not sent to sam@example.org" in links.get(answer.location).text
    assert event_names(links).count("link_send_asked") == 1


def test_with_a_mail_server_it_is_on_its_way(links: Links) -> None:
    link_id = links.make(for_email="sam@example.org")
    with links.scene.app.app_context(), mails_go_to(nowhere()):
        answer = links.post(links.page(link_id, "send"))
        assert "The link is on its way to sam@example.org." in links.get(answer.location).text


def test_mails_of_a_link_stand_on_its_page_with_what_became_of_them(links: Links) -> None:
    link_id = links.make(for_email="sam@example.org")
    with links.scene.app.app_context():
        links.post(links.page(link_id, "send"))
        react_to("link_send_asked")
        with mail_server(Post(rcpt="550 no such mailbox")) as server, mails_go_to(server):
            deliver_all()
    page = links.get(links.page(link_id)).text
    assert "A mail to sam@example.org was not delivered" in page
    assert "no such mailbox" in page
    assert "One-time link<span" in page
    assert "was not delivered" not in links.get(links.page(links.make())).text


def test_what_opens_nothing_or_has_no_address_is_not_sent(links: Links) -> None:
    plain, used = links.make(), used_link(links)
    assert "Send to" not in links.get(links.page(plain, "share")).text
    for link_id in (plain, used):
        answer = links.post(links.page(link_id, "send"))
        assert answer.status_code == 409
        assert "Only an Active link that has an e-mail address can be sent." in answer.text
    assert "link_send_asked" not in event_names(links)


class TestCancelling:
    def cancel(self, links: Links, booking_id: int, **fields: str) -> Any:
        return links.post(f"/bookings/{booking_id}/cancel", reason="Ill", seen="0", **fields)

    def test_a_new_link_goes_to_who_booked(self, links: Links) -> None:
        old = links.make(for_email="assistant@example.org", note="VIP")
        booking_id = links.use(old)
        assert "Send a new link" in links.get(f"/bookings/{booking_id}/cancel").text
        answer = self.cancel(links, booking_id, sends_new_link="y")
        assert "A new link was not sent to sam@example.org" in links.get(answer.location).text
        new = stored(links, OneTimeLink, links.rows()[-1][0])
        assert (new.parent_id, new.for_name, new.for_email, new.note) == (
            old,
            "Sam Lee",
            "sam@example.org",
            "VIP",
        )
        assert stored(links, OneTimeLink, old).status == LinkStatus.USED
        assert self.cancel(links, booking_id, sends_new_link="y").status_code == 409
        assert len(links.rows()) == 2

    def test_no_link_unless_asked_for(self, links: Links) -> None:
        self.cancel(links, links.use(links.make()))
        assert len(links.rows()) == 1

    def test_afterwards_one_press_sends_one_and_the_next_the_same(self, links: Links) -> None:
        booking_id = links.use(links.make())
        self.cancel(links, booking_id)
        assert "Send a new link" in links.get(f"/bookings/{booking_id}").text
        for _ in range(2):
            answer = links.post(f"/bookings/{booking_id}/new-link")
        assert "A new link was not sent to sam@example.org" in links.get(answer.location).text
        assert len(links.rows()) == 2
        assert event_names(links).count("link_send_asked") == 1

    def test_the_new_link_stands_on_the_bookings_page_with_what_became_of_it(self, links: Links) -> None:
        booking_id = links.use(links.make())
        self.cancel(links, booking_id)
        assert "New link" not in links.get(f"/bookings/{booking_id}").text
        links.post(f"/bookings/{booking_id}/new-link")
        new = links.rows()[-1][0]
        page = links.get(f"/bookings/{booking_id}").text
        assert f'value="http://slotkey.test/o/{links.token(new)}"' in page
        assert f'href="{links.page(new)}">Open link no. {new}<' in page
        links.use(new)
        page = links.get(f"/bookings/{booking_id}").text
        assert "New link for <bdi>Sam Lee</bdi>" in page
        assert links.token(new) not in page

    def test_booking_by_the_public_link_has_none_to_send(self, links: Links) -> None:
        booking_id = links.use(links.make())
        with links.scene.app.app_context(), transaction():
            db.session.execute(db.text("UPDATE booking SET link_id = NULL"))
        assert "Send a new link" not in links.get(f"/bookings/{booking_id}/cancel").text
        assert links.post(f"/bookings/{booking_id}/new-link").status_code == 404
        assert self.cancel(links, booking_id, sends_new_link="y").status_code == 404
        assert len(links.rows()) == 1


def test_its_mail_leads_to_the_request_and_once_that_is_answered_to_the_link(links: Links) -> None:
    old = used_link(links)
    with links.scene.app.app_context():
        request = ask(links, old)
        calendar_id = links.scene.calendar_id
        about = {"link_id": old, "calendar_id": calendar_id, "data": {"request_id": request}}
        with transaction():
            to = Recipient("Ada", "ada@example.org")
            account_id = db.session.get(OneTimeLink, old).account_id
            message = queue_message(
                "link_request_host", to, account_id=account_id, effect="asked", at=NOW, **about
            )
    page = links.get(f"/messages/{message}").text
    assert f'href="{links.section}#requests-title">The request for a new link</a>' in page
    assert "from the link as it then stands" in page
    press(links, request, "ignore")
    assert f'href="{links.page(old)}">The one-time link</a>' in links.get(f"/messages/{message}").text
