"""Requests for a new link at the service and in the database: kept once, settled once. On both databases."""

import pytest
from sqlalchemy.exc import DatabaseError

from app.bookings import finding
from app.db import db, transaction
from app.errors import Conflict
from app.events import Event
from app.links import lookup, requests, sending
from app.links.models import LinkRequest, LinkStatus, OneTimeLink, RequestStatus
from app.links.requests import Asker

from ..factories import NOW, make_booking, make_calendar, make_link, make_request, make_user, token_of

ZOE = Asker("Zoe Lind", "zoe@example.org", "")


@pytest.fixture
def link(app):
    """Used by Sam."""
    made = make_link(make_calendar(make_user()), for_email="sam@example.org")
    make_booking(made_calendar(made), made)
    return made


def made_calendar(link):
    return db.session.get(requests.Calendar, link.calendar_id)


def names_of(*wanted):
    return list(db.session.scalars(db.select(Event.name).where(Event.name.in_(wanted))))


def ask(link, asker=ZOE):
    with transaction():
        requests.ask(lookup.find(token_of(link)), asker, NOW)


def kept():
    return list(db.session.scalars(db.select(LinkRequest).order_by(LinkRequest.id)))


def test_open_request_of_the_same_address_is_kept_once(link):
    for asker in (ZOE, ZOE, ZOE._replace(email="other@example.org")):
        ask(link, asker)
    assert [each.email for each in kept()] == ["zoe@example.org", "other@example.org"]
    assert names_of("link_request_created") == ["link_request_created"] * 2


def test_an_address_is_the_same_in_capitals(link):
    for email in ("zoe@example.org", "Zoe@Example.org"):
        ask(link, ZOE._replace(email=email))
    assert [each.email for each in kept()] == ["zoe@example.org"]
    calendar = made_calendar(link)
    for email in ("sam@example.org", "Sam@Example.ORG"):
        with transaction():
            sent = sending.send_replacement(calendar, link, "Sam", email, calendar.host, NOW)
    assert sent.for_email == "sam@example.org"


def test_a_calendar_that_is_off_makes_no_link(link):
    request, calendar = make_request(link), made_calendar(link)
    with transaction():
        calendar.switched_off_at = NOW
    with pytest.raises(Conflict, match="switched off"), transaction():
        requests.answer(calendar, request, calendar.host, NOW)
    assert requests.status_now(request) == RequestStatus.OPEN


def test_who_was_answered_may_ask_again(link):
    ask(link)
    with transaction():
        requests.ignore(kept()[0], made_calendar(link).host, NOW)
    ask(link)
    assert [each.status for each in kept()] == [RequestStatus.IGNORED, RequestStatus.OPEN]


def test_answer_makes_a_link_and_settles_the_request(link):
    request = make_request(link)
    with transaction():
        new = requests.answer(made_calendar(link), request, made_calendar(link).host, NOW)
    db.session.refresh(request)
    assert (request.status, request.new_link_id) == (RequestStatus.ANSWERED, new.id)
    assert (new.parent_id, new.for_email) == (link.id, "zoe@example.org")
    with pytest.raises(Conflict), transaction():
        requests.answer(made_calendar(link), request, made_calendar(link).host, NOW)
    assert db.session.scalar(db.select(db.func.count(OneTimeLink.id))) == 2


@pytest.mark.parametrize(
    "change",
    [
        "status = 'open', settled_at = NULL, new_link_id = NULL",
        "status = 'ignored', new_link_id = NULL",
        "new_link_id = link_id",
    ],
)
def test_database_settles_a_request_once(link, change):
    request = make_request(link)
    with transaction():
        requests.answer(made_calendar(link), request, made_calendar(link).host, NOW)
    with pytest.raises(DatabaseError), transaction():
        db.session.execute(db.text(f"UPDATE link_request SET {change}"))


@pytest.mark.parametrize("change", ["status = 'answered'", "status = 'ignored'", "new_link_id = link_id"])
def test_database_refuses_half_an_answer(link, change):
    make_request(link)
    with pytest.raises(DatabaseError), transaction():
        db.session.execute(db.text(f"UPDATE link_request SET {change}"))


def test_one_link_answers_one_request(link):
    first, second = make_request(link), make_request(link, email="other@example.org")
    with transaction():
        new = requests.answer(made_calendar(link), first, made_calendar(link).host, NOW)
    settled = {"status": RequestStatus.ANSWERED, "settled_at": NOW, "new_link_id": new.id}
    with pytest.raises(DatabaseError), transaction():
        db.session.execute(db.update(LinkRequest).where(LinkRequest.id == second.id).values(settled))


def test_replacement_is_sent_again_while_it_is_open(link):
    host, calendar = made_calendar(link).host, made_calendar(link)

    def send(email="sam@example.org"):
        with transaction():
            return sending.send_replacement(calendar, link, "Sam Lee", email, host, NOW).id

    first = send()
    assert send() == first
    assert send("other@example.org") != first
    with transaction():
        db.session.get(OneTimeLink, first).status = LinkStatus.DELETED
        db.session.get(OneTimeLink, first).deleted_at = NOW
    assert send() != first
    assert len(names_of("link_send_asked")) == 3


@pytest.mark.parametrize(
    ("email", "names"),
    [
        ("sam@example.org", ["manage_link_asked"]),
        ("SAM@EXAMPLE.ORG", ["manage_link_asked"]),
        ("zoe@example.org", ["manage_link_refused"]),
        ("\u017fam@example.org", ["manage_link_refused"]),  # folds to "sam" in places where it must not
    ],
)
def test_way_to_a_booking_goes_to_the_booker_only(link, email, names):
    with transaction():
        finding.seek(link.account_id, link.id, email, NOW)
    assert names_of("manage_link_asked", "manage_link_refused") == names
