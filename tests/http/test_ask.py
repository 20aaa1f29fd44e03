"""/o/<token>/ask: asking for a new link, and /o/<token>/find: the way to one's own booking."""

from datetime import timedelta

import pytest

from app import clock
from app.db import db
from app.events import Event
from app.links.models import LinkRequest, LinkStatus
from tests.factories import NOW, make_contact, make_link, token_of
from tests.http.test_expired import DELETED, EXPIRED, OFF, USED, dead_link
from tests.mailing import mails_go_to
from tests.public_pages import Site, title_of
from tests.services.mail import nowhere

ZOE = {"name": "Zoe Lind", "email": "zoe@example.org", "note": "Sam sent me this link."}


def requests(site: Site) -> list[LinkRequest]:
    with site.app.app_context():
        return list(db.session.scalars(db.select(LinkRequest).order_by(LinkRequest.id)))


def events(site: Site, *names: str) -> list[Event]:
    with site.app.app_context():
        return list(db.session.scalars(db.select(Event).where(Event.name.in_(names)).order_by(Event.at)))


@pytest.mark.parametrize("kind", [USED, DELETED, EXPIRED])
def test_a_stranger_asks_and_the_owner_has_the_request(site: Site, kind: str) -> None:
    path = dead_link(site, kind)
    assert f'href="{path}/ask"' in site.client.get(path).text
    form = site.client.get(f"{path}/ask")
    assert (form.status_code, title_of(form)) == (200, "Ask for a new link")
    sent = site.client.post(f"{path}/ask", data=ZOE)
    assert (sent.status_code, sent.location) == (303, f"{path}/ask?sent=1")
    assert title_of(site.client.get(sent.location)) == "Your request was sent"
    (kept,) = requests(site)
    assert (kept.name, kept.email, kept.note) == ("Zoe Lind", "zoe@example.org", "Sam sent me this link.")
    assert kept.is_open
    (told,) = events(site, "link_request_created")
    assert (told.link_id, told.data) == (kept.link_id, {"request_id": kept.id})


def test_asking_needs_neither_cookie_nor_origin(site: Site) -> None:
    """A null Origin is what no-referrer makes of it; another browser has nothing of ours."""
    path = dead_link(site, USED)
    for headers in ({"Origin": "null"}, {"Origin": "https://mail.example.org"}, {}):
        sent = site.app.test_client().post(f"{path}/ask", data=ZOE, headers=headers)
        assert sent.status_code == 303
        assert "Set-Cookie" not in sent.headers


def test_asking_twice_is_asking_once(site: Site) -> None:
    path = dead_link(site, USED)
    for _ in range(2):
        assert site.client.post(f"{path}/ask", data=ZOE).status_code == 303
    site.client.post(f"{path}/ask", data={**ZOE, "email": "other@example.org"})
    assert [request.email for request in requests(site)] == ["zoe@example.org", "other@example.org"]
    assert len(events(site, "link_request_created")) == 2


def test_bad_input_keeps_what_was_typed(site: Site) -> None:
    path = dead_link(site, USED)
    answer = site.client.post(f"{path}/ask", data={"name": "", "email": "zoe@", "note": "x" * 501})
    assert answer.status_code == 422
    for sentence in ("Enter your name.", "Enter an e-mail address like", "Use at most 500 characters here."):
        assert sentence in answer.text
    assert 'value="zoe@"' in answer.text
    assert title_of(answer).startswith("Error: ")
    assert requests(site) == []


@pytest.mark.parametrize("kind", [USED, DELETED, EXPIRED, OFF])
def test_owner_can_switch_asking_off(site: Site, kind: str) -> None:
    path = dead_link(site, kind, expired_offers_new_link=False)
    assert "/ask" not in site.client.get(path).text
    for answer in (site.client.get(f"{path}/ask"), site.client.post(f"{path}/ask", data=ZOE)):
        assert (answer.status_code, answer.location) == (303, path)
    assert requests(site) == []


def test_nobody_asks_while_the_link_works_or_the_calendar_is_off(site: Site) -> None:
    for path in (site.link(), dead_link(site, OFF)):
        for what in ("ask", "find"):
            assert site.client.get(f"{path}/{what}").location == path
            assert site.client.post(f"{path}/{what}", data=ZOE).location == path
    assert requests(site) == events(site, "manage_link_asked", "manage_link_refused") == []


