"""Calendars in the database: saving, overrides, duplicating, deleting, and the next open times of many. On both."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm.exc import StaleDataError

from app.bookings.in_the_way import bookings_in_the_way
from app.bookings.next_times import next_open_times
from app.bookings.offering import LinkTerms, open_offer
from app.calendars import service
from app.calendars.models import Calendar, DateOverride
from app.calendars.sections import stamp
from app.calendars.snapshots import snapshot
from app.db import connection, db, transaction
from app.errors import Conflict, Invalid, NotFound
from app.events import Event
from app.scheduling.slots import next_open
from tests.factories import NOW, account_of, at, make_booking, make_calendar, make_link, make_user


def change(calendar, section, seen=None, **changes):
    with transaction():
        seen = seen or stamp(calendar, section)
        service.change(calendar, section, changes, seen=seen, actor_id=calendar.host_id, now=NOW)


def create(user, **values):
    with transaction():
        return service.create_calendar(
            account_id=account_of(user),
            host_id=user.id,
            tz="Europe/Berlin",
            now=NOW,
            **{"name": "Intro call"} | values,
        )


def test_new_calendars_of_one_name_get_addresses_of_their_own():
    ada = make_user()
    first, second = create(ada), create(ada)
    assert first.slug == "intro-call"
    assert second.slug.startswith("intro-call-")
    assert first.version == 1


def test_slug_that_is_taken_is_refused_and_stores_nothing():
    ada = make_user()
    first, second = create(ada), create(ada)
    with pytest.raises(Invalid) as refused:
        change(second, "details", slug=first.slug, name="New name")
    assert refused.value.field == "slug"
    assert db.session.get(Calendar, second.id).name == "Intro call"


def test_change_raises_the_version_and_is_an_event():
    calendar = create(make_user())
    change(calendar, "booking-rules", step_minutes=15, buffer_after_minutes=5, limit_per_day=None)
    assert (calendar.version, calendar.step_minutes) == (2, 15)
    event = db.session.scalars(db.select(Event).where(Event.name == "calendar_changed")).one()
    assert event.data == {"section": "booking-rules", "fields": ["step_minutes", "buffer_after_minutes"]}
    assert (event.calendar_id, event.actor_id) == (calendar.id, calendar.host_id)


def test_saving_the_same_again_is_no_change():
    calendar = create(make_user())
    change(calendar, "location", location_kind="video", location_detail="")
    assert calendar.version == 1
    assert db.session.scalars(db.select(Event.name)).all() == ["calendar_created"]


def test_section_writes_its_own_columns_only():
    """R21."""
    calendar = create(make_user())
    change(calendar, "location", location_detail="https://meet.example.org", account_id=99, is_public=False)
    assert (calendar.location_detail, calendar.is_public) == ("https://meet.example.org", True)
    assert calendar.account_id != 99


@pytest.mark.parametrize(
    ("section", "changes", "field"),
    [
        ("details", {"tz": "Mars/Olympus"}, "tz"),
        ("details", {"slug": "No Slug"}, "slug"),
        ("details", {"duration_minutes": 600}, "duration_minutes"),
        ("details", {"host_id": 999}, "host_id"),
        ("availability", {"weekly_hours": [[[600, 540]]] + [[]] * 6}, "week"),
        ("availability", {"weekly_hours": [[[540, 600], [590, 700]]] + [[]] * 6}, "week"),
        ("availability", {"weekly_hours": [[[540, 550]]] + [[]] * 6}, "week"),
        ("booking-rules", {"minimum_notice_minutes": 1441, "window_days": 1}, "notice_amount"),
        ("booking-rules", {"window_kind": "range"}, "window_from_on"),
    ],
)
def test_rules_hold_for_every_door(section, changes, field):
    calendar = create(make_user())
    with pytest.raises(Invalid) as refused:
        change(calendar, section, **changes)
    assert refused.value.field == field
    assert db.session.get(Calendar, calendar.id).version == 1


def test_of_two_who_save_at_once_one_is_told(app):
    calendar = create(make_user())
    seen = stamp(calendar, "details")

    def save(name):
        with app.app_context():
            try:
                change(db.session.get(Calendar, calendar.id), "details", seen, name=name)
            except Conflict:
                return "told"
            return "saved"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(save, ("First", "Second")))
    assert answers == ["saved", "told"]


def test_version_stops_a_change_that_skipped_the_lock():
    calendar = create(make_user())
    change(calendar, "details", name="Changed")
    with pytest.raises(StaleDataError):
        change_unseen(calendar)


def change_unseen(calendar):
    with transaction():
        connection().execute(update(Calendar.__table__).values(version=9))
        calendar.name = "Changed again"


def test_overrides_raise_the_version_so_that_pages_see_them():
    calendar = make_calendar(make_user())
    before = snapshot(calendar.id, calendar.version)
    with transaction():
        override = DateOverride(from_on=date(2026, 12, 2), until_on=date(2026, 12, 2), ranges=[], note="")
        service.add_override(calendar, override, actor_id=calendar.host_id, now=NOW)
    assert before.availability.minutes_on(date(2026, 12, 2))
    assert not snapshot(calendar.id, calendar.version).availability.minutes_on(date(2026, 12, 2))
    with transaction():
        service.remove_override(calendar, override.id, actor_id=calendar.host_id, now=NOW)
        service.remove_override(calendar, override.id, actor_id=calendar.host_id, now=NOW)
    assert calendar.version == 3


def test_copy_has_hours_and_overrides_and_nothing_else():
    calendar = make_calendar(make_user(), limit_per_day=2, switched_off_at=NOW)
    calendar_overrides = [
        DateOverride(from_on=date(2026, 12, 24), until_on=date(2026, 12, 26), ranges=[], note="Off")
    ]
    with transaction():
        calendar.overrides = calendar_overrides
    make_link(calendar)
    with transaction():
        copy = service.duplicate(calendar, actor_id=calendar.host_id, now=NOW)
    assert (copy.limit_per_day, copy.is_on, copy.weekly_hours) == (2, True, calendar.weekly_hours)
    assert [each.note for each in copy.overrides] == ["Off"]
    assert copy.id != calendar.id
    with transaction():
        service.delete_calendar(copy, actor_id=calendar.host_id, now=NOW)


@pytest.mark.parametrize("make", [make_link, make_booking])
def test_calendar_with_a_link_or_a_booking_is_never_deleted(make):
    calendar = make_calendar(make_user())
    make(calendar)
    with pytest.raises(Conflict), transaction():
        service.delete_calendar(calendar, actor_id=calendar.host_id, now=NOW)
    assert db.session.get(Calendar, calendar.id) is not None
    assert "calendar_deleted" not in db.session.scalars(db.select(Event.name)).all()


def test_change_of_a_calendar_that_is_gone_is_not_found():
    calendar = create(make_user())
    with transaction():
        connection().execute(delete(Calendar.__table__))
    with pytest.raises(NotFound):
        change(calendar, "details", seen="old", name="Changed")


def test_next_times_of_many_are_those_of_each():
    ada, ben = make_user(), make_user("Ben Babbage")
    calendars = [
        make_calendar(ada),
        make_calendar(ada, buffer_before_minutes=60),
        make_calendar(ben, limit_per_day=1),
        make_calendar(ben, limit_per_week=1),
        make_calendar(ben, weekly_hours=[[]] * 7),
        make_calendar(make_user("Dana Reyes"), minimum_notice_minutes=20 * 1440),
    ]
    make_booking(calendars[0], start=at(9, days=0))
    for calendar, days in ((calendars[2], 0), (calendars[3], 1), (calendars[3], 8)):
        make_booking(calendar, start=at(9, days=days))
    found = next_open_times(calendars, NOW)
    assert found == {each.id: time for each in calendars if (time := next_of(each)) is not None}
    assert calendars[4].id not in found
    assert len(found) == 5


def next_of(calendar):
    offer = open_offer(
        snapshot(calendar.id, calendar.version), LinkTerms(), NOW, at(0, days=-30), at(0, days=90)
    )
    start = next_open(offer, offer.now)
    return None if start is None else datetime.fromtimestamp(start, UTC)


def test_booking_in_the_way_is_found_in_another_calendar_of_the_host():
    ada = make_user()
    short = make_calendar(ada)
    long = make_calendar(ada, duration_minutes=60, buffer_after_minutes=30)
    booked = make_booking(short, start=at(12))
    assert [each.id for each in bookings_in_the_way(long, at(11))] == [booked.id]
    assert [each.id for each in bookings_in_the_way(long, at(12))] == [booked.id]
    assert bookings_in_the_way(long, at(10, 30)) == []
    assert bookings_in_the_way(make_calendar(make_user("Ben Babbage")), at(12)) == []
