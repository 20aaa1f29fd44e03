"""Demo data: made through the services, once, complete on whatever day it is made. On both databases."""

from datetime import UTC, datetime

import pytest

from app import demo
from app.accounts import passwords
from app.accounts.models import Account
from app.accounts.service import user_by_email
from app.bookings.models import Booking, BookingStatus, Party
from app.calendars.models import Calendar
from app.contacts.models import Contact, ContactSource
from app.db import db, transaction
from app.demo.mails import catch_up
from app.events import Event
from app.links.models import LinkRequest, LinkSource, LinkStatus, OneTimeLink
from app.links.sending import replace_for
from app.links.service import address_of, delete_link
from app.messaging.models import Message

from ..factories import at, make_booking, make_calendar, make_user

pytestmark = pytest.mark.usefixtures("app_context")
PASSWORD = "made at random"
DAYS = [
    datetime(2026, 12, 6, 0, 30, tzinfo=UTC),  # a Sunday
    datetime(2026, 3, 26, 23, 0, tzinfo=UTC),  # a Thursday, between two changes of clocks
    datetime(2027, 1, 1, 12, 0, tzinfo=UTC),
]


def rows(model: type, *which: object) -> list:
    return list(db.session.scalars(db.select(model).where(*which).order_by(model.id)))


@pytest.mark.parametrize("now", DAYS, ids=str)
def test_everything_there_is_can_be_seen(now: datetime) -> None:
    demo.seed(PASSWORD, now)
    assert len({calendar.tz for calendar in rows(Calendar)}) == 3

    links = rows(OneTimeLink)
    assert {link.status for link in links} == set(LinkStatus)
    assert {LinkSource.HAND, LinkSource.REPLACEMENT} <= {link.source for link in links}
    active = [link for link in links if link.status == LinkStatus.ACTIVE]
    assert any(link.expires_at and link.expires_at < now for link in active)
    assert any(link.offered_times and len(link.offered_times) == 1 for link in active)
    assert any(link.note for link in active)
    # Those of workflows were made when the worker caught up.
    made = [link.created_at for link in links if link.source != LinkSource.WORKFLOW]
    assert made == sorted(made)

    (request,) = rows(LinkRequest)
    assert request.is_open
    bookings = rows(Booking)
    assert sum(booking.starts_at < now for booking in bookings) > 10
    assert sum(booking.starts_at > now for booking in bookings) > 10
    assert sum(booking.no_show_at is not None for booking in bookings) == 1
    cancelled = [each.cancelled_by for each in bookings if each.status == BookingStatus.CANCELLED]
    assert sorted(cancelled) == [Party.CONTACT, Party.HOST]
    assert max(event.at for event in rows(Event)) <= now

    contacts = rows(Contact)
    assert {contact.source for contact in contacts} >= {
        ContactSource.HAND,
        ContactSource.BOOKING,
        ContactSource.FORM,
    }
    assert any(contact.fields for contact in contacts)
    assert all(booking.contact_id for booking in bookings)
    added = [contact.created_at for contact in contacts]
    assert added == sorted(added)

    messages = rows(Message)
    queued = [message.created_at for message in messages]
    assert queued == sorted(queued)
    assert {message.kind for message in messages} >= {"workflow_email", "workflow_sms", "booking_reminder"}


def test_what_happened_at_one_instant_is_told_in_its_order(now: datetime) -> None:
    calendar = make_calendar(make_user())
    made = [make_booking(calendar, start=at(hour)).id for hour in (9, 10, 11)]
    catch_up(calendar.account_id, now)
    told = [each.booking_id for each in rows(Message) if each.kind == "booking_confirmed"]
    assert told == made


@pytest.mark.parametrize("now", DAYS, ids=str)
def test_some_requests_wait_and_one_booking_was_moved(now: datetime) -> None:
    demo.seed(PASSWORD, now)
    waiting, others = [], []
    for booking in rows(Booking):
        (waiting if booking.is_waiting(now) else others).append(booking)
    assert len(waiting) == 2
    assert all(each.status != BookingStatus.TENTATIVE for each in others)
    moved = [each.booking_id for each in rows(Event) if each.name == "booking_rescheduled"]
    assert len(moved) == 1


def test_second_time_changes_nothing_and_password_opens() -> None:
    demo.seed(PASSWORD, DAYS[0])
    before = [len(rows(model)) for model in (Account, Calendar, OneTimeLink, Booking)]
    demo.seed("another", DAYS[1])
    assert [len(rows(model)) for model in (Account, Calendar, OneTimeLink, Booking)] == before
    assert passwords.is_right(PASSWORD, user_by_email(demo.EMAIL).password_hash)


def test_there_is_always_one_link_to_try() -> None:
    now = DAYS[0]
    demo.seed(PASSWORD, now)
    first = demo.open_link(now)
    assert demo.open_link(now) == first
    with transaction():
        link = next(link for link in rows(OneTimeLink) if address_of(link) == first)
        delete_link(link, actor=None, now=now)
    assert demo.open_link(now) not in (first, None)


def test_link_of_somebody_who_asked_is_not_the_one_to_try() -> None:
    now = DAYS[0]
    demo.seed(PASSWORD, now)
    first = demo.open_link(now)
    with transaction():
        tried = next(link for link in rows(OneTimeLink) if address_of(link) == first)
        delete_link(tried, actor=None, now=now)
        dana = user_by_email(demo.EMAIL)
        theirs = replace_for(
            db.session.get(Calendar, tried.calendar_id),
            tried,
            "Zoe",
            "zoe@example.org",
            tried.note,
            dana,
            now,
        )
    assert demo.open_link(now) not in (first, address_of(theirs))


def test_no_link_to_try_without_an_open_calendar() -> None:
    now = DAYS[0]
    demo.seed(PASSWORD, now)
    with transaction():
        for calendar in rows(Calendar):
            calendar.switched_off_at = now
    assert demo.open_link(now) is None