def test_host_is_named_only_where_the_calendar_shows_them(site: Site) -> None:
    for what in ("ask", "ask?sent=1"):
        assert "Dana Reyes" in site.client.get(f"{dead_link(site, DELETED)}/{what}").text
        hidden = dead_link(site, DELETED, expired_shows_host=False)
        assert "Dana" not in site.client.get(f"{hidden}/{what}").text


def test_what_a_program_sends_is_answered_alike_and_kept_nowhere(site: Site) -> None:
    path = dead_link(site, USED)
    for what in ("ask", "find"):
        form = site.client.get(f"{path}/{what}").text
        assert '<p hidden><label>Leave this empty <input autocomplete="off" name="website"' in form
        sent = site.client.post(f"{path}/{what}", data={**ZOE, "website": "https://spam.example"})
        assert sent.location == f"{path}/{what}?sent=1"
    assert requests(site) == events(site, "manage_link_asked", "manage_link_refused") == []


def test_asking_is_limited_by_network_and_link(site: Site) -> None:
    path, other = dead_link(site, USED), dead_link(site, DELETED)

    def ask(path: str, number: int, address: str = "203.0.113.7") -> int:
        data = {**ZOE, "email": f"zoe{number}@example.org"}
        answer = site.client.post(f"{path}/ask", data=data, environ_base={"REMOTE_ADDR": address})
        if answer.status_code == 429:
            assert int(answer.headers["Retry-After"]) > 0
            assert 'value="Zoe Lind"' in answer.text
        return answer.status_code

    assert [ask(path, number) for number in range(6)] == [303] * 5 + [429]
    assert ask(other, 0) == 303
    assert ask(path, 6, "203.0.113.8") == 303
    many = [ask(path, number, f"198.51.100.{number}") for number in range(10, 40)]
    assert (many.count(303), many[-1]) == (24, 429)  # 30 a day for all together


def test_the_booker_asks_for_the_way_back(site: Site) -> None:
    path = dead_link(site, USED)
    assert f'href="{path}/find"' in site.client.get(path).text
    sent = site.client.post(f"{path}/find", data={"email": "ZOE@Example.org"})
    with site.app.app_context(), mails_go_to(nowhere()):
        assert title_of(site.client.get(sent.location)) == "Look into your mail"
    (asked,) = events(site, "manage_link_asked", "manage_link_refused")
    (booking,) = site.bookings()
    assert (asked.name, asked.booking_id, asked.data) == (
        "manage_link_asked",
        booking.id,
        {"booking_id": booking.id},
    )


def test_without_mail_the_way_to_the_host_is_told_instead(site: Site) -> None:
    """The same for the booker and a stranger."""
    path = dead_link(site, USED)
    pages = []
    for email in ("zoe@example.org", "sam@example.org"):
        sent = site.client.post(f"{path}/find", data={"email": email})
        pages.append(site.client.get(sent.location).text)
    assert pages[0] == pages[1]
    for page in (pages[0], site.client.get(f"{path}/find").text):
        assert "No mail is sent from here yet" in page
        assert "get in touch with <bdi>Dana Reyes</bdi>" in page
        assert "being sent there" not in page
    hidden = dead_link(site, USED, expired_shows_host=False)
    assert "Dana" not in site.client.get(f"{hidden}/find").text


def test_a_new_link_is_not_promised(site: Site) -> None:
    page = site.client.get(f"{dead_link(site, DELETED)}/ask?sent=1").text
    assert "If <bdi>Dana Reyes</bdi> agrees, a new link comes to the e-mail address you gave." in page


def test_another_address_gets_the_same_answer_and_no_mail(site: Site) -> None:
    path = dead_link(site, USED)
    theirs, other = (
        site.app.test_client().post(f"{path}/find", data={"email": email})
        for email in ("zoe@example.org", "sam@example.org")
    )
    assert (theirs.status_code, theirs.location, theirs.data) == (
        other.status_code,
        other.location,
        other.data,
    )
    assert [event.name for event in events(site, "manage_link_asked", "manage_link_refused")] == [
        "manage_link_asked",
        "manage_link_refused",
    ]
    assert "zoe" not in str(events(site, "manage_link_refused")[0].data)


