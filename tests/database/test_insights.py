"""The numbers of the page of insights: what they count, of whom, and how many queries they take."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.db import connection, transaction
from app.insights import numbers
from app.insights.choice import By, Choice
from app.insights.funnel import Funnel, together
from app.links.models import LinkSighting, LinkSource, LinkStatus, SightingKind
from app.messaging.models import MessageState
from app.messaging.service import Recipient, queue_message

from ..factories import NOW, join, make_calendar, make_link, make_user
from .test_booking_lists import put, signed_in

SPAN = Choice(date(2026, 11, 1), date(2026, 12, 1))
HOUR = timedelta(hours=1)


@pytest.fixture
def ada(app_context, now):
    return make_user()


@pytest.fixture
def calendar(ada):
    return make_calendar(ada)


def see(link, kind: SightingKind, times: int = 1):
    with transaction():
        row = {"link_id": link.id, "kind": kind, "times": times, "first_at": NOW, "last_at": NOW}
        connection().execute(LinkSighting.__table__.insert().values(row))


def send(link, state: MessageState, kind: str = "booking_link"):
    with transaction():
        message_id = queue_message(
            kind,
            Recipient("Sam Lee", "sam@example.org"),
            account_id=link.account_id,
            effect=f"{link.id}:{kind}:{state}",
            at=NOW,
            link_id=link.id,
        )
        table = numbers.message
        connection().execute(table.update().where(table.c.id == message_id).values(state=state))


def used(calendar, after: timedelta = HOUR, **changes):
    return make_link(calendar, status=LinkStatus.USED, used_at=NOW + after, **changes)


def funnel_of(user, choice: Choice = SPAN) -> Funnel:
    return together(numbers.funnels(signed_in(user), choice, NOW))


def test_each_link_is_counted_as_far_as_it_came(ada, calendar):
    looked, scanned = make_link(calendar), make_link(calendar)
    see(looked, SightingKind.FETCHED)
    see(looked, SightingKind.LOOKED)
    see(scanned, SightingKind.FETCHED)
    booked = used(calendar)
    see(booked, SightingKind.REFUSED, times=3)
    make_link(calendar, expires_at=NOW)
    make_link(calendar, status=LinkStatus.DELETED, deleted_at=NOW)
    expected = Funnel(made=5, looked_at=2, booked=1, open=2, expired=1, deleted=1, fetched=1, refused=3)
    assert funnel_of(ada) == expected


def test_sent_is_what_has_left_and_brings_the_link(ada, calendar):
    sent, kept, code = (make_link(calendar) for _ in range(3))
    send(sent, MessageState.SENT)
    send(sent, MessageState.UNCLEAR, "workflow_email")
    send(kept, MessageState.KEPT)
    send(code, MessageState.SENT, "recipient_code")
    assert funnel_of(ada).sent == 1


def test_days_are_those_of_the_reader(ada, calendar):
    # In Berlin the first of November begins at 23:00 in UTC, the day before.
    make_link(calendar, created_at=datetime(2026, 10, 31, 22, 59, tzinfo=UTC))
    make_link(calendar, created_at=datetime(2026, 10, 31, 23, 0, tzinfo=UTC))
    make_link(calendar, created_at=datetime(2026, 12, 1, 22, 59, tzinfo=UTC))
    make_link(calendar, created_at=datetime(2026, 12, 1, 23, 0, tzinfo=UTC))
    assert funnel_of(ada).made == 2


def test_told_apart_by_calendar_and_source(ada, calendar):
    other = make_calendar(ada)
    make_link(calendar)
    make_link(other, source=LinkSource.WORKFLOW)
    used(other)

    def made(by: By):
        found = numbers.funnels(signed_in(ada), Choice(SPAN.from_on, SPAN.until_on, by=by), NOW)
        return {key: funnel.made for key, funnel in found.items()}

    assert made(By.CALENDAR) == {calendar.id: 1, other.id: 2}
    assert made(By.SOURCE) == {"hand": 2, "workflow": 1}
    assert made(By.WORKFLOW) == {None: 3}
    assert funnel_of(ada, Choice(SPAN.from_on, SPAN.until_on, other.id)).made == 2


def test_members_see_their_own_calendars_and_strangers_nothing(ada, calendar):
    ben = join(ada, "Ben Babbage")
    make_link(calendar)
    make_link(make_calendar(ben, account_id=calendar.account_id))
    assert (funnel_of(ada).made, funnel_of(ben).made, funnel_of(make_user("Cleo Curie")).made) == (2, 1, 0)


@pytest.mark.parametrize(("hours", "middle"), [([], None), ([5], 5), ([1, 2, 9], 2), ([1, 2, 4, 9], 3)])
def test_the_median_is_in_the_middle(ada, calendar, hours, middle):
    for each in hours:
        used(calendar, timedelta(hours=each))
    make_link(calendar)
    found = numbers.median_seconds(signed_in(ada), SPAN)
    assert found == (None if middle is None else middle * 3600)


def test_weeks_count_what_stands(ada, calendar):
    monday = date(2026, 11, 9)
    with transaction():
        for days in (1, 2, 9):
            put(calendar, datetime(2026, 11, 9, 9, tzinfo=UTC) + timedelta(days=days), counted_week=monday)
        put(calendar, datetime(2026, 12, 3, 9, tzinfo=UTC))
    assert numbers.bookings_by_week(signed_in(ada), SPAN) == {monday: 3}
