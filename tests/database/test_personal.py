"""Personal data of long ago is blanked; rows, states, counts and timelines stay as they were."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import config, events
from app.bookings import service as bookings
from app.bookings.booking_step import book
from app.bookings.models import Booking, Party
from app.calendars.models import Calendar
from app.db import db, transaction
from app.errors import Invalid
from app.links import listing, requests
from app.links.choice import Choice
from app.links.models import LinkCount, OneTimeLink, RequestStatus
from app.links.options import LinkOptions
from app.links.service import create_link, delete_link, options_of, update_link
from app.messaging.service import Recipient, queue_message
from app.operating import personal, rows
from tests.factories import NOW, at, make_calendar, make_request, make_user, wish

BEFORE = NOW + timedelta(days=30)
ZORA = ("zora", "+4915112345678")
NOTHING = dict.fromkeys(
    ("bookings", "reasons", "links", "requests", "submissions", "calls", "texts", "messages"), 0
)


@pytest.fixture
def calendar() -> Calendar:
    """Where Zora was a guest before BEFORE, and Yann will be after it."""
    calendar = make_calendar(make_user())
    past_of(calendar, "Zora", at(9))
    past_of(calendar, "Yann", at(9, days=42))
    return calendar


def past_of(calendar: Calendar, name: str, start: int) -> None:
    """A booking, cancelled with a reason; a request for another link, ignored; messages about it."""
    email, link = f"{name.lower()}@example.org", new_link(calendar, name)
    request = wish(calendar, link, start, answers=[{"label": "Why?", "answer": f"{name} says"}])
    who = replace(request.attendee, name=name, email=email, phone="+4915112345678")
    booking = book(replace(request, attendee=who), NOW)
    asked = make_request(link, name=name, email=email, note=f"{name} asks")
    host = db.session.get(Calendar, calendar.id).host
    with transaction():
        bookings.cancel(booking.id, Party.CONTACT, f"{name} is ill", NOW)
        requests.ignore(asked, host, NOW if name == "Zora" else BEFORE)
        for to, user_id in ((Recipient(name, email), None), (Recipient(host.name, host.email), host.id)):
            queue_message(
                "booking_cancelled",
                to,
                account_id=calendar.account_id,
                effect=f"{booking.id}:{user_id}",
                at=NOW,
                booking_id=booking.id,
                user_id=user_id,
            )


def new_link(calendar: Calendar, name: str, **options: object) -> OneTimeLink:
    with transaction():
        chosen = LinkOptions(name, f"{name.lower()}@example.org", f"{name} wrote", **options)
        return create_link(calendar, chosen, None, NOW)


def everything() -> str:
    db.session.rollback()
    return "\n".join(str(row) for table in rows.kept_tables() for row in db.session.execute(select(table)))


def skeleton() -> dict[str, list]:
    """What must stay: how many rows of each kind, and where links, bookings and events stand."""
    db.session.rollback()
    stay = {table.name: len(db.session.execute(select(table)).all()) for table in rows.kept_tables()}
    asked = (
        select(OneTimeLink.id, OneTimeLink.status, OneTimeLink.used_at),
        select(Booking.id, Booking.status, Booking.starts_at, Booking.sequence, Booking.uid),
        select(events.Event.id, events.Event.name, events.Event.at),
        select(LinkCount.calendar_id, LinkCount.status, LinkCount.links),
    )
    return stay | {n: sorted(db.session.execute(query).all(), key=str) for n, query in enumerate(asked)}


def test_nothing_of_her_is_left_and_everything_else_is(calendar: Calendar) -> None:
    before, shape = everything().lower(), skeleton()
    assert all(word in before for word in ZORA)
    due = personal.due(BEFORE)
    assert due == dict.fromkeys(NOTHING, 1) | {"submissions": 0, "calls": 0, "texts": 0}
    assert everything().lower() == before
    assert personal.forget(BEFORE) == due
    after = everything().lower()
    assert "zora" not in after
    assert after.count("yann") == before.count("yann")
    assert skeleton() == shape


def test_again_there_is_nothing_to_do(calendar: Calendar) -> None:
    personal.forget(BEFORE)
    after = everything()
    assert personal.due(BEFORE) == NOTHING
    assert personal.forget(BEFORE) == NOTHING
    assert everything() == after


def test_search_finds_her_no_more(calendar: Calendar) -> None:
    def found(words: str) -> int:
        return len(listing.page_of(calendar.id, Choice(search=words)).links)

    assert (found("zora"), found("yann wrote")) == (1, 1)
    personal.forget(BEFORE)
    assert (found("zora"), found("zora@example.org"), found("yann wrote")) == (0, 0, 1)


def test_links_that_were_never_booked_go_when_they_are_over(calendar: Calendar) -> None:
    """Deleted long ago, or past their date; an Active one may still be booked."""
    deleted, active = new_link(calendar, "Ines", checks_recipient=True), new_link(calendar, "Ines")
    expired = new_link(calendar, "Ines", expires_on=(NOW + timedelta(days=2)).date())
    later = new_link(calendar, "Ines", expires_on=(NOW + timedelta(days=60)).date(), checks_recipient=True)
    with transaction():
        delete_link(deleted, None, NOW)
    personal.forget(BEFORE)
    db.session.expire_all()
    blank = {link.id: link.for_name == "" for link in (deleted, active, expired, later)}
    assert blank == {deleted.id: True, active.id: False, expired.id: True, later.id: False}


def test_an_expired_link_goes_on_checking_its_recipient(calendar: Calendar) -> None:
    """Else whoever held it could book once its owner gave it another date."""
    link = new_link(calendar, "Ines", expires_on=(NOW + timedelta(days=2)).date(), checks_recipient=True)
    personal.forget(BEFORE)
    assert personal.due(BEFORE) == NOTHING
    db.session.expire_all()
    assert (link.checks_recipient, link.for_email) == (True, "Address removed")
    later = replace(options_of(link, calendar.tz), expires_on=(BEFORE + timedelta(days=9)).date())
    for options in (later, replace(later, for_email="")):
        with pytest.raises(Invalid), transaction():
            update_link(calendar, link, options, None, BEFORE)
    with transaction():
        update_link(calendar, link, replace(later, for_email="ines@example.org"), None, BEFORE)
    assert link.checks_recipient


def test_requests_that_nobody_answered_are_ignored_and_go(calendar: Calendar) -> None:
    """Two of one link, which may have one address once they are settled."""
    link = new_link(calendar, "Ines")
    old = [make_request(link, name="Name removed", email=f"{name}@example.org") for name in ("x", "y")]
    assert personal.forget(BEFORE)["requests"] == 3
    assert personal.due(BEFORE) == NOTHING
    db.session.expire_all()
    assert {(each.status, each.email) for each in old} == {(RequestStatus.IGNORED, "")}


def test_more_than_one_batch(calendar: Calendar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(personal, "AT_ONCE", 2)
    links = [new_link(calendar, "Ines") for _ in range(5)]
    with transaction():
        for link in links:
            delete_link(link, None, NOW)
    assert personal.forget(BEFORE)["links"] == 6


def test_by_itself_it_keeps_everything_unless_a_setting_says_otherwise(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    after_a_year = NOW + timedelta(days=400)
    before = everything()
    personal.forget_old(after_a_year)
    assert everything() == before
    settings = config.current()
    monkeypatch.setattr(config, "current", lambda: replace(settings, personal_data_days=390))
    personal.forget_old(after_a_year)
    assert "zora" not in everything().lower()
    assert "yann" in everything().lower()