def test_who_knows_the_address_cannot_flood_it(site: Site) -> None:
    path = dead_link(site, USED)
    for number in range(5):
        answer = site.client.post(
            f"{path}/find",
            data={"email": "zoe@example.org"},
            environ_base={"REMOTE_ADDR": f"203.0.113.{number}"},
        )
        assert answer.status_code == 303
    assert len(events(site, "manage_link_asked")) == 3
    assert {event.data["because"] for event in events(site, "manage_link_refused")} == {"too many"}


def test_seeking_is_limited_by_network_and_link(site: Site) -> None:
    path = dead_link(site, USED)
    answers = [site.client.post(f"{path}/find", data={"email": f"x{n}@example.org"}) for n in range(6)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    elsewhere = {"REMOTE_ADDR": "203.0.113.8"}
    sent = site.client.post(f"{path}/find", data={"email": "zoe@example.org"}, environ_base=elsewhere)
    assert sent.status_code == 303
    assert len(events(site, "manage_link_asked")) == 1


def test_seeking_has_a_ceiling_that_no_network_reaches_alone(site: Site) -> None:
    """The owner's timeline of the link stays readable, and the contact is locked out by no single stranger."""
    path = dead_link(site, USED)

    def seek(network: int, hours: int) -> int:
        with clock.fixed(NOW + timedelta(hours=hours)):
            return site.client.post(
                f"{path}/find",
                data={"email": "x@example.org"},
                environ_base={"REMOTE_ADDR": f"203.0.113.{network}"},
            ).status_code

    answers = [seek(1, hours) for hours in range(3) for _ in range(5)]
    assert answers == [303] * 10 + [429] * 5
    assert [seek(network, 3) for network in range(2, 11) for _ in range(5)] == [303] * 40 + [429] * 5
    assert len(events(site, "manage_link_refused")) == 50
    assert seek(1, 24) == 303


@pytest.mark.parametrize("what", ["ask", "find"])
def test_unknown_token_is_404_without_a_query(site: Site, what: str) -> None:
    with site.counting_queries() as queries:
        assert site.client.get(f"/o/{'A' * 32}/{what}").status_code == 404
        assert site.client.post(f"/o/{'A' * 32}/{what}", data=ZOE).status_code == 404
    assert queries == []


def test_used_link_without_a_booking_tells_nothing_either(site: Site) -> None:
    path = site.link(status=LinkStatus.USED, used_at=NOW)
    assert site.client.post(f"{path}/find", data={"email": "zoe@example.org"}).status_code == 303
    assert len(events(site, "manage_link_refused")) == 1


@pytest.mark.parametrize("what", ["ask", "find"])
def test_forms_cost_one_query(site: Site, what: str) -> None:
    """P9, as the expired page."""
    path = dead_link(site, USED)
    site.client.get(path)
    with site.counting_queries() as queries:
        assert site.client.get(f"{path}/{what}").status_code == 200
    assert len(queries) == 1


def superseded(site: Site) -> tuple[str, int]:
    """The path of a deleted link, and the newer one of the same contact."""
    calendar = site.calendar()
    with site.app.app_context():
        contact = make_contact(calendar.account_id, email="zoe@example.org")
        about = {"contact_id": contact.id, "for_email": contact.email}
        old = make_link(calendar, status=LinkStatus.DELETED, deleted_at=NOW, **about)
        return f"/o/{token_of(old)}", make_link(calendar, **about).id


def test_a_newer_link_is_mailed_to_its_contact_alone_and_nobody_sees_it(site: Site) -> None:
    path, newer_id = superseded(site)
    page = site.client.get(path)
    assert f'href="{path}/find"' in page.text
    assert page.text.count("/o/") == page.text.count(path)
    pages = []
    for email in ("stranger@example.org", "ZOE@example.org"):
        sent = site.client.post(f"{path}/find", data={"email": email})
        assert (sent.status_code, sent.location) == (303, f"{path}/find?sent=1")
        pages.append(site.client.get(sent.location).text)
    assert pages[0] == pages[1]
    refused, asked = events(site, "newer_link_refused", "link_send_asked")
    assert (refused.name, asked.name, asked.link_id) == ("newer_link_refused", "link_send_asked", newer_id)


def test_a_deleted_link_without_a_newer_one_answers_in_the_same_way(site: Site) -> None:
    path = dead_link(site, DELETED)
    sent = site.client.post(f"{path}/find", data={"email": "zoe@example.org"})
    assert sent.location == f"{path}/find?sent=1"
    assert [each.name for each in events(site, "newer_link_refused", "link_send_asked")] == [
        "newer_link_refused"
    ]
